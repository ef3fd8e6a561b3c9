"""Letters to reviewers: written down in the transaction of what they tell, and sent by whoever claims them.

A letter is a row, and its key makes it one: of a digest there is one for each person, rule and day. It is marked as
handed over before the mail server is asked, so that after a crash in between it is in doubt: a digest of what waits for
a member is then left, for the next day's lists the same again, and everything else goes once more under the same
Message-ID; to a guest at most once. What the server refuses is tried again later.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q

from apps.approvals.models import Letter, ReviewLink
from apps.approvals.people.calendars import Calendars, hours_of_workspace
from apps.approvals.services.wording import message_of
from apps.core import clock, ids, tenancy

logger = logging.getLogger(__name__)
BATCH: Final = 50
MOST_COPIES: Final = 2  # of one letter to a guest, where answers of the mail server are lost
LEASE: Final = timedelta(minutes=5)
FIRST_PAUSE: Final = timedelta(minutes=2)
LONGEST_PAUSE: Final = timedelta(hours=1)
MOST_TRIES: Final = 20
KEPT: Final = timedelta(days=60)
TURN, MENTION = "turn", "mention"
WAITING, MENTIONS, REMINDER, GUESTS = "waiting", "mentions", "reminder", "guests"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a letter is to: a member, or one of the client's guests."""

    user_id: UUID | None = None
    guest_id: UUID | None = None

    @property
    def id(self) -> UUID:
        found = self.user_id or self.guest_id
        assert found is not None, "a letter is to somebody"  # noqa: S101
        return found

    @property
    def columns(self) -> dict[str, UUID]:
        return {"user_id": self.user_id} if self.user_id else {"guest_id": self.id}


@dataclass(frozen=True, slots=True)
class Claim:
    letter_id: UUID
    organization_id: UUID
    fence: int
    tries: int


def write_at_once(*, user_id: UUID, rule: str, about: UUID, now: datetime) -> None:
    """Tell somebody soon; what comes before the letter is sent is told in it too."""
    waiting = Letter.objects.select_for_update().filter(user=user_id, rule=rule, on_day=None)
    letter = waiting.filter(handed_at=None, dropped_at=None).order_by("id").first()
    if letter is not None:
        _add(letter, about)
        return
    organization_id = tenancy.required_organization()
    Letter.objects.create(
        organization_id=organization_id, user_id=user_id, key=f"{rule}:{ids.new_id()}", rule=rule,
        about=[str(about)], due_at=now,
    )  # fmt: skip


def write_in_digest(*, to: Reader, rule: str, about: UUID, calendars: Calendars, now: datetime) -> None:
    """Tell somebody in the next digest of a rule: today's, unless that is out, and within working hours."""
    at = calendars.next(to.id, now)
    while True:
        day = calendars.person(to.id).day(at)
        letter, is_new = digest_of(to=to, rule=rule, day=day, due_at=at, about=[str(about)])
        if is_new:
            return
        held = Letter.objects.locked(letter.pk)
        if held.handed_at is None and held.dropped_at is None:
            _add(held, about)
            return
        at = calendars.next(to.id, calendars.person(to.id).end_of_day(at))


def digest_of(*, to: Reader, rule: str, day: date, due_at: datetime, about: Sequence[str] = ()) -> tuple[Letter, bool]:
    """The digest of a rule for this person and day, and whether it was written now."""
    defaults = {
        "organization_id": tenancy.required_organization(), "rule": rule, "on_day": day, "due_at": due_at,
        "about": list(about),
    }  # fmt: skip
    found: tuple[Letter, bool] = Letter.objects.get_or_create(**to.columns, key=f"{rule}:{day}", defaults=defaults)
    return found


def send_letters(*, now: datetime) -> int:
    """Send what is due; how many letters were claimed. Any number of these may run at once."""
    _give_back_doubtful(now)
    claims = _claim(now)
    connection = get_connection()
    for claim in claims:
        try:
            connection.open()
        except Exception as error:  # The server is away: nothing was sent.
            _try_later(claim, error, now)
            continue
        _send(claim, connection, now)
    if claims:
        connection.close()
    return len(claims)


def forget_letters(*, now: datetime) -> int:
    """What was told long ago is not kept."""
    with tenancy.across_tenants("forget old letters to reviewers"):
        return int(Letter.across_tenants.filter(created_at__lt=now - KEPT).delete()[0])


def _add(letter: Letter, about: UUID) -> None:
    if str(about) not in letter.about:
        letter.about = [*letter.about, str(about)]
        letter.save(update_fields=["about"])


def _claim(now: datetime) -> list[Claim]:
    with tenancy.across_tenants("claim letters to reviewers that are due"), transaction.atomic():
        rows = Letter.across_tenants.filter(due_at__lte=now, handed_at=None, sent_at=None, dropped_at=None)
        free = rows.filter(Q(lease_until=None) | Q(lease_until__lte=now))
        found = list(free.order_by("due_at", "id").skipping_locked()[:BATCH])
        Letter.across_tenants.filter(pk__in=[row.pk for row in found]).update(
            lease_until=now + LEASE, fence=F("fence") + 1, tries=F("tries") + 1
        )
    return [Claim(row.pk, row.organization_id, row.fence + 1, row.tries + 1) for row in found]


def _send(claim: Claim, connection: Any, now: datetime) -> None:
    """Write it, mark it as handed over, and hand it over: in this order, and the last outside of any transaction."""
    try:
        with tenancy.scope(organization_id=claim.organization_id), transaction.atomic():
            message = _handed(claim, now)
        if message is None:
            return
        connection.send_messages([message])
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        _try_later(claim, error, now)
    except Exception as error:  # Nobody knows whether it went out.
        logger.exception("Letter %s is in doubt", claim.letter_id)
        _note(claim, problem=type(error).__name__)
    else:
        _note_sent(claim)


def _handed(claim: Claim, now: datetime) -> EmailMessage | None:
    """The mail, once the row says that it is about to go; None where another has it, or nothing is left to say."""
    rows = Letter.objects.select_for_update(of=("self",)).select_related("user", "guest__workspace", "asked_by")
    letter = rows.get(pk=claim.letter_id)
    if letter.fence != claim.fence or letter.handed_at is not None:
        return None
    to, calendars = Reader(letter.user_id, letter.guest_id), _calendars_of(letter, now)
    if letter.on_day and not calendars.is_there(to.id, now):
        _put_off(letter, to, calendars, now)
        return None
    message: EmailMessage | None = message_of(letter, calendars.person(to.id).zone, now)
    if message is None:
        Letter.objects.filter(pk=letter.pk).update(dropped_at=now, lease_until=None)
        return None
    # Of many letters the last may go long after the run began, and whoever looks for lost ones counts from here.
    Letter.objects.filter(pk=letter.pk).update(handed_at=clock.now())
    return message


def _calendars_of(letter: Letter, now: datetime) -> Calendars:
    """A guest works when the client does, as far as anybody knows."""
    if letter.guest is not None:
        return Calendars(usual=hours_of_workspace(letter.guest.workspace))
    return Calendars.of(letter.organization_id, {pk for pk in [letter.user_id] if pk}, since=now)


def _put_off(letter: Letter, to: Reader, calendars: Calendars, now: datetime) -> None:
    """Its hours are over: what it was about comes in the next one. What waits is looked up anew then anyway."""
    Letter.objects.filter(pk=letter.pk).update(dropped_at=now, lease_until=None)
    for about in letter.about:
        write_in_digest(to=to, rule=letter.rule, about=UUID(about), calendars=calendars, now=now)


def _give_back_doubtful(now: datetime) -> None:
    """Whoever had these died, or lost the answer. Digests of what waits for members are left: the next one lists the
    same. To guests a letter goes once more, and then a member is told that it could not be sent."""
    with tenancy.across_tenants("look for letters that nobody knows of whether they are out"):
        lost = Letter.across_tenants.filter(handed_at__lte=now - LEASE, sent_at=None, dropped_at=None)
        digests = Q(on_day__isnull=False, guest=None) & ~Q(rule=MENTIONS) & ~Q(rule__startswith=GUESTS)
        copies = Q(guest__isnull=False, tries__gte=MOST_COPIES)
        lost.filter(digests | copies | Q(tries__gte=MOST_TRIES)).update(dropped_at=now, problem="in doubt")
        lost.update(handed_at=None, lease_until=None)


def _try_later(claim: Claim, error: Exception, now: datetime) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(claim.tries - 1, 8), LONGEST_PAUSE)
    logger.warning("A letter was not taken: %s", type(error).__name__)
    gives_up = {"dropped_at": now} if claim.tries >= MOST_TRIES else {}
    problem = type(error).__name__[:120]
    _note(claim, handed_at=None, lease_until=None, due_at=now + pause, problem=problem, **gives_up)


def _note_sent(claim: Claim) -> None:
    now = clock.now()
    _note(claim, sent_at=now, problem="")
    with tenancy.scope(organization_id=claim.organization_id):
        ReviewLink.objects.filter(mailed_tokens__letter=claim.letter_id).update(mailed_at=now)


def _note(claim: Claim, **changes: Any) -> None:
    with tenancy.scope(organization_id=claim.organization_id):
        Letter.objects.filter(pk=claim.letter_id, fence=claim.fence).update(**changes)
