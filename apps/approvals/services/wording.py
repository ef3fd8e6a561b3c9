"""What letters to reviewers say: looked up when they are sent, so that nothing is told that is settled already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.approvals.deciders import names_of
from apps.approvals.models import Comment, Letter, Request
from apps.approvals.people.awaiting import Asked, asked
from apps.approvals.people.guests import Unreached, guests_asked
from apps.approvals.selectors import name_of, snapshot_text
from apps.approvals.services.guest_mail import message_to_guest
from apps.approvals.services.links import make_link
from apps.approvals.sharing import LinkState
from apps.tenants.members import member_of
from apps.tenants.models import User

MOST_LINES: Final = 50
EXCERPT: Final = 160


@dataclass(frozen=True, slots=True)
class Line:
    """A post as a mail lists it."""

    title: str
    text: str
    client: str
    step: str
    due_at: datetime | None
    deadline_at: datetime | None
    is_late: bool
    url: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A post with the guests who cannot be reminded of it, each with the reason."""

    title: str
    client: str
    reasons: Sequence[str]
    url: str


@dataclass(frozen=True, slots=True)
class Word:
    """A comment as a mail tells it."""

    by: str
    text: str
    title: str
    client: str
    url: str


def message_of(letter: Letter, zone: str, now: datetime) -> EmailMessage | None:
    """The mail in the person's zone, with a link of their own for each post; None where nothing is left to say."""
    user = letter.user
    if user is None:
        return message_to_guest(letter, now, _headers(letter))
    if not user.is_active:
        return None
    with timezone.override(zone):
        if letter.rule.startswith("mention"):
            return _about_comments(letter, user)
        if letter.rule.startswith("guests:"):
            return _about_guests(letter, user, now)
        return _about_posts(letter, user, now)


def _about_posts(letter: Letter, user: User, now: datetime) -> EmailMessage | None:
    step_ids = [UUID(pk) for pk in letter.about] if letter.about else None
    waiting = [one for one in asked(step_ids=step_ids) if user.pk in one.people]
    if not waiting:
        return None
    lines = [_line(one, user.pk, now) for one in waiting[:MOST_LINES]]
    kind = letter.rule.partition(":")[0]
    facts = {"lines": lines, "kind": kind, "more": len(waiting) - len(lines), **_frame(user)}
    if len(waiting) == 1:
        subject = _("To approve: %(title)s") % {"title": lines[0].title}
    else:
        number = len(waiting)
        subject = ngettext(
            "%(number)s post waits for your approval", "%(number)s posts wait for your approval", number
        ) % {"number": number}
    return _message(letter, user, subject, "approvals/mail/posts.txt", facts)


def _about_comments(letter: Letter, user: User) -> EmailMessage | None:
    rows = Comment.objects.filter(pk__in=letter.about).select_related("thread__post", "workspace").order_by("id")
    # Whoever has left the client since reads nothing of it any more.
    member = member_of(user, letter.organization_id)
    rows = [row for row in rows if member is not None and member.may_in(row.workspace_id, "approval.view")]
    if not rows:
        return None
    words = [_word(row) for row in rows]
    subject = _("%(name)s has named you in a comment") % {"name": words[0].by}
    return _message(letter, user, subject, "approvals/mail/mentions.txt", {"words": words, **_frame(user)})


def _about_guests(letter: Letter, user: User, now: datetime) -> EmailMessage | None:
    """Whom of the client's guests a reminder cannot reach, to a member who is to see to it."""
    asked_ = guests_asked(step_ids=[UUID(pk) for pk in letter.about], now=now)
    absences = [_absence(step.request, [one for one in step.unreached if user.pk in one.members]) for step in asked_]
    absences = [one for one in absences if one.reasons]
    if not absences:
        return None
    subject = ngettext(
        "A guest cannot be reminded: %(title)s", "Guests cannot be reminded: %(title)s", len(absences[0].reasons)
    ) % {"title": absences[0].title}
    links_url = settings.PUBLIC_URL + reverse("approvals:links")
    return _message(
        letter, user, subject, "approvals/mail/guests.txt",
        {"absences": absences, "links_url": links_url, **_frame(user)},
    )  # fmt: skip


def _absence(request: Request, unreached: Sequence[Unreached]) -> Absent:
    return Absent(
        title=_title(request, _one_line(snapshot_text(request.snapshot))),
        client=request.workspace.name,
        reasons=[_reason(one) for one in unreached],
        url=settings.PUBLIC_URL + reverse("approvals:review", args=[request.pk]),
    )


def _reason(one: Unreached) -> str:
    if not one.name:
        return _("Nobody of the client’s has a link to it.")
    if one.state is LinkState.OPEN:
        return _("%(name)s: has no mail address") % {"name": one.name}
    return _("%(name)s: the link is over (%(why)s)") % {
        "name": one.name, "why": str(one.state.label).lower() if one.state else "",
    }  # fmt: skip


def _title(request: Request, text: str) -> str:
    return request.post.title or text[:60] or _("Untitled post")


def _line(one: Asked, user_id: UUID, now: datetime) -> Line:
    request, row = one.request, one.row
    text = _one_line(snapshot_text(request.snapshot))
    return Line(
        title=_title(request, text),
        text=text,
        client=request.workspace.name,
        step=row.step.name,
        due_at=request.due_at,
        deadline_at=row.deadline_at if row.deadline_at != request.due_at else None,
        is_late=row.deadline_at is not None and row.deadline_at <= now,
        url=make_link(request=request, row=row, user_id=user_id, now=now),
    )


def _word(row: Comment) -> Word:
    post = row.thread.post
    last = Request.objects.filter(post=post).order_by("-number").first()
    path = reverse("approvals:review", args=[last.pk]) if last else reverse("publishing:post", args=[post.pk])
    names = names_of([row.author_id])
    return Word(
        by=name_of(row.author_kind, row.author_id, row.author_name, names),
        text=row.text,
        title=post.title or (_one_line(snapshot_text(last.snapshot))[:60] if last else "") or _("Untitled post"),
        client=row.workspace.name,
        url=f"{settings.PUBLIC_URL}{path}#comments",
    )


def _frame(user: User) -> dict[str, Any]:
    return {
        "name": str(user),
        "queue_url": settings.PUBLIC_URL + reverse("approvals:index"),
        "settings_url": settings.PUBLIC_URL + reverse("approvals:me"),
        "zone": timezone.get_current_timezone_name(),
    }


def _message(letter: Letter, user: User, subject: str, template: str, facts: dict[str, Any]) -> EmailMessage:
    return EmailMessage(
        subject=" ".join(subject.split())[:200],
        body=render_to_string(template, facts),
        to=[user.email],
        headers=_headers(letter),
    )


def _headers(letter: Letter) -> dict[str, str]:
    """The same letter is the same mail, should it ever go twice; and no machine answers it."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return {"Message-ID": f"<{letter.pk}@{host}>", "Auto-Submitted": "auto-generated"}


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1].rstrip()}…"
