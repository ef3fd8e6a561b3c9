"""Other words for one account, when the post as a whole cannot change any more: parse, authorise, correct, answer.

A plain form, whose text comes back as it was typed if it is refused: 422, or 409 when somebody else was faster. Scripts
only keep the counter up to date.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.posts.errors import PostChanged, PostNotReady
from apps.posts.lengths import counter
from apps.posts.manuscripts import Edition, Manuscript
from apps.posts.selectors import manuscript
from apps.publishing import services
from apps.publishing.errors import PostBusy
from apps.publishing.forms import CorrectionForm
from apps.publishing.models import Publication
from apps.publishing.presenting import may_try_again
from apps.publishing.services.holding import TOO_LATE
from apps.publishing.states import OPEN, State
from apps.publishing.views.pages import title_of
from apps.tenants.access import MemberRequest, page

AGAIN = {State.FAILED: services.retry, State.HELD: services.resume}
NEEDS = {"save": "post.edit", "again": "publication.retry"}
SENT_AGAIN = "Saved. It is sent again."
WAITS_FOR_YOU = "Saved. It goes out when you try it again."
GOES_OUT = "Saved. It goes out with these words."


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.view")
def correct(request: MemberRequest, publication_id: UUID) -> HttpResponse:
    """The words and options of one account."""
    rows = Publication.objects.select_related("post__workspace", "account").filter(post__deleted_at=None)
    row: Publication = get_object_or_404(rows, pk=publication_id)
    request.member.require("post.edit", row.workspace_id)
    text = manuscript(row.post)
    edition = text.edition_on(row.account_id)
    if edition is None:
        raise Http404("The post does not go to this account")
    if request.method == "POST":
        return _answer(request, row, text, edition)
    if row.state not in OPEN:
        messages.error(request, TOO_LATE)
        return redirect("publishing:post", post_id=row.post_id)
    form = CorrectionForm.of(edition, text.text_on(edition), revision=row.post.revision)
    if row.problem_words:
        form.tell_last(row.problem_field, row.problem_words)
    return _show(request, row, text, form)


def _answer(request: MemberRequest, row: Publication, text: Manuscript, edition: Edition) -> HttpResponse:
    """What becomes of a form that was sent in; without the name of a button it is only looked at."""
    form = CorrectionForm(request.POST, edition=edition)
    action = request.POST.get("action", "")
    if action not in NEEDS:
        return _show(request, row, text, form)
    request.member.require(NEEDS[action], row.workspace_id)
    if form.is_valid():
        try:
            done = _keep(request, row, _changed(text, edition, form), form, again=action == "again")
        except PostNotReady as error:
            form.refuse(error.problems)
        except PostBusy as error:
            form.tell("", error.words)
        except PostChanged as error:
            form.tell("", error.words)
            return _show(request, row, text, form, status=409)
        else:
            messages.success(request, done)
            return redirect("publishing:post", post_id=row.post_id)
    return _show(request, row, text, form, status=422)


@transaction.atomic
def _keep(request: MemberRequest, row: Publication, text: str | None, form: CorrectionForm, *, again: bool) -> str:
    """Keep the words and send them, all or nothing. Returns what was done, in words."""
    actor = request.member.actor
    seen = form.cleaned_data["revision"]
    row = services.correct(publication=row, text=text, options=form.options, actor=actor, expected_revision=seen)
    state = State(row.state)
    if state not in AGAIN:
        return GOES_OUT
    if not again:
        return WAITS_FOR_YOU
    AGAIN[state](publication=row, actor=actor)
    return SENT_AGAIN


def _changed(text: Manuscript, edition: Edition, form: CorrectionForm) -> str | None:
    """The words that were typed; None while the account still gets those of the post."""
    typed: str = form.cleaned_data["text"]
    return None if edition.text is None and typed == text.text_on(edition) else typed


def _show(
    request: MemberRequest, row: Publication, text: Manuscript, form: CorrectionForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "is_refused": status != 200,
        "is_changed": status == 409,
        "counters": [counter(text, form.typed)],
        "platform": row.account.platform,
        "account_name": f"@{row.account.handle}",
        "may_try_again": may_try_again(row, request.member),
        "action_url": reverse("publishing:correct", args=[row.pk]),
        "back_url": reverse("publishing:post", args=[row.post_id]),
        "back_label": title_of(row.post, text.passages[0].text),
    }
    return render(request, "publishing/correct.html", context, status=status)
