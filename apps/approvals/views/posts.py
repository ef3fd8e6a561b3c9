"""One post under review: its panel on the post's page, the page that a reviewer decides on, and what is said there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.approvals import frozen, selectors, services
from apps.approvals.anchors import AnchorMalformed, of_place
from apps.approvals.deciders import Bench, Decider, names_of, roles_in
from apps.approvals.errors import ApprovalRefused, NotAttached, ReasonMissing
from apps.approvals.forms import CommentForm, DecisionForm, EditsForm
from apps.approvals.models import PendingFile, Request, ReviewLink, Thread
from apps.approvals.people.selectors import group_names
from apps.approvals.pinning import board, is_pointing
from apps.approvals.presenting import TONES, HistoryLine, escalation_line, history_line, hit_lines, step_line
from apps.approvals.records import is_approved
from apps.approvals.reviews import previews_in, wants_guests
from apps.approvals.sheets import required, sheet
from apps.approvals.states import ALIVE, CURRENT, RequestState, Verdict, Visibility
from apps.approvals.views.links import line_of
from apps.approvals.views.queue import back_to_queue
from apps.core import clock
from apps.media import services as media
from apps.media.errors import MediaRefused
from apps.media.models import Asset
from apps.posts import selectors as posts
from apps.posts.errors import PostChanged, PostMalformed, PostNotReady
from apps.posts.models import Post
from apps.publishing.errors import PostBusy
from apps.tenants.access import MemberRequest, page

TYPED: Final = ("picture", "x", "y", "video", "moment")
COMMENT_IDS: Final = "id_comment_%s"
NOT_NOW = (PostBusy, PostChanged, PostMalformed, PostNotReady)


@require_safe
@page("approval.view")
def of_post(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """The panel on the page of a post. Empty where nothing is asked and nothing was."""
    post = _post(request, post_id, "approval.view")
    found = selectors.requests().filter(post=post, state__in=CURRENT).first()
    history = _history(post)
    policy = selectors.policy_in_force(post.workspace_id)
    wanted = required(policy, sheet(post)) if policy and policy.steps else []
    may_ask = request.member.may_in(post.workspace_id, "approval.request")
    is_open = found is not None and found.state in ALIVE
    context = {
        "post_id": post.pk,
        "zone": post.workspace.timezone,
        "request_state": RequestState(found.state).label if found else "",
        "tone": TONES[RequestState(found.state)] if found else "",
        "steps": _steps(found) if found else [],
        "history": history,
        "review_url": reverse("approvals:review", args=[found.pk]) if found else "",
        "submit_url": reverse("approvals:submit", args=[post.pk]) if wanted and may_ask and not is_open else "",
        "withdraw_url": reverse("approvals:withdraw", args=[found.pk]) if found and may_ask and is_open else "",
        "is_shown": bool(found or history or wanted),
    }
    return render(request, "approvals/_panel.html", context)


@require_safe
@page("approval.view")
def review(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """The page that a reviewer decides on."""
    found = get_object_or_404(selectors.requests().select_related("post__workspace", "asked_by"), pk=request_id)
    return _show(request, found)


@require_POST
@page("approval.view")
def decide(request: MemberRequest, request_id: UUID) -> HttpResponse:
    found = _request(request, request_id, "approval.decide")
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    verdict = Verdict(form.cleaned_data["verdict"])

    def carry_out() -> None:
        services.decide(
            request_id=found.pk, verdict=verdict, note=form.cleaned_data["note"],
            decider=Decider.of(request.member.actor),
        )  # fmt: skip

    answer = _done(request, found, carry_out, f"{verdict.label}.")
    return back_to_queue(request) if "back" in request.POST else answer


@require_POST
@page("approval.view")
def decide_with_edits(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Approve other words for the main part; the rest of the post stays as it is."""
    found = _request(request, request_id, "approval.decide")
    form = EditsForm(request.POST)
    if not form.is_valid():
        return _show(request, found, status=422)
    said = {"text": form.cleaned_data["text"], "note": form.cleaned_data["note"]}
    decider = Decider.of(request.member.actor)

    def carry_out() -> None:
        services.approve_with_edits(request=found, decider=decider, **said)

    return _done(request, found, carry_out, _("Approved with your edits."))


@require_POST
@page("approval.view")
def withdraw(request: MemberRequest, request_id: UUID) -> HttpResponse:
    found = _request(request, request_id, "approval.request")
    actor = request.member.actor
    return _done(
        request, found, lambda: services.withdraw(request_id=found.pk, actor=actor), _("Withdrawn: nobody is asked.")
    )


@require_POST
@page("approval.view")
def submit(request: MemberRequest, post_id: UUID) -> HttpResponse:
    post = _post(request, post_id, "approval.request")
    try:
        services.submit(post=post, actor=request.member.actor)
    except ApprovalRefused as error:
        messages.error(request, error.words)
    else:
        messages.success(request, _("Submitted for approval."))
    return redirect("publishing:post", post.pk)


@require_POST
@page("approval.view", transaction=False)
def comment(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Begin a thread about the post, or with `thread` answer in one. Its files are looked at before."""
    with request.member.scope():
        found = _request(request, request_id, "approval.comment")
        thread_id = request.POST.get("thread")
        thread = get_object_or_404(Thread.objects, pk=thread_id, post=found.post) if thread_id else None
        colleagues = _colleagues(request, found.post)
        held = services.held_files(
            ids=request.POST.getlist("kept"), user_id=request.user.pk, workspace_id=found.workspace_id
        )
    form = CommentForm(request.POST, request.FILES, people=colleagues, held=held, auto_id=COMMENT_IDS)
    form.full_clean()
    held += _hold(request, found, form)
    if is_pointing(request.POST):
        for words in form.errors.get("attached", ()):
            messages.error(request, str(words))
        return _typed_again(request, found, _as_typed(request, colleagues, held))
    if form.is_valid():
        try:
            _say(request, found, thread, form, held)
            return redirect(f"{reverse('approvals:review', args=[found.pk])}#comments")
        except (AnchorMalformed, ReasonMissing, NotAttached) as error:
            form.add_error(None, getattr(error, "words", "") or str(error))
    form.keep(held)
    return _typed_again(request, found, form, status=422)


def _as_typed(request: MemberRequest, colleagues: dict[UUID, str], held: list[PendingFile]) -> CommentForm:
    """What was typed and chosen so far, with nothing said of what is missing yet."""
    chosen = {"mentions": request.POST.getlist("mentions"), "kept": [str(row.pk) for row in held]}
    typed = {**request.POST.dict(), **chosen}
    return CommentForm(initial=typed, people=colleagues, held=held, auto_id=COMMENT_IDS)


def _hold(request: MemberRequest, found: Request, form: CommentForm) -> list[PendingFile]:
    """The files that were chosen now: a browser forgets them with the next page, and we do not."""
    to = media.Destination(found.organization_id, found.workspace_id, request.member.actor)
    held = []
    for file in form.cleaned_data.get("attached", ()):
        try:
            held.append(services.hold_file(file=file, name=file.name, to=to, user_id=request.user.pk))
        except MediaRefused as error:
            form.add_error("attached", getattr(error, "words", "") or str(error))
    return held


def _typed_again(request: MemberRequest, found: Request, form: CommentForm, *, status: int = 200) -> HttpResponse:
    """The page with the comment as it was typed: after somebody pointed at a picture, or with what is wrong."""
    with request.member.scope():
        return _show(request, found, comment_form=form, status=status)


def _say(
    request: MemberRequest, found: Request, thread: Thread | None, form: CommentForm, held: list[PendingFile]
) -> None:
    said = form.cleaned_data
    with request.member.scope():
        services.comment(
            anchor=of_place(form.place, posts.manuscript(found.post)),
            post=found.post, text=said["text"], by=Decider.of(request.member.actor), thread=thread,
            visibility=Visibility(said["visibility"] or Visibility.INTERNAL), files=[row.asset_id for row in held],
            mentions=[UUID(pk) for pk in said["mentions"]],
        )  # fmt: skip
        services.let_go(held)


@require_POST
@page("approval.view")
def resolve(request: MemberRequest, thread_id: UUID) -> HttpResponse:
    thread = get_object_or_404(Thread.objects, pk=thread_id)
    request.member.require("approval.comment", thread.workspace_id)
    services.resolve(thread=thread, actor=request.member.actor, resolved=thread.resolved_at is None)
    last = Request.objects.filter(post_id=thread.post_id).order_by("-number").first()
    return redirect("approvals:review", last.pk) if last else redirect("publishing:post", thread.post_id)


def _done(request: MemberRequest, found: Request, carry_out: Callable[[], object], words: str) -> HttpResponse:
    """Do it, say what came of it, and show where the post stands now."""
    try:
        carry_out()
    except ApprovalRefused as error:
        messages.error(request, error.words)
    except NOT_NOW as error:
        messages.error(request, getattr(error, "words", "") or str(error))
    else:
        messages.success(request, words)
    last = Request.objects.filter(post_id=found.post_id).order_by("-number").first()
    return redirect("approvals:review", last.pk if last else found.pk)


def _show(
    request: MemberRequest,
    found: Request,
    form: DecisionForm | None = None,
    *,
    comment_form: CommentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    post, member = found.post, request.member
    row = selectors.open_step(found) if found.state == RequestState.PENDING else None
    seats = selectors.bench_of(found, row) if row else None
    decides = seats is not None and member.may_in(found.workspace_id, "approval.decide")
    written, shown = posts.manuscript(post), frozen.manuscripts([found])[found.pk]
    places = board(shown, selectors.talks(post), picture=media.thumbnail_url, video=media.member_url)
    typed = {**(_typed(comment_form)), **places.pointed(request.POST)}
    context = {
        "title": post.title or written.passages[0].text[:60] or _("Untitled post"),
        "zone": post.workspace.timezone,
        "found": found,
        "tone": TONES.get(RequestState(found.state), ""),
        "state": RequestState(found.state).label,
        "is_current": found.state in CURRENT,
        "parts": list(found.snapshot["parts"]),
        "pictures": _pictures(found),
        "platforms": sorted({one["platform"] for one in found.snapshot["accounts"]}),
        "links": found.snapshot.get("links", []),
        "own_words": [one for one in found.snapshot["accounts"] if one["text"]],
        "hits": hit_lines(found.snapshot),
        "steps": _steps(found, seats),
        "differences": selectors.changed_since(found),
        "history": _history(post),
        "board": places.with_mark(typed),
        "typed": typed,
        "answered": request.POST.get("thread", ""),
        "previews": previews_in(shown),
        "may_move": member.may_in(found.workspace_id, "post.schedule"),
        **_client(request, found),
        "form": form or DecisionForm(),
        "edits_form": EditsForm(initial={"text": written.passages[0].text}, auto_id="edits_%s"),
        "comment_form": comment_form or CommentForm(auto_id=COMMENT_IDS, people=_colleagues(request, post)),
        "why_not": _why_not(request, seats),
        "stands_in_for": _stands_in_for(request, found, seats),
        "may_decide": bool(decides and seats and request.user.pk in seats.people),
        "may_comment": member.may_in(found.workspace_id, "approval.comment"),
        "post_url": reverse("publishing:post", args=[post.pk]),
        "record_url": reverse("approvals:record", args=[found.pk]) if is_approved(found) else "",
    }
    return render(request, "approvals/review.html", context, status=status)


def _typed(form: CommentForm | None) -> dict[str, str]:
    """The place as it stands in the form, readable or not."""
    return {name: str(form[name].value() or "") for name in TYPED} if form else {}


def _client(request: MemberRequest, found: Request) -> dict[str, object]:
    """The way to the client's guests, where a step asks them: who has a link to the post, and where one is made."""
    if not any(row.step.guests for row in found.steps.all()):
        return {"asks_client": False}
    may_make = request.member.may_in(found.workspace_id, "approval.request")
    rows = ReviewLink.objects.filter(reviewed__post_id=found.post_id).select_related("guest", "made_by")
    now = clock.now()
    url = f"{reverse('approvals:link_new')}?request={found.pk}"
    return {
        "asks_client": True,
        "client_links": [line_of(row, now, may_revoke=may_make) for row in rows],
        "send_url": url if may_make and wants_guests(found) else "",
    }


def _why_not(request: MemberRequest, seats: Bench | None) -> str:
    if seats is None or request.user.pk in seats.people:
        return ""
    if request.user.pk in seats.barred:
        return _("You wrote, changed or submitted this version, so somebody else decides.")
    return _("The open step is somebody else's to decide.")


def _stands_in_for(request: MemberRequest, found: Request, seats: Bench | None) -> list[str]:
    """For whom the reader would decide; without a query where they stand in for nobody."""
    if seats is None or request.user.pk not in seats.stands_for:
        return []
    whom = seats.spoken_for(Decider.of(request.member.actor), selectors.said_in(selectors.votes_of([found]))[found.pk])
    return sorted(names_of(whom).values()) if whom else []


def _pictures(found: Request) -> list[dict[str, str]]:
    """The files of this version that are still in the library."""
    shown = [one for part in found.snapshot["parts"] for one in part["media"]]
    known = {str(row.pk): row for row in Asset.objects.filter(pk__in=[one["asset"] for one in shown])}
    return [
        {"url": reverse("media:thumbnail", args=[one["asset"]]), "alt": one["alt"]}
        for one in shown
        if one["asset"] in known and known[one["asset"]].thumbnail
    ]


def _steps(found: Request, seats: Bench | None = None) -> list[object]:
    rows = found.steps.all()
    people = names_of(pk for row in rows for pk in row.step.people)
    if groups := {pk for row in rows for pk in row.step.groups}:
        people |= group_names(groups)
    return [step_line(row, people, seats) for row in rows]


def _history(post: Post) -> list[HistoryLine]:
    """What was decided, and what rules did in between."""
    lines = [history_line(one) for one in selectors.history(post.pk)]
    lines += [escalation_line(row, names) for row, names in selectors.escalations(post.pk)]
    return sorted(lines, key=lambda line: line.at)


def _colleagues(request: MemberRequest, post: Post) -> dict[UUID, str]:
    """Who may be told of a comment: the others who see this client."""
    names = names_of(roles_in(post.workspace_id).keys() - {request.user.pk})
    return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))


def _post(request: MemberRequest, post_id: UUID, permission: str) -> Post:
    post: Post = get_object_or_404(Post.objects.select_related("workspace"), pk=post_id, deleted_at=None)
    request.member.require(permission, post.workspace_id)
    return post


def _request(request: MemberRequest, request_id: UUID, permission: str) -> Request:
    rows = selectors.requests().select_related("post__workspace", "asked_by")
    found: Request = get_object_or_404(rows, pk=request_id)
    request.member.require(permission, found.workspace_id)
    return found
