"""Letters by which the rules of a policy remind the client's guests, and whom they do not reach."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from apps.approvals import services
from apps.approvals.models import Letter, MailedToken
from apps.core import tenancy
from apps.events.services import relay
from apps.tenants.models import Membership, Organization, Workspace
from tests.approvals.conftest import Desk
from tests.approvals.guests.conftest import CLIENT, INGRID, JONAS, MINA, seat
from tests.approvals.guests.mailed import Invite, link_of, listed, opened, press, reminded
from tests.approvals.test_escalating import rule
from tests.approvals.test_letters import beat
from tests.support.clock import Clock
from tests.support.mail import Mailbox
from tests.tenants.test_mail_server import PostOffice, post_office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tuesday_noon")]
__all__ = ["post_office"]


def subjects(mailbox: Mailbox, address: str) -> list[str]:
    return [str(one.subject) for one in mailbox.to(address)]


def test_guests_with_an_address_are_reminded_and_get_a_way_in(
    desk: Desk, invite: Invite, mailbox: Mailbox, clock: Clock
) -> None:
    post = reminded(desk)
    invite(post, language="de")
    beat(clock)
    assert subjects(mailbox, "ingrid@alder.example") == []
    beat(clock, hours=2)
    beat(clock, hours=1)

    (subject,) = subjects(mailbox, "ingrid@alder.example")
    assert subject.startswith("Noch freizugeben")
    assert "Cardamom bun day" in opened(mailbox, "ingrid@alder.example")


def test_a_day_has_one_reminder_of_a_rule_and_it_comes_within_the_clients_hours(
    desk: Desk, invite: Invite, mailbox: Mailbox, clock: Clock
) -> None:
    first = reminded(desk)
    second = desk.post("Rye")
    desk.submit(second)
    invite(first, second)
    with desk.agency.scope():
        Letter.objects.all().delete()
    for _ in range(5):
        beat(clock, hours=1)
    assert len(mailbox.to("ingrid@alder.example")) == 1
    third = desk.post("Spelt")
    desk.submit(third)
    invite(third)
    beat(clock, hours=1)
    for _ in range(40):
        beat(clock, hours=1)
    assert len(mailbox.to("ingrid@alder.example")) == 2


def test_one_reminder_has_a_way_to_all_that_waits(desk: Desk, invite: Invite, mailbox: Mailbox, clock: Clock) -> None:
    first = reminded(desk, "Cardamom bun day")
    second = desk.post("Rye")
    desk.submit(second)
    invite(first)
    invite(second, days=3)
    beat(clock)
    beat(clock, hours=2)

    (mail,) = mailbox.to("ingrid@alder.example")
    paths = re.findall(r"http\S+?(/review/\S+)", mail.body)
    pages = [Client().get(path).content.decode() for path in paths]
    assert ["Rye" in page for page in pages] == [True, False], "whichever ends first comes first"
    assert "Cardamom bun day" in pages[1]
    assert "until Nov. 28, 2036" in mail.body


def test_a_reminder_counts_as_mailed_for_every_link_that_it_names(
    desk: Desk, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    first, second = reminded(desk, "Cardamom bun day"), desk.post("Rye")
    desk.submit(second)
    later, sooner, withdrawn = invite(first), invite(second, days=3), invite(first)
    with desk.agency.scope():
        services.revoke_link(link_id=withdrawn.link.pk, actor=seat(manager).actor)
    letter = press(desk, later, manager)
    with desk.agency.scope():
        Letter.objects.filter(pk=letter.pk).update(dropped_at=clock.now, problem="in doubt")
    beat(clock)
    assert "the mail could not be sent" in listed(desk, manager)
    beat(clock, hours=2)

    assert len(mailbox.to("ingrid@alder.example")) == 1
    assert [link_of(desk, one).mailed_at for one in (later, sooner, withdrawn)] == [clock.now, clock.now, None]
    page = listed(desk, manager)
    assert (page.count("sent on"), page.count("the mail could not be sent")) == (2, 0)


def test_a_link_that_ended_before_the_reminder_left_does_not_count_as_mailed(
    desk: Desk, invite: Invite, manager: Membership, post_office: PostOffice, clock: Clock
) -> None:
    first, second = reminded(desk, "Cardamom bun day"), desk.post("Rye")
    desk.submit(second)
    ended, left = invite(first), invite(second)
    post_office.open()
    post_office.refusal = "451 not now"
    beat(clock)
    beat(clock, hours=2)
    with desk.agency.scope():
        assert MailedToken.objects.count() == 2, "the mail that the server refused named both"
        services.revoke_link(link_id=ended.link.pk, actor=seat(manager).actor)
    post_office.refusal = ""
    beat(clock, minutes=5)

    assert len(post_office.letters) == 1
    assert [link_of(desk, one).mailed_at for one in (ended, left)] == [None, clock.now]


def test_a_reminder_that_may_not_have_left_is_told_of_every_link_that_it_names(
    desk: Desk, invite: Invite, manager: Membership, clock: Clock
) -> None:
    first, second = reminded(desk, "Cardamom bun day"), desk.post("Rye")
    desk.submit(second)
    invite(first)
    invite(second, days=3)
    beat(clock)
    beat(clock, hours=2)
    with tenancy.across_tenants("a test has the answer of the mail server lost"):
        Letter.across_tenants.update(sent_at=None, dropped_at=clock.now, problem="in doubt")

    assert listed(desk, manager).count("the mail could not be sent") == 2


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Auckland"])
def test_over_a_fortnight_a_guest_hears_once_a_day_at_most_and_is_not_forgotten(
    desk: Desk, invite: Invite, mailbox: Mailbox, clock: Clock, zone: str
) -> None:
    """With a change of clocks in it. The check works out wall clocks by itself and reads nothing but the mails."""
    clock.set(datetime(2036, 10, 20, tzinfo=UTC))
    with desk.agency.scope():
        Workspace.objects.filter(pk=desk.agency.workspace.pk).update(timezone=zone)
        Organization.objects.filter(pk=desk.agency.workspace.organization_id).update(timezone=zone)
    desk.policy({**CLIENT, "needs": "all", "escalations": [rule("remind", minutes=240)]})
    asked, told = [], []
    for hour in range(0, 14 * 24, 4):
        if hour % 40 == 0:
            post = desk.post(f"Post {hour}")
            desk.submit(post)
            invite(post)
            asked.append(clock.now)
        before = len(mailbox.to("ingrid@alder.example"))
        beat(clock, hours=4)
        told += [clock.now] * (len(mailbox.to("ingrid@alder.example")) - before)

    local = [at.astimezone(ZoneInfo(zone)) for at in told]
    assert len({at.date() for at in local}) == len(local), "one a day for a rule"
    assert [at for at in local if at.weekday() > 4 or not 9 <= at.hour < 17] == []
    end, patience = clock.now, timedelta(days=4)  # over a weekend
    waited = [since for since in asked if since + patience < end]
    assert [since for since in waited if not any(since < at <= since + patience for at in told)] == []
    assert len(waited) > 5


def test_who_has_decided_is_not_reminded(desk: Desk, invite: Invite, mailbox: Mailbox, clock: Clock) -> None:
    post = reminded(desk, needs="all")
    ingrid, _ = invite(post), invite(post, who=MINA)
    ingrid.says(desk.request(post), "approve")
    beat(clock)
    beat(clock, hours=2)
    assert (len(mailbox.to("ingrid@alder.example")), len(mailbox.to("mina@alder.example"))) == (0, 1)


def test_what_is_decided_before_the_mail_leaves_is_not_reminded_of(
    desk: Desk, invite: Invite, mailbox: Mailbox, clock: Clock
) -> None:
    post = reminded(desk)
    ingrid = invite(post)
    clock.advance(hours=2)
    services.escalate(now=clock.now)
    relay()
    ingrid.says(desk.request(post), "approve")
    beat(clock)
    assert len(mailbox) == 0


@pytest.mark.parametrize("case", ["no address", "expired", "no link", "sharer left"])
def test_whom_no_mail_reaches_a_member_hears_of(
    desk: Desk, invite: Invite, manager: Membership, creator: Membership, mailbox: Mailbox, clock: Clock, case: str
) -> None:
    desk.policy({**CLIENT, "escalations": [rule("remind", minutes=120)]})
    post = desk.post("Cardamom bun day", by=creator)
    desk.submit(post, by=creator)
    if case != "no link":
        invite(post, who=INGRID if case == "expired" else JONAS, days=0.05 if case == "expired" else 14)
    if case == "sharer left":
        with desk.agency.scope():
            manager.delete()
    beat(clock)
    beat(clock, hours=3)
    beat(clock, hours=1)

    told = {"no address": manager, "expired": manager}.get(case, creator)
    words = {"expired": "Ingrid Solheim: the link is over", "no link": "Nobody of the client’s has a link"}
    (mail,) = [one for one in mailbox.to(told.user.email) if "cannot be reminded" in one.subject]
    assert words.get(case, "Jonas Lie: has no mail address") in mail.body
    assert mailbox.to("ingrid@alder.example") == []


def test_a_reminder_in_doubt_goes_once_more_under_the_same_name(
    desk: Desk, invite: Invite, mailbox: Mailbox, clock: Clock
) -> None:
    invite(reminded(desk))
    beat(clock)
    beat(clock, hours=2)
    with tenancy.across_tenants("a test forgets that it was sent"):
        Letter.across_tenants.filter(guest__isnull=False).update(sent_at=None)
    beat(clock, minutes=10)

    first, second = mailbox.to("ingrid@alder.example")
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
