"""Review by link: pages for the client's guests, who have no account.

They see the agency's branding, the versions that have come before the client, and what is shared with the client; and
nothing else of the workspace. Every page works without scripts, and opening one changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.approvals import reviews, selectors, services
from apps.approvals.errors import ApprovalRefused, ContentChanged, NothingApproved, RecordNotMade, RequestClosed
from apps.approvals.guest_forms import GuestCommentForm, GuestDecisionForm, GuestTimeForm
from apps.approvals.link_errors import LinkOver
from apps.approvals.pinning import board, is_pointing
from apps.approvals.records import gathered, printed
from apps.approvals.reviews import Item, Pile
from apps.approvals.services import Reviewer
from apps.approvals.sharing import LinkState
from apps.approvals.states import RequestState, Verdict
from apps.approvals.views.guest_door import (
    PASSCODES,
    guest,
    guest_page,
    is_let_in,
    problem_page,
    proof_of,
    unlisted,
    while_open,
)
from apps.approvals.views.records import as_file
from apps.core import clock
from apps.media import services as media
from apps.social_accounts import pacing
from apps.tenants.services import branding_of

TOO_OFTEN: Final = "too_often"
MOST_AT_ONCE: Final = 500
NOTHING_TYPED: Final[Mapping[str, Any]] = {}
COMMENT: Final = ("thread", "text", "quote", "picture", "x", "y", "video", "moment")  # as GuestCommentForm has them


@require_safe
@guest
@while_open
def home(request: Any) -> HttpResponse:
    """Everything that the link is for: one post on its own page, several one below the other."""
    reviewer: Reviewer = request.reviewer
    with reviewer.scope():
        pile = reviews.pile(reviewer.link)
        facts = _facts(request, pile)
        if len(pile.items) == 1 and not pile.coming:
            return _post_page(request, reviewer, pile, pile.items[0])
        shown = [{**_shown(request, item), "previews": item.previews()} for item in pile.items]
        return guest_page(request, reviewer, "review/home.html", {**facts, "items": shown})


@require_safe
@guest
@while_open
def post(request: Any, post_id: UUID) -> HttpResponse:
    """One post, with what was said about it and what changed."""
    reviewer: Reviewer = request.reviewer
    with reviewer.scope():
        pile = reviews.pile(reviewer.link)
        return _post_page(request, reviewer, pile, _item(pile, post_id))


@require_POST
@guest
@while_open
def decide(request: Any, post_id: UUID) -> HttpResponse:
    """What the guest says of the version that was before them."""
    form = GuestDecisionForm(request.POST)
    if not form.is_valid():
        return _back(request, post_id, "unreadable")
    said = form.cleaned_data

    def carry_out(reviewer: Reviewer) -> str:
        services.decide_by_link(
            reviewer=reviewer, post_id=post_id, request_id=said["request"], verdict=Verdict(said["verdict"]),
            note=said["note"],
        )  # fmt: skip
        return str(said["verdict"])

    return _done(request, post_id, carry_out, seen=said["request"], goes_on=True)


@require_http_methods(["GET", "HEAD", "POST"])
@guest
@while_open
def comment(request: Any, post_id: UUID) -> HttpResponse:
    """Begin a thread that the team reads, or answer in one. Pointing at a picture only shows the page again, with a
    mark there and with all that was typed; so does whatever is wrong with a comment."""
    if request.method != "POST":
        return redirect("review:post", request.token, post_id)
    form = GuestCommentForm(request.POST)
    if is_pointing(request.POST):
        return _typed_again(request, post_id, "pointed", status=200)
    if not form.is_valid():
        return _typed_again(request, post_id, form.code or "reason_missing")
    said = form.cleaned_data

    def carry_out(reviewer: Reviewer) -> str:
        services.comment_by_link(
            reviewer=reviewer, post_id=post_id, text=said["text"], place=form.place, thread_id=said["thread"]
        )
        return "commented"

    return _done(request, post_id, carry_out, is_typed=True)


@require_POST
@guest
@while_open
def propose(request: Any, post_id: UUID) -> HttpResponse:
    """Ask for another hour."""
    form = GuestTimeForm(request.POST)
    if not form.is_valid():
        return _back(request, post_id, "hour_not_possible")

    def carry_out(reviewer: Reviewer) -> str:
        note = form.cleaned_data["note"]
        services.propose_time(reviewer=reviewer, post_id=post_id, local=form.local(), note=note)
        return "time_proposed"

    return _done(request, post_id, carry_out)


@require_http_methods(["GET", "HEAD", "POST"])
@guest
@while_open
def rest(request: Any) -> HttpResponse:
    """Approve all that are left: first shown once more, then each by itself, in the versions that were shown."""
    reviewer: Reviewer = request.reviewer
    if request.method == "POST":
        return _approve_each(request, reviewer)
    with reviewer.scope():
        pile = reviews.pile(reviewer.link)
        shown = [_shown(request, item) for item in pile.todo]
        return guest_page(request, reviewer, "review/rest.html", {**_facts(request, pile), "items": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@guest
def passcode(request: Any) -> HttpResponse:
    """What whoever made the link told the guest by another way."""
    reviewer: Reviewer = request.reviewer
    if (state := reviewer.link.state(clock.now())) is not LinkState.OPEN:
        return problem_page(request, reviewer, state.value, status=410)
    if not reviewer.link.passcode_hash or is_let_in(request, reviewer):
        return redirect("review:home", request.token)
    if request.method != "POST":
        return guest_page(request, reviewer, "review/passcode.html", {"is_wrong": False})
    if pacing.is_too_often(request, pacing.PASSWORD, of=reviewer.link.pk):
        return problem_page(request, reviewer, TOO_OFTEN, status=429)
    try:
        is_right = services.knows_passcode(reviewer, request.POST.get("passcode", ""))
    except LinkOver as error:
        return problem_page(request, reviewer, error.code, status=410)
    if not is_right:
        return guest_page(request, reviewer, "review/passcode.html", {"is_wrong": True}, status=422)
    request.session[PASSCODES] = {**request.session.get(PASSCODES, {}), str(reviewer.link.pk): proof_of(reviewer)}
    return redirect("review:home", request.token)


@require_safe
@guest
@while_open
def record(request: Any) -> HttpResponse:
    """The signed record of what is approved of the link, to be kept."""
    reviewer: Reviewer = request.reviewer
    if pacing.is_too_often(request, pacing.REVIEW, of=reviewer.link.pk):
        return problem_page(request, reviewer, TOO_OFTEN, status=429)
    try:
        with reviewer.scope():
            found = gathered(reviews.approved_by_link(reviewer.link), guest_id=reviewer.guest.pk)
    except NothingApproved as error:
        raise Http404("Nothing that the link is for is approved") from error
    try:
        return unlisted(as_file(found, printed(found)))
    except RecordNotMade as error:
        return guest_page(request, reviewer, "review/no_record.html", {"error": error}, status=503)


@require_safe
@guest
def brand_sheet(request: Any) -> HttpResponse:
    """The organization's colour, as a style sheet of our own origin."""
    with request.reviewer.scope():
        colour = branding_of(request.reviewer.organization.pk).colour
    sheet = f"@layer brand {{ :root {{ --brand: {colour}; }} }}\n" if colour else ""
    return HttpResponse(sheet, content_type="text/css; charset=utf-8")


@require_safe
@guest
def logo(request: Any) -> HttpResponse:
    with request.reviewer.scope():
        picture = bytes(branding_of(request.reviewer.organization.pk).logo)
    if not picture:
        raise Http404("The organization has no logo")
    return HttpResponse(picture, content_type="image/png")


# --- what came of it --------------------------------------------------------------------------------------------------


def _done(
    request: Any,
    post_id: UUID,
    carry_out: Callable[[Reviewer], str],
    *,
    seen: UUID | None = None,
    goes_on: bool = False,
    is_typed: bool = False,
) -> HttpResponse:
    """Do it, and say what came of it on the page that is next: of several posts all of them, so that one goes on."""
    reviewer: Reviewer = request.reviewer
    if pacing.is_too_often(request, pacing.REVIEW, of=reviewer.link.pk):
        return problem_page(request, reviewer, TOO_OFTEN, status=429)
    try:
        with reviewer.scope():
            told = carry_out(reviewer)
    except LinkOver as error:
        return problem_page(request, reviewer, error.code, status=410)
    except ApprovalRefused as error:
        # What was followed up before the refusal was taken back with it; the guest is to see the newest state at once.
        if isinstance(error, ContentChanged | RequestClosed):
            with reviewer.scope():
                services.catch_up(post_id=post_id)
        if isinstance(error, ContentChanged):
            return _back(request, post_id, error.code, since=seen)
        return _typed_again(request, post_id, error.code) if is_typed else _back(request, post_id, error.code)
    if goes_on:
        return redirect(f"{reverse('review:home', args=[request.token])}?told={told}")
    return _back(request, post_id, told)


def _back(request: Any, post_id: UUID, told: str, *, since: UUID | None = None) -> HttpResponse:
    """To the page of the post, with what came of it. What is told is a word of a list, so that nobody can make the page
    say anything by its address."""
    more = f"&since={since}" if since else ""
    return redirect(f"{reverse('review:post', args=[request.token, post_id])}?told={told}{more}")


def _typed_again(request: Any, post_id: UUID, told: str, *, status: int = 422) -> HttpResponse:
    """The page of the post with the comment as it was typed, and the place that was pointed at."""
    reviewer: Reviewer = request.reviewer
    with reviewer.scope():
        pile = reviews.pile(reviewer.link)
        return _post_page(request, reviewer, pile, _item(pile, post_id), told=told, typed=request.POST, status=status)


def _approve_each(request: Any, reviewer: Reviewer) -> HttpResponse:
    if pacing.is_too_often(request, pacing.REVIEW, of=reviewer.link.pk):
        return problem_page(request, reviewer, TOO_OFTEN, status=429)
    ids = list(dict.fromkeys(pk for text in request.POST.getlist("request")[:MOST_AT_ONCE] if (pk := _id(text))))
    try:
        with reviewer.scope():
            tally = services.approve_by_link(reviewer=reviewer, request_ids=ids)
    except LinkOver as error:
        return problem_page(request, reviewer, error.code, status=410)
    counts = f"told=rest&done={tally.done}&missed={tally.missed}"
    return redirect(f"{reverse('review:home', args=[request.token])}?{counts}")


# --- pages ------------------------------------------------------------------------------------------------------------


def _post_page(
    request: Any,
    reviewer: Reviewer,
    pile: Pile,
    item: Item,
    *,
    told: str = "",
    typed: Mapping[str, Any] = NOTHING_TYPED,
    status: int = 200,
) -> HttpResponse:
    since = _id(request.GET.get("since", ""))
    talks = selectors.talks(item.request.post, only_shared=True)
    places = board(item.manuscript, talks, picture=media.guest_thumbnail_url, video=media.guest_url)
    comment = {**{name: typed.get(name, "") for name in COMMENT}, **places.pointed(typed)}
    before = reviews.version_seen(item.request, reviewer.guest.pk, since=since)
    facts = {
        **_facts(request, pile),
        "item": _shown(request, item),
        "items": [_shown(request, one) for one in pile.items],
        "place": pile.items.index(item) + 1,
        "previews": item.previews(),
        "board": places.with_mark(comment),
        "comment": comment,
        **({"told": told} if told else {}),
        "changes": reviews.differences(before.snapshot, item.request.snapshot) if before else [],
        "before": before,
        "me": reviewer.guest.pk,
    }
    return guest_page(request, reviewer, "review/post.html", facts, status=status)


def _facts(request: Any, pile: Pile) -> dict[str, Any]:
    is_any_approved = any(item.request.state == RequestState.APPROVED for item in pile.items)
    return {
        "total": len(pile.items),
        "done": len(pile.items) - len(pile.todo),
        "left": len(pile.todo),
        "coming": pile.coming,
        "rest_url": reverse("review:rest", args=[request.token]),
        "record_url": reverse("review:record", args=[request.token]) if is_any_approved else "",
    }


def _shown(request: Any, item: Item) -> dict[str, Any]:
    """An item with its addresses, for templates."""
    named = [request.token, item.request.post_id]
    first = next((one for one in item.manuscript.passages[0].media), None)
    return {
        "it": item,
        "request": item.request,
        "title": item.title,
        "mark": item.mark.value,
        "is_late": bool(item.deadline_at and item.deadline_at <= clock.now()),
        "thumb": reviews.picture_of(first).url if first else "",
        "url": reverse("review:post", args=named),
        "decide_url": reverse("review:decide", args=named),
        "comment_url": reverse("review:comment", args=named),
        "time_url": reverse("review:time", args=named),
    }


def _item(pile: Pile, post_id: UUID) -> Item:
    found = next((item for item in pile.items if item.request.post_id == post_id), None)
    if found is None:
        raise Http404("The link is for no such post")
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
