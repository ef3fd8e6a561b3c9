"""The library of a workspace, and the shelf of its organization."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.dashboard import workspaces
from apps.dashboard.library_page import arrivals, fact_of, library
from apps.media import selectors
from apps.media.models import ShelfItem
from apps.media.selectors import PAGE_SIZE, Wanted
from apps.media.services.quota import in_words as size_in_words
from apps.media.states import Kind
from apps.tenants.access import MemberRequest, page


@require_safe
@page("media.view")
def files(request: MemberRequest) -> HttpResponse:
    """The workspace's files, as a grid or a list."""
    workspace = workspaces.here(request)
    context = {
        "library": library(workspace, request.member, request.GET.dict()),
        "arrivals": arrivals(workspace.pk, request.user.pk),
    }
    return render(request, "dashboard/library.html", context)


@require_safe
@page("media.view")
def arriving(request: MemberRequest) -> HttpResponse:
    """Files on their way, asked for every few seconds while there are any."""
    workspace = workspaces.here(request)
    context = {"arrivals": arrivals(workspace.pk, request.user.pk), "before": request.GET.get("before", "")}
    return render(request, "dashboard/_arriving.html", context)


@require_safe
@page("media.view")
def shelf(request: MemberRequest) -> HttpResponse:
    """What every client's workspace may take from."""
    workspace = workspaces.here(request)
    wanted = Wanted.of(request.GET.dict())
    rows = list(selectors.shelf(wanted.words, before=wanted.before)[: PAGE_SIZE + 1])
    address = reverse("dashboard:shelf")
    context = {
        "items": [_item(row) for row in rows[:PAGE_SIZE]],
        "words": wanted.words,
        "may_take": request.member.may_in(workspace, "media.upload"),
        "may_remove": request.member.may_in(workspace, "media.shelve"),
        "newer_url": address if wanted.before else "",
        "older_url": f"{address}?before={rows[PAGE_SIZE - 1].pk}" if len(rows) > PAGE_SIZE else "",
    }
    return render(request, "dashboard/shelf.html", context)


def _item(row: ShelfItem) -> dict[str, object]:
    return {
        "name": row.original_name or "Unnamed",
        "alt": row.alt,
        "kind": row.kind,
        "kind_word": row.get_kind_display(),
        "fact": fact_of(row),
        "size": size_in_words(row.size),
        "placeholder": row.placeholder,
        "thumb_url": reverse("media:shelf_show", args=[row.pk]) if row.kind == Kind.IMAGE else "",
        "take_url": reverse("media:shelf_take", args=[row.pk]),
        "remove_url": reverse("media:shelf_remove", args=[row.pk]),
    }
