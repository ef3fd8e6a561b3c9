"""Changing and taking down what is out. These views talk to a platform, so they open the member's tenant themselves.

Plain forms: each leads back to the page of the post, and says there what came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.platforms import registry
from apps.posts.errors import PostChanged, PostNotReady
from apps.posts.lengths import counter
from apps.posts.manuscripts import Edition, Manuscript
from apps.posts.selectors import manuscript
from apps.publishing import services
from apps.publishing.abilities import changeable
from apps.publishing.errors import PostBusy
from apps.publishing.forms import ChangeForm
from apps.publishing.models import FollowUp, Publication
from apps.publishing.selectors import unanswered_change
from apps.publishing.services import Aftermath
from apps.publishing.services.changing import NOT_THERE
from apps.publishing.services.turns import NOT_OUT
from apps.publishing.states import Outcome, State
from apps.publishing.views.pages import title_of
from apps.tenants.access import MemberRequest, page

RELATED: Final = ("post__workspace", "account__grant")


@require_POST
@page("post.view", transaction=False)
def take_down(request: MemberRequest, publication_id: UUID) -> HttpResponse:
    row = _publication(request, publication_id, "publication.remove")
    done = f"Taken down from {registry.label(row.account.platform)}."
    verb = services.take_down
    return _answer(request, row, lambda: verb(publication=row, actor=request.member.actor), done)


@require_POST
@page("post.view", transaction=False)
def take_down_follow_up(request: MemberRequest, follow_up_id: UUID) -> HttpResponse:
    with request.member.scope():
        rows = FollowUp.objects.select_related(*(f"publication__{name}" for name in RELATED))
        row: FollowUp = get_object_or_404(rows, pk=follow_up_id)
    request.member.require("publication.remove", row.workspace_id)
    done = f"Taken down from {registry.label(row.publication.account.platform)}. The post stays."
    verb = services.take_down_follow_up
    return _answer(request, row.publication, lambda: verb(follow_up=row, actor=request.member.actor), done)


@require_POST
@page("post.view")
def said_removed(request: MemberRequest, publication_id: UUID) -> HttpResponse:
    """A person has taken it down at the platform."""
    row = _publication(request, publication_id, "publication.remove")
    try:
        services.note_removed(publication=row, actor=request.member.actor)
    except PostBusy as error:
        messages.error(request, error.words)
    else:
        messages.success(request, "Noted: it was taken down by hand.")
    return redirect("publishing:post", post_id=row.post_id)


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.view", transaction=False)
def change(request: MemberRequest, publication_id: UUID) -> HttpResponse:
    """The words and options that can be changed where the post is out."""
    row = _publication(request, publication_id, "publication.edit")
    with request.member.scope():
        text = manuscript(row.post)
        edition = text.edition_on(row.account_id)
        asked = unanswered_change(row)
    if edition is None:
        raise Http404("The post does not go to this account")
    if request.method == "POST":
        return _change(request, row, text, edition)
    if problem := _too_late(row):
        messages.error(request, problem)
        return redirect("publishing:post", post_id=row.post_id)
    wanted = Edition(edition.account, asked["text"], asked["options"]) if asked else edition
    form = ChangeForm.of(wanted, text.text_on(wanted), revision=row.post.revision, only=changeable(row))
    return _show(request, row, text, form, is_unanswered=asked is not None)


def _change(request: MemberRequest, row: Publication, text: Manuscript, edition: Edition) -> HttpResponse:
    """What becomes of a form that was sent in; without the name of a button it is only looked at."""
    form = ChangeForm(request.POST, edition=edition, only=changeable(row))
    if request.POST.get("action") != "save":
        return _show(request, row, text, form)
    if not form.is_valid():
        return _show(request, row, text, form, status=422)
    try:
        answer = services.change_published(
            publication=row,
            text=_typed(text, edition, form),
            options=form.options,
            actor=request.member.actor,
            expected_revision=form.cleaned_data["revision"],
        )
    except PostNotReady as error:
        form.refuse(error.problems)
    except PostBusy as error:
        form.tell("", error.words)
    except PostChanged as error:
        form.tell("", error.words)
        return _show(request, row, text, form, status=409)
    else:
        if answer.outcome is Outcome.CHANGED:
            messages.success(request, f"Changed on {registry.label(row.account.platform)}.")
            return redirect("publishing:post", post_id=row.post_id)
        if answer.outcome is Outcome.GONE:
            messages.warning(request, answer.words)
            return redirect("publishing:post", post_id=row.post_id)
        form.tell(answer.field, answer.words)
    return _show(request, row, text, form, status=422)


def _typed(text: Manuscript, edition: Edition, form: ChangeForm) -> str | None:
    """The words that were typed; None while the account still has those of the post."""
    shown = text.text_on(edition)
    typed = form.cleaned_data.get("text", shown)
    return None if edition.text is None and typed == shown else typed


def _too_late(row: Publication) -> str:
    if row.state != State.PUBLISHED:
        return NOT_OUT
    return "" if changeable(row) else NOT_THERE.format(platform=registry.label(row.account.platform))


def _show(
    request: MemberRequest,
    row: Publication,
    text: Manuscript,
    form: ChangeForm,
    *,
    status: int = 200,
    is_unanswered: bool = False,
) -> HttpResponse:
    with request.member.scope():
        counters = [counter(text, form.typed)] if "text" in form.fields else []
        context = {
            "form": form,
            "is_refused": status != 200,
            "is_changed": status == 409,
            "is_unanswered": is_unanswered,
            "counters": counters,
            "platform": row.account.platform,
            "account_name": f"@{row.account.handle}",
            "action_url": reverse("publishing:change", args=[row.pk]),
            "back_url": reverse("publishing:post", args=[row.post_id]),
            "back_label": title_of(row.post, text.passages[0].text),
        }
        return render(request, "publishing/change.html", context, status=status)


def _publication(request: MemberRequest, publication_id: UUID, permission: str) -> Publication:
    with request.member.scope():
        rows = Publication.objects.select_related(*RELATED).filter(post__deleted_at=None)
        row: Publication = get_object_or_404(rows, pk=publication_id)
    request.member.require(permission, row.workspace_id)
    return row


def _answer(request: MemberRequest, row: Publication, verb: Callable[[], Aftermath], done: str) -> HttpResponse:
    try:
        answer: Any = verb()
    except PostBusy as error:
        messages.error(request, error.words)
    else:
        if answer.is_done:
            messages.success(request, done)
        else:
            messages.error(request, answer.words)
    return redirect("publishing:post", post_id=row.post_id)
