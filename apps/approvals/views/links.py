"""Review links as members see them: make them for posts or for a month, hand them over, withdraw them; and the hour
that a guest proposed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.approvals import reviews, services
from apps.approvals.errors import ApprovalRefused
from apps.approvals.guest_letters import invitation, reminder
from apps.approvals.link_forms import LinkForm
from apps.approvals.models import Guest, Letter, Request, ReviewLink, Thread
from apps.approvals.services import Invited
from apps.approvals.sharing import Kind, LinkState
from apps.core import clock, ids
from apps.core.calendar import Month
from apps.core.secrets import Secret
from apps.posts.errors import PostNotReady
from apps.publishing.errors import PostBusy
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace

MONTH: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MOST_AT_ONCE: Final = 50
TONES: Final = {LinkState.OPEN: "ok", LinkState.LOCKED: "bad"}


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link as the list shows it; `revoke_url` is "" where there is nothing to withdraw, `remind_url`, a letter to the
    guest, where nothing waits for them, and `mail_url` where Postroom cannot mail the link; `unmailed` is why, where
    only the workspace is in the way."""

    guest: str
    what: str
    state: str
    tone: str
    made_by: str
    expires_at: datetime
    has_passcode: bool
    revoke_url: str
    remind_url: str = ""
    mail_url: str = ""
    unmailed: str = ""
    mailed: str = ""
    mailed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A link that was just made, with its address. `mailed` says what has become of the mail that Postroom was to send;
    `link_id` is "" where it cannot send one, and `unmailed` why not."""

    id: str
    guest: str
    url: str
    mail_url: str
    token: str
    link_id: str
    mailed: str
    unmailed: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The posts that a link is to be for: the ids of their requests as a form carries them, or the month."""

    post_ids: Sequence[UUID]
    request_ids: Sequence[str] = ()
    month: str = ""

    @property
    def what(self) -> str:
        if month := _month(self.month):
            return date_format(month.first, "F Y")
        number = len(self.post_ids)
        return ngettext("%(number)s post", "%(number)s posts", number) % {"number": number}


@require_safe
@page("approval.view")
def index(request: MemberRequest) -> HttpResponse:
    """Who of the client's has a way in, and who was invited at all."""
    workspace = _here(request)
    related = ("guest", "made_by", "workspace", "organization")
    rows = ReviewLink.objects.filter(workspace=workspace).select_related(*related)[:200]
    now, may_make = clock.now(), request.member.may("approval.request")
    awaited = reviews.awaited_links(rows) if may_make else set()
    letters = services.last_letters(rows)
    may_forget = request.member.may("workspace.edit")
    guests = Guest.objects.filter(workspace=workspace, forgotten_at=None)
    lines = [
        _with_letters(row, now, letters.get(row.pk), may_make=may_make, is_awaited=row.pk in awaited) for row in rows
    ]
    context = {
        "zone": workspace.timezone,
        "links": lines,
        "unmailed": next((line.unmailed for line in lines if line.unmailed), ""),
        "press": str(ids.new_id()),
        "guests": [
            {"name": one.name, "email": one.email, "forget_url": reverse("approvals:guest_forget", args=[one.pk])}
            for one in guests
        ],
        "may_forget": may_forget,
        "back_url": reverse("approvals:index"),
    }  # fmt: skip
    return render(request, "approvals/links.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("approval.request")
def new(request: MemberRequest) -> HttpResponse:
    """For the posts of the requests that were chosen, or for a month; `action` makes the links."""
    workspace = _here(request)
    choice = _choice(request, workspace)
    known = {
        row.pk: Invited(row.name, row.email) for row in Guest.objects.filter(workspace=workspace, forgotten_at=None)
    }
    if request.POST.get("action") != "make":
        return _show(request, workspace, choice, LinkForm(known=known))
    form = LinkForm(request.POST, known=known)
    if not form.is_valid():
        return _show(request, workspace, choice, form, status=422)
    try:
        made = services.make_links(
            seat=request.member,
            workspace_id=workspace.pk,
            post_ids=choice.post_ids,
            month=choice.month,
            **form.values(),
        )
    except ApprovalRefused as error:
        form.add_error(None, error.words)
        return _show(request, workspace, choice, form, status=422)
    return _hand_over(request, workspace, made)


@require_POST
@page("approval.request")
def hand_over(request: MemberRequest) -> HttpResponse:
    """Mail links that were just made, and show their addresses again, which are on the page that asks. `send` is the id
    of one of them, or "all"; whoever has been sent one, by an earlier showing of the page, gets no second."""
    made = services.links_of_tokens(request.POST.getlist("token")[:MOST_AT_ONCE])
    written = services.last_letters([link for link, _token in made])
    for link, _token in made:
        is_chosen = request.POST.get("send") in ("all", str(link.pk))
        if is_chosen and link.guest.email and link.pk not in written:
            request.member.require("approval.request", link.workspace_id)
            _mail(request, link)
    if not made:
        return redirect("approvals:links")
    return _hand_over(request, made[0][0].workspace, made)


@require_POST
@page("approval.view")
def mail(request: MemberRequest, link_id: UUID) -> HttpResponse:
    link = get_object_or_404(ReviewLink.objects.select_related("guest"), pk=link_id)
    request.member.require("approval.request", link.workspace_id)
    if _mail(request, link):
        messages.success(request, _("On its way to %(address)s.") % {"address": link.guest.email})
    return redirect("approvals:links")


def _mail(request: MemberRequest, link: ReviewLink) -> bool:
    try:
        services.mail_link(link_id=link.pk, seat=request.member, press=request.POST.get("press", ""))
    except ApprovalRefused as error:
        messages.error(request, f"{link.guest}: {error.words}")
        return False
    return True


@require_POST
@page("approval.view")
def revoke(request: MemberRequest, link_id: UUID) -> HttpResponse:
    link = get_object_or_404(ReviewLink.objects, pk=link_id)
    request.member.require("approval.request", link.workspace_id)
    services.revoke_link(link_id=link.pk, actor=request.member.actor)
    messages.success(request, _("The link is withdrawn. What was decided by it in steps that are passed stands."))
    return redirect("approvals:links")


@require_POST
@page("approval.view")
def forget(request: MemberRequest, guest_id: UUID) -> HttpResponse:
    guest = get_object_or_404(Guest.objects, pk=guest_id)
    request.member.require("workspace.edit", guest.workspace_id)
    services.forget_guest(guest_id=guest.pk, actor=request.member.actor)
    messages.success(request, _("Name and address are forgotten, and their links withdrawn. What they decided stays."))
    return redirect("approvals:links")


@require_POST
@page("approval.view")
def take_time(request: MemberRequest, thread_id: UUID) -> HttpResponse:
    """Move the post to the hour that a guest proposed."""
    thread = get_object_or_404(Thread.objects.select_related("post"), pk=thread_id, anchor__kind="time")
    request.member.require("post.schedule", thread.workspace_id)
    try:
        services.take_proposed_time(thread=thread, actor=request.member.actor)
    except (ApprovalRefused, PostBusy, PostNotReady) as error:
        messages.error(request, getattr(error, "words", "") or str(error))
    else:
        messages.success(request, _("Moved. Whoever approved another hour is asked again, where the policy says so."))
    last = Request.objects.filter(post_id=thread.post_id).order_by("-number").first()
    return redirect("approvals:review", last.pk) if last else redirect("publishing:post", thread.post_id)


def _with_letters(
    row: ReviewLink, now: datetime, letter: Letter | None, *, may_make: bool, is_awaited: bool
) -> LinkLine:
    is_open = row.state(now) is LinkState.OPEN
    could_go = may_make and is_open and bool(row.guest.email)
    unmailed = services.why_nobody_is_mailed(row.workspace) if could_go else ""
    said, at = _mailed(row, letter)
    return replace(
        line_of(row, now, may_revoke=may_make),
        remind_url=reminder(row).url if is_awaited and is_open else "",
        mail_url=reverse("approvals:link_mail", args=[row.pk]) if could_go and not unmailed else "",
        unmailed=unmailed,
        mailed=said,
        mailed_at=at,
    )


def _mailed(row: ReviewLink, letter: Letter | None) -> tuple[str, datetime | None]:
    """What has become of the mail that took the link to its guest, and when it was taken."""
    if letter is not None and not letter.sent_at:
        if letter.dropped_at is None:
            return (_("the mail is on its way") if not letter.problem else _("the mail is tried again")), None
        if letter.problem:
            return _("the mail could not be sent"), None
    return (_("sent"), row.mailed_at) if row.mailed_at else ("", None)


def line_of(row: ReviewLink, now: datetime, *, may_revoke: bool) -> LinkLine:
    state = row.state(now)
    is_live = state in (LinkState.OPEN, LinkState.LOCKED)
    return LinkLine(
        guest=str(row.guest),
        what=_what(row),
        state=str(state.label),
        tone=TONES.get(state, ""),
        made_by=str(row.made_by or ""),
        expires_at=row.expires_at,
        has_passcode=bool(row.passcode_hash),
        revoke_url=reverse("approvals:link_revoke", args=[row.pk]) if may_revoke and is_live else "",
    )


def _what(row: ReviewLink) -> str:
    if row.month and (month := _month(row.month)):
        return date_format(month.first, "F Y")
    return row.title or str(Kind(row.kind).label)


def _choice(request: MemberRequest, workspace: Workspace) -> Choice:
    said = request.POST if request.method == "POST" else request.GET
    if month := _month(said.get("month", "")):
        return Choice(reviews.posts_of_month(workspace.pk, month, workspace.timezone), month=str(month))
    ids = [text for text in said.getlist("request") if _id(text)]
    rows = Request.objects.filter(workspace=workspace, pk__in=ids)
    return Choice(list(rows.values_list("post_id", flat=True)), [str(pk) for pk in rows.values_list("pk", flat=True)])


def _show(
    request: MemberRequest, workspace: Workspace, choice: Choice, form: LinkForm, *, status: int = 200
) -> HttpResponse:
    waiting = reviews.posts_for_guests(workspace.pk, choice.post_ids)
    context = {
        "form": form,
        "pairs": form.pairs(),
        "has_known": bool(form.known),
        "what": choice.what,
        "count": len(waiting),
        "left_out": len(choice.post_ids) - len(waiting),
        "request_ids": choice.request_ids,
        "month": choice.month,
        "action_url": reverse("approvals:link_new"),
        "back_url": reverse("approvals:index"),
        "policy_url": reverse("approvals:policy", args=[workspace.pk]),
    }
    return render(request, "approvals/link_new.html", context, status=status)


@never_cache
def _hand_over(request: MemberRequest, workspace: Workspace, made: Sequence[tuple[ReviewLink, Secret]]) -> HttpResponse:
    """The one page that ever shows the addresses."""
    letters = services.last_letters([link for link, _token in made])
    why_not = services.why_nobody_is_mailed(workspace)
    handed = [_handed(link, token, why_not, is_on_its_way=link.pk in letters) for link, token in made]
    context = {
        "handed": handed,
        "press": str(ids.new_id()),
        "send_url": reverse("approvals:links_hand_over"),
        "may_send_all": len([one for one in handed if one.link_id and not one.mailed]) > 1,
        "expires_at": made[0][0].expires_at,
        "has_passcode": bool(made[0][0].passcode_hash),
        "zone": workspace.timezone,
        "back_url": reverse("approvals:links"),
    }
    return render(request, "approvals/links_made.html", context)


def _handed(link: ReviewLink, token: Secret, why_not: str, *, is_on_its_way: bool) -> Handed:
    address, email = services.address_of(token), link.guest.email
    unmailed = why_not if email else _("No mail address: hand it over another way.")
    return Handed(
        id=f"link-{link.pk}",
        guest=str(link.guest),
        url=address,
        mail_url=invitation(link, address).url,
        token=token.reveal(),
        link_id="" if unmailed else str(link.pk),
        mailed=_("On its way to %(address)s.") % {"address": email} if email and is_on_its_way else "",
        unmailed=unmailed,
    )


def _here(request: MemberRequest) -> Workspace:
    workspace = request.member.workspace
    assert workspace is not None, "page() lets nobody in without one"  # noqa: S101
    return workspace


def _month(text: str) -> Month | None:
    found = MONTH.fullmatch(text)
    return Month(int(found[1]), int(found[2])) if found else None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
