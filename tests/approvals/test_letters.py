"""Who is told what, once: turns, digests, reminders and mentions, through a mail server that can fail."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from apps.approvals import services
from apps.approvals.deciders import Decider
from apps.approvals.models import Letter, MailLink
from apps.approvals.services.letters import LEASE
from apps.approvals.states import MailChoice
from apps.core import tenancy
from apps.events.services import relay
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk, actor
from tests.approvals.people import away
from tests.approvals.test_escalating import rule
from tests.support.clock import Clock
from tests.support.mail import Mailbox
from tests.tenants.test_mail_server import PostOffice

pytestmark = pytest.mark.django_db
TUESDAY_NOON = datetime(2036, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def clock(clock: Clock) -> Clock:
    clock.set(TUESDAY_NOON)
    return clock


def beat(clock: Clock, **span: float) -> None:
    """What beat wakes, after so long."""
    clock.advance(**span)
    services.escalate(now=clock.now)
    relay()
    services.plan_digests(now=clock.now)
    services.send_letters(now=clock.now)


def prefers(desk: Desk, who: Membership, choice: MailChoice) -> None:
    with desk.agency.scope():
        services.choose_mail(user_id=who.user_id, choice=choice)


def subjects(mailbox: Mailbox, who: Membership) -> list[str]:
    return [str(one.subject) for one in mailbox.to(who.user.email)]


def letters() -> list[Letter]:
    with tenancy.across_tenants("a test looks"):
        return list(Letter.across_tenants.order_by("id"))


# --- turns


def test_whose_turn_it_is_hears_at_once_with_a_link(
    desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    desk.policy(MANAGER)
    desk.planned(text="Cardamom bun day", minutes=60 * 24)
    beat(clock)

    (told,) = mailbox.to(manager.user.email)
    assert told.subject == "To approve: Cardamom bun day"
    assert "it is your turn to approve" in told.body
    assert "due Wed 26 Nov 2036, 13:00" in told.body, "by the clock of whoever reads it"
    assert "/approvals/mail/" in told.body


def test_many_that_come_together_are_one_mail(desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock) -> None:
    desk.policy(MANAGER)
    for number in range(3):
        desk.submit(desk.post(f"Post {number}"))
    beat(clock)

    assert subjects(mailbox, manager) == ["3 posts wait for your approval"]
    with desk.agency.scope():
        assert MailLink.objects.count() == 3


def test_nobody_hears_of_what_is_settled_or_their_own(desk: Desk, mailbox: Mailbox, clock: Clock) -> None:
    author, other = desk.people(Role.MANAGER, 2)
    desk.policy(MANAGER)
    request = desk.submit(desk.post(by=author))
    relay()
    desk.decide(request, other)
    beat(clock)

    assert len(mailbox) == 0
    assert [one.dropped_at for one in letters()] == [clock.now]


def test_whoever_chose_so_hears_once_a_day_within_their_hours(
    desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    prefers(desk, manager, MailChoice.DIGEST)
    desk.policy(MANAGER)
    clock.advance(hours=6)
    desk.submit(desk.post("One"))
    beat(clock)
    assert len(mailbox) == 0, "it is evening"
    beat(clock, hours=15)
    assert subjects(mailbox, manager) == ["To approve: One"]
    desk.submit(desk.post("Two"))
    for _ in range(8):
        beat(clock, hours=1)
    assert len(mailbox) == 1, "a day has one"
    beat(clock, hours=16)
    assert subjects(mailbox, manager)[1:] == ["2 posts wait for your approval"]


def test_who_heard_at_once_is_reminded_from_the_next_day_on(
    desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    desk.policy(MANAGER)
    desk.submit(desk.post("One"))
    beat(clock)
    beat(clock, hours=2)
    assert len(mailbox) == 1
    beat(clock, hours=20)
    assert len(mailbox) == 2


def test_away_nobody_hears_and_whoever_stands_in_does(
    desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    stand_in = desk.person(Role.APPROVER)
    prefers(desk, manager, MailChoice.DIGEST)
    desk.policy(MANAGER)
    away(desk, manager, stand_in, days=1)
    desk.submit(desk.post())
    beat(clock)
    assert (subjects(mailbox, manager), len(subjects(mailbox, stand_in))) == ([], 1)
    beat(clock, hours=48)
    assert len(subjects(mailbox, manager)) == 1


# --- rules


def test_a_reminder_of_a_rule_is_one_a_day_for_all_its_posts(
    desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    prefers(desk, manager, MailChoice.DIGEST)
    desk.policy({**MANAGER, "escalations": [rule("remind", hours=1)]})
    desk.submit(desk.post("One"))
    beat(clock)
    del mail.outbox[:]
    beat(clock, hours=1)
    (told,) = mailbox.to(manager.user.email)
    assert "still waits for you" in told.body
    desk.submit(desk.post("Two"))
    desk.submit(desk.post("Three"))
    beat(clock, hours=1.5)
    assert len(mailbox) == 1, "a day has one of each rule"
    beat(clock, hours=18.5)
    assert [one for one in subjects(mailbox, manager)[1:] if "2 posts" in one], "what it left out comes the next day"


def test_those_who_are_brought_in_hear_that_it_is_their_turn(
    desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    boss = desk.person(Role.ADMIN)
    desk.policy({**MANAGER, "escalations": [rule("add", boss, hours=1)]})
    desk.submit(desk.post("One"))
    beat(clock)
    assert subjects(mailbox, boss) == []
    beat(clock, hours=1)
    assert subjects(mailbox, boss) == ["To approve: One"]
    assert subjects(mailbox, manager) == ["To approve: One"], "who was asked before is not told twice"


# --- mentions


@pytest.mark.parametrize("choice", MailChoice)
def test_who_is_named_in_a_comment_hears_of_it(
    desk: Desk, manager: Membership, creator: Membership, mailbox: Mailbox, clock: Clock, choice: MailChoice
) -> None:
    prefers(desk, creator, choice)
    clock.advance(hours=8)
    post = desk.post("Cardamom bun day")
    with desk.agency.scope():
        named = [creator.user_id, manager.user_id]
        services.comment(post=post, text="Is it 27?", by=Decider.of(actor(manager)), mentions=named)
    beat(clock)
    assert len(subjects(mailbox, creator)) == (1 if choice == MailChoice.AT_ONCE else 0)
    beat(clock, hours=14)
    (told,) = mailbox.to(creator.user.email)
    assert told.subject == "Manager has named you in a comment"
    assert "Is it 27?" in told.body
    assert subjects(mailbox, manager) == [], "nobody is told of their own words"


def test_who_has_left_reads_no_comment(
    desk: Desk, manager: Membership, creator: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    from tests.approvals.test_races import leave

    post = desk.post()
    with desk.agency.scope():
        services.comment(post=post, text="Is it 27?", by=Decider.of(actor(manager)), mentions=[creator.user_id])
    relay()
    leave(creator)
    beat(clock)
    assert len(mailbox) == 0


# --- two beats, crashes, and a mail server that fails


class Failing(EmailBackend):
    """A mail server that says what it is told to say."""

    error: Any = None
    on_open: Any = None

    def open(self) -> bool:
        if type(self).on_open:
            raise type(self).on_open
        return False

    def send_messages(self, messages: Any) -> int:
        if type(self).error:
            raise type(self).error
        return super().send_messages(messages)


@pytest.fixture
def server(settings: Any) -> Any:
    settings.EMAIL_BACKEND = f"{__name__}.Failing"
    yield Failing
    Failing.error = Failing.on_open = None


def waiting_digest(desk: Desk, manager: Membership) -> None:
    prefers(desk, manager, MailChoice.DIGEST)
    desk.policy(MANAGER)
    desk.submit(desk.post("One"))


def test_two_beats_at_once_send_one(desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock) -> None:
    waiting_digest(desk, manager)
    beat(clock)
    beat(clock)
    for one in letters():
        assert one.sent_at == clock.now
    assert len(mailbox) == 1


def test_while_another_has_it_nobody_else_sends_it(
    desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    waiting_digest(desk, manager)
    services.plan_digests(now=clock.now)
    with tenancy.across_tenants("another worker has just claimed it"):
        Letter.across_tenants.update(lease_until=clock.now + LEASE)
    services.send_letters(now=clock.now)
    assert len(mailbox) == 0
    clock.advance(minutes=6)
    services.send_letters(now=clock.now)
    assert len(mailbox) == 1, "the other died before it gave the letter to the server"


class Slow(EmailBackend):
    """A mail server that takes its time; what happens meanwhile, mail by mail."""

    meanwhile: Iterator[Callable[[], object]] = iter(())

    def send_messages(self, messages: Any) -> int:
        next(type(self).meanwhile, int)()
        return super().send_messages(messages)


def test_a_slow_batch_hands_each_letter_over_at_an_hour_of_its_own(
    desk: Desk, mailbox: Mailbox, clock: Clock, settings: Any
) -> None:
    """The second letter is on its way for seconds when another worker looks for those that were lost for minutes."""
    people = desk.people(Role.MANAGER, 2)
    desk.policy(MANAGER)
    desk.submit(desk.post("One"))
    relay()

    def another_worker() -> None:
        services.send_letters(now=clock.advance(seconds=20))

    settings.EMAIL_BACKEND = f"{__name__}.Slow"
    Slow.meanwhile = iter([lambda: clock.advance(minutes=4, seconds=50), another_worker])
    services.send_letters(now=clock.now)
    assert [len(mailbox.to(one.user.email)) for one in people] == [1, 1]


@pytest.mark.parametrize(
    "error",
    [smtplib.SMTPRecipientsRefused({}), smtplib.SMTPDataError(451, b"later"), ConnectionRefusedError("away")],
    ids=lambda error: type(error).__name__,
)
def test_what_the_server_did_not_take_is_tried_again(
    desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock, server: Any, error: Exception
) -> None:
    waiting_digest(desk, manager)
    if isinstance(error, ConnectionRefusedError):
        server.on_open = error
    else:
        server.error = error
    beat(clock)
    server.error = server.on_open = None
    beat(clock, minutes=1)
    assert len(mailbox) == 0
    beat(clock, minutes=2)
    assert len(mailbox) == 1


def test_a_digest_in_doubt_is_left_and_the_next_day_lists_the_same(
    desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock, server: Any
) -> None:
    waiting_digest(desk, manager)
    server.error = smtplib.SMTPServerDisconnected("the answer was lost")
    beat(clock)
    server.error = None
    for _ in range(4):
        beat(clock, hours=1)
    assert len(mailbox) == 0, "perhaps it is out: a second would be one too many"
    beat(clock, hours=18)
    assert subjects(mailbox, manager) == ["To approve: One"]


def test_a_turn_in_doubt_goes_again_as_the_same_mail(
    desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock, server: Any
) -> None:
    desk.policy(MANAGER)
    desk.submit(desk.post("One"))
    server.error = smtplib.SMTPServerDisconnected("the answer was lost")
    beat(clock)
    server.error = None
    beat(clock, minutes=6)
    (told,) = mailbox.to(manager.user.email)
    assert told.extra_headers["Message-ID"].startswith(f"<{letters()[0].pk}@")


def test_a_digest_whose_hours_are_over_waits_for_the_next_day(
    desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock, server: Any
) -> None:
    prefers(desk, manager, MailChoice.DIGEST)
    desk.policy({**MANAGER, "escalations": [rule("remind", hours=1)]})
    desk.submit(desk.post("One"))
    server.on_open = ConnectionRefusedError("away for hours")
    beat(clock, hours=1)
    clock.advance(hours=5)
    server.on_open = None
    beat(clock)
    assert len(mailbox) == 0
    beat(clock, hours=15)
    assert len(mailbox) == 2, "what waits, and what the rule reminds of"


def test_what_was_told_long_ago_is_forgotten(desk: Desk, manager: Membership, mailbox: Mailbox, clock: Clock) -> None:
    waiting_digest(desk, manager)
    beat(clock)
    clock.advance(days=70)
    services.forget_letters(now=clock.now)
    services.forget_links(now=clock.now)
    assert letters() == []
    with desk.agency.scope():
        assert not MailLink.objects.exists()


def test_rounds_cost_the_same_for_one_post_and_for_many(
    desk: Desk, manager: Membership, clock: Clock, django_assert_max_num_queries: Any
) -> None:
    desk.policy(MANAGER)
    for number in range(8):
        desk.submit(desk.post(f"Post {number}"))
    prefers(desk, manager, MailChoice.DIGEST)
    with django_assert_max_num_queries(32):  # PostgreSQL is told of each scope besides
        services.plan_digests(now=clock.now)


@pytest.fixture
def post_office(settings: Any) -> Iterator[PostOffice]:
    office = PostOffice()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", office.port, False
    yield office
    office.close()


def test_by_smtp_a_server_that_is_away_delays_and_loses_nothing(
    desk: Desk, manager: Membership, clock: Clock, post_office: PostOffice
) -> None:
    waiting_digest(desk, manager)
    beat(clock)
    assert letters()[0].problem == "ConnectionRefusedError"
    post_office.open()
    beat(clock, minutes=3)
    (told,) = post_office.letters
    assert told["To"] == manager.user.email
    assert told["Message-ID"].startswith(f"<{letters()[0].pk}@")
    assert told["Auto-Submitted"] == "auto-generated"
    body = told.get_payload(decode=True).decode()
    (path,) = re.findall(r"http\S+(/approvals/mail/\S+)", body)
    assert "Thank you" in Client().post(path, {"verdict": "approve"}).content.decode()
