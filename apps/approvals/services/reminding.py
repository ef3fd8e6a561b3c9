"""Who is told what, and when: that it is their turn, what still waits, what a rule reminds of, and who named them.

    turn       at once, or in the daily digest, as the person chose
    waiting    once each working day, whatever waits for the person: nobody depends on another mail having arrived
    reminder   what a rule of a step reminds of, once a day for each rule; guests with a link and an address too
    guests     the same, to a member: which of the client's guests a reminder cannot reach
    mention    who named them in a comment; at once, or once a day

Digests go out within the person's own working hours, and an absence has none; to guests within the client's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.approvals.models import Comment, StepState
from apps.approvals.people.awaiting import Asked, asked
from apps.approvals.people.calendars import Calendars, hours_of_workspace
from apps.approvals.people.guests import GuestsAsked, guests_asked
from apps.approvals.people.selectors import choices_of
from apps.approvals.services.letters import (
    GUESTS,
    MENTION,
    MENTIONS,
    REMINDER,
    TURN,
    WAITING,
    Reader,
    digest_of,
    write_at_once,
    write_in_digest,
)
from apps.approvals.states import Deed, MailChoice, RequestState, StepStatus
from apps.core import tenancy


def tell_turn(*, request_id: UUID, key: str, now: datetime, only: Collection[UUID] | None = None) -> None:
    """Write to those whose turn it is in this step and who want to know at once; `only` to these of them."""
    for one in asked(step_ids=_open_steps(request_id, key)):
        people = one.people if only is None else one.people & set(only)
        for user_id in _at_once(people):
            write_at_once(user_id=user_id, rule=TURN, about=one.row.pk, now=now)


def tell_escalation(
    *, request_id: UUID, key: str, rule: str, deed: str, people: Collection[UUID], now: datetime
) -> None:
    """A rule has acted: those who were brought in hear that it is their turn, and a reminder reaches all who are
    awaited."""
    if deed != Deed.REMIND:
        tell_turn(request_id=request_id, key=key, now=now, only=people)
        return
    step_ids, about = _open_steps(request_id, key), f"{key}:{rule}"
    for one in asked(step_ids=step_ids):
        calendars = Calendars.of(one.request.organization_id, one.people, since=now)
        for user_id in sorted(one.people):
            _remind(Reader(user_id), f"{REMINDER}:{about}", one.row, calendars, now)
    for waiting in guests_asked(step_ids=step_ids, now=now):
        _remind_guests(waiting, about, now)


def _remind_guests(waiting: GuestsAsked, about: str, now: datetime) -> None:
    """Those who can be reached; and of the others the members who are to see to it."""
    row = waiting.row
    calendars = Calendars(usual=hours_of_workspace(waiting.request.workspace))
    for link in waiting.links:
        _remind(Reader(guest_id=link.guest_id), f"{REMINDER}:{about}", row, calendars, now)
    members = frozenset().union(*(one.members for one in waiting.unreached))
    calendars = Calendars.of(waiting.request.organization_id, members, since=now)
    for user_id in sorted(members):
        _remind(Reader(user_id), f"{GUESTS}:{about}", row, calendars, now)


def _remind(to: Reader, rule: str, row: StepState, calendars: Calendars, now: datetime) -> None:
    write_in_digest(to=to, rule=rule, about=row.pk, calendars=calendars, now=now)


def tell_mentions(*, comment_id: UUID, now: datetime) -> None:
    """Write to the people who are named in a comment; nobody is told of their own words."""
    comment = Comment.objects.filter(pk=comment_id).first()
    people = {UUID(pk) for pk in comment.mentions} - {comment.author_id} if comment else set()
    if comment is None or not people:
        return
    now_people = set(_at_once(people))
    calendars = Calendars.of(comment.organization_id, people, since=now)
    for user_id in sorted(people):
        if user_id in now_people:
            write_at_once(user_id=user_id, rule=MENTION, about=comment_id, now=now)
        else:
            write_in_digest(to=Reader(user_id), rule=MENTIONS, about=comment_id, calendars=calendars, now=now)


def plan_digests(*, now: datetime) -> int:
    """Write today's digest for everybody who works now and is awaited; how many were written. Twice is once."""
    with tenancy.across_tenants("find organizations in which somebody is asked to approve something"):
        open_ = StepState.across_tenants.filter(status=StepStatus.OPEN, request__state=RequestState.PENDING)
        organizations = sorted(set(open_.order_by().values_list("organization_id", flat=True)))
    return sum(_plan(organization_id, now) for organization_id in organizations)


def _open_steps(request_id: UUID, key: str) -> list[UUID]:
    rows = StepState.objects.filter(request=request_id, key=key, status=StepStatus.OPEN)
    return list(rows.values_list("pk", flat=True))


def _plan(organization_id: UUID, now: datetime) -> int:
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        waiting = asked()
        people = frozenset().union(*(one.people for one in waiting))
        calendars = Calendars.of(organization_id, people, since=now)
        at_once = set(_at_once(people))
        return sum(
            _write_digest(user_id, calendars, now)
            for user_id in sorted(people)
            if calendars.is_there(user_id, now)
            and _has_news(user_id, waiting, calendars, now, knows=user_id in at_once)
        )


def _has_news(user_id: UUID, waiting: Iterable[Asked], calendars: Calendars, now: datetime, *, knows: bool) -> bool:
    """Who hears of each turn at once is reminded from the next working day on, of what was there when it began."""
    if not knows:
        return True
    begin, _ = next(calendars.person(user_id).spans(now))
    mine = [one.row for one in waiting if user_id in one.people]
    return any(row.opened_at is None or row.opened_at < begin for row in mine)


def _write_digest(user_id: UUID, calendars: Calendars, now: datetime) -> bool:
    day = calendars.person(user_id).day(now)
    _, is_new = digest_of(to=Reader(user_id), rule=WAITING, day=day, due_at=now)
    return is_new


def _at_once(people: Collection[UUID]) -> list[UUID]:
    choices = choices_of(people)
    return sorted(pk for pk in people if choices.get(pk, MailChoice.AT_ONCE) == MailChoice.AT_ONCE)
