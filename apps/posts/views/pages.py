"""What the three kinds of page have in common: a list, a form, and a question before something is removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.posts.errors import NotInWorkspace, SortingRefused
from apps.posts.forms import SortingForm
from apps.tenants.access import MemberRequest
from apps.tenants.models import Workspace

TABS: Final = (("Labels", "posts:labels"), ("Campaigns", "posts:campaigns"), ("Templates", "posts:templates"))
PER_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list. `colour` "" for what has none; each address "" where it is not allowed."""

    name: str
    colour: str
    note: str
    posts_url: str = ""
    write_url: str = ""
    edit_url: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind is spoken of. `one` and `several` as in a sentence."""

    title: str
    one: str
    several: str
    lede: str
    empty: str
    removal: str
    list_name: str
    new_name: str


def here(request: MemberRequest) -> Workspace:
    workspace = request.member.workspace
    assert workspace is not None  # noqa: S101 - `page` sends members without one elsewhere
    return workspace


def listed(request: MemberRequest, kind: Kind, rows: QuerySet[Any], show: Callable[[Any, bool], Line]) -> HttpResponse:
    """The rows of the workspace, a page at a time."""
    may_edit = request.member.may("post.edit")
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    url = reverse(kind.list_name)
    context = {
        "kind": kind,
        "tabs": [Tab(label, reverse(name), name == kind.list_name) for label, name in TABS],
        "lines": [show(row, may_edit) for row in shown],
        "new_url": reverse(kind.new_name) if may_edit else "",
        "newer_url": f"{url}?page={shown.previous_page_number()}" if shown.has_previous() else "",
        "older_url": f"{url}?page={shown.next_page_number()}" if shown.has_next() else "",
    }
    return TemplateResponse(request, "posts/sorting.html", context)


def kept(
    request: MemberRequest, kind: Kind, form: SortingForm, keep: Callable[[dict[str, Any]], object]
) -> HttpResponse | None:
    """Carry out what a whole form says and go back to the list; None where it has to be shown again."""
    if not form.is_valid():
        return None
    try:
        keep(form.values())
    except SortingRefused as refused:
        form.refuse(refused)
        return None
    except NotInWorkspace as error:
        form.add_error(None, f"{error}.")
        return None
    messages.success(request, f"{form.cleaned_data['name']} was saved.")
    return redirect(kind.list_name)


def form_page(
    request: MemberRequest,
    kind: Kind,
    form: SortingForm,
    *,
    heading: str,
    action_url: str,
    remove_url: str = "",
    notes: Sequence[str] = (),
) -> HttpResponse:
    context = {
        "kind": kind,
        "heading": heading,
        "notes": notes,
        "back_url": reverse(kind.list_name),
        "action_url": action_url,
        "remove_url": remove_url,
        "form": form,
    }
    return TemplateResponse(request, "posts/sorting_form.html", context, status=422 if form.errors else 200)
