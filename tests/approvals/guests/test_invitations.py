"""Letters by which a member has Postroom invite the client's guests, and what becomes of them on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parseaddr

import pytest
from django.test import Client
from django.urls import reverse

from apps.approvals import services
from apps.approvals.errors import ApprovalRefused
from apps.approvals.guest_letters import invitation
from apps.approvals.models import Letter, MailedToken
from apps.approvals.services import Invited
from apps.audit.models import Entry
from apps.core import tenancy
from apps.social_accounts.models import Grant, SocialAccount
from apps.tenants.models import Membership, Workspace, WorkspaceAccess
from apps.tenants.permissions import Role
from tests.approvals.conftest import Desk
from tests.approvals.guests.conftest import INGRID, JONAS, MINA, TUESDAY_NOON, Guest, seat
from tests.approvals.guests.mailed import Asked, Invite, link_of, listed, opened, press, reminded
from tests.approvals.test_letters import beat
from tests.support import factories
from tests.support.clock import Clock
from tests.support.mail import Mailbox
from tests.support.programs_with_keys import program
from tests.tenants.test_mail_server import PostOffice, post_office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tuesday_noon")]
__all__ = ["post_office"]


def refused(desk: Desk, guest: Guest, by: Membership) -> str:
    with pytest.raises(ApprovalRefused) as error:
        press(desk, guest, by)
    assert not str(error.value).startswith("This cannot be done")
    return error.value.code


def test_the_guest_gets_the_letter_in_the_agencys_name_and_opens_the_posts_by_it(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    guest = invite(asked("Cardamom bun day"), language="nl")
    press(desk, guest, manager)
    assert len(mailbox) == 0, "only a worker talks to the mail server"
    beat(clock)

    (mail,) = mailbox.to("ingrid@alder.example")
    link = link_of(desk, guest)
    address = mailbox.link(to="ingrid@alder.example")
    assert (mail.subject, mail.body) == (invitation(link, address).subject, invitation(link, address).body)
    assert mail.subject.startswith("Berichten om te beoordelen")
    assert parseaddr(mail.from_email)[0] == link.organization.name
    assert mail.reply_to == [manager.user.email]
    assert "Postroom" not in mail.subject + mail.body
    assert link.mailed_at == clock.now
    assert "Cardamom bun day" in opened(mailbox, "ingrid@alder.example")
    assert "Cardamom bun day" in guest.page(), "the first address still leads there"


def test_a_link_of_a_mail_decides_as_its_guest_and_ends_with_the_link(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    post = asked()
    guest = invite(post)
    press(desk, guest, manager)
    beat(clock)
    token = mailbox.link(to="ingrid@alder.example").rstrip("/").rpartition("/")[2]
    by_mail = Guest(desk, guest.link, token)

    by_mail.says(desk.request(post), "approve")
    assert [one.verdict for one in guest.said(post.pk)] == ["approve"]
    with desk.agency.scope():
        services.revoke_link(link_id=guest.link.pk, actor=seat(manager).actor)
    assert by_mail.client.get(by_mail.home).status_code == 410


def test_a_passcode_is_asked_for_and_in_no_mail(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    guest = invite(asked("Cardamom bun day"), passcode="rye bread")
    press(desk, guest, manager)
    beat(clock)

    (mail,) = mailbox.to("ingrid@alder.example")
    assert "rye bread" not in mail.body
    assert "passcode" in mail.body
    path = "/review/" + mailbox.link(to="ingrid@alder.example").partition("/review/")[2]
    assert "Cardamom bun day" not in Client().get(path, follow=True).content.decode()


def test_one_press_is_one_mail_and_a_press_before_it_left_too(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    guest = invite(asked())
    assert (
        press(desk, guest, manager, "one") == press(desk, guest, manager, "one") == press(desk, guest, manager, "two")
    )
    beat(clock)
    press(desk, guest, manager, "one")
    beat(clock)
    assert len(mailbox) == 1

    press(desk, guest, manager, "three")
    beat(clock)
    assert len(mailbox) == 2
    with desk.agency.scope():
        assert Entry.objects.filter(verb="review_link.mailed", subject_id=guest.link.pk).count() == 2


def test_what_cannot_be_mailed_is_refused_and_says_why(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, clock: Clock
) -> None:
    post = asked()
    nameless, over, withdrawn, many = invite(post, who=JONAS), invite(post, days=1), invite(post), invite(post)
    with desk.agency.scope():
        services.revoke_link(link_id=withdrawn.link.pk, actor=seat(manager).actor)
    clock.advance(days=2)
    assert refused(desk, nameless, manager) == "no_address"
    assert refused(desk, over, manager) == "expired"
    assert refused(desk, withdrawn, manager) == "revoked"
    for number in range(5):
        press(desk, many, manager, str(number))
        beat(clock, minutes=1)
    assert refused(desk, many, manager) == "mailed_too_often"
    assert refused(desk, invite(post), manager) == "mailed_too_often", "another link makes no other mailbox"
    clock.advance(days=1)
    press(desk, many, manager)


def test_a_name_is_one_line_of_the_letter(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    guest = invite(asked(), who=Invited("  Ingrid\r\n\r\nYou have won\u2028Solheim ", INGRID.email))
    press(desk, guest, manager)
    beat(clock)
    assert mailbox.to("ingrid@alder.example")[0].body.splitlines()[0] == "Hello Ingrid You have won Solheim,"


def test_what_is_withdrawn_or_forgotten_before_the_mail_leaves_is_not_mailed(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    post = asked()
    withdrawn, forgotten = invite(post), invite(post, who=MINA)
    press(desk, withdrawn, manager)
    press(desk, forgotten, manager)
    with desk.agency.scope():
        services.revoke_link(link_id=withdrawn.link.pk, actor=seat(manager).actor)
        services.forget_guest(guest_id=forgotten.link.guest_id, actor=seat(manager).actor)
    beat(clock)

    assert len(mailbox) == 0
    with desk.agency.scope():
        assert MailedToken.objects.count() == 0
        assert Letter.objects.filter(dropped_at=None).count() == 0


def becomes_a_test(desk: Desk) -> None:
    """The client, with all that is connected."""
    with desk.agency.scope():
        Workspace.objects.filter(pk=desk.agency.workspace.pk).update(is_test=True)
        Grant.objects.update(is_test=True)
        SocialAccount.objects.update(is_test=True)


def is_archived(desk: Desk) -> None:
    with desk.agency.scope():
        Workspace.objects.filter(pk=desk.agency.workspace.pk).update(archived_at=TUESDAY_NOON)


@pytest.mark.parametrize("event", [becomes_a_test, is_archived])
def test_nobody_is_mailed_from_a_workspace_that_is_for_tests_or_out_of_use(
    desk: Desk, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock, event: Callable[[Desk], None]
) -> None:
    guest = invite(reminded(desk))
    press(desk, guest, manager)
    event(desk)
    beat(clock)
    beat(clock, hours=2)

    assert mailbox.to("ingrid@alder.example") == []
    with desk.agency.scope():
        assert not Letter.objects.filter(guest=guest.link.guest_id, dropped_at=None).exists()
        assert MailedToken.objects.count() == 0


def test_a_link_of_a_test_workspace_is_handed_over_another_way(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership
) -> None:
    guest = invite(asked())
    becomes_a_test(desk)
    assert refused(desk, guest, manager) == "test_workspace"


SENDS = ("Send from Postroom", "Send it from Postroom", "Send all from Postroom")


def handed_over(desk: Desk, by: Membership, *guests: Guest, at: Workspace | None = None) -> str:
    """The page that shows addresses again."""
    form = {"token": [one.token for one in guests], "press": "one"}
    client = factories.signed_in(by, at=at or desk.agency.workspace)
    return client.post(reverse("approvals:links_hand_over"), form).content.decode()


def test_a_test_workspace_offers_no_mail_and_says_why(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership
) -> None:
    post = asked()
    ingrid, mina, nameless = invite(post), invite(post, who=MINA), invite(post, who=JONAS)
    offered = [listed(desk, manager), handed_over(desk, manager, ingrid, mina, nameless)]
    assert [[words for words in SENDS if words in page] for page in offered] == [[SENDS[0]], [*SENDS[1:]]]
    assert not any("Nobody is mailed" in page for page in offered)
    becomes_a_test(desk)

    pages = [listed(desk, manager), handed_over(desk, manager, ingrid, mina, nameless)]
    assert [words for page in pages for words in SENDS if words in page] == []
    said = "Nobody is mailed from a test workspace, so hand each link over yourself when it is made."
    assert [page.count(said) for page in pages] == [1, 2], "once in the list; and with each that has an address"
    assert "Withdraw" in pages[0]


def test_an_archived_workspace_offers_no_mail_and_says_why(desk: Desk, asked: Asked, invite: Invite) -> None:
    """The page may still be open, with a workspace around it that is in use."""
    guest, elsewhere = invite(asked()), factories.workspace(desk.agency.workspace.organization)
    is_archived(desk)

    page = handed_over(desk, factories.member(elsewhere.organization, Role.ADMIN), guest, at=elsewhere)
    assert [words for words in SENDS if words in page] == []
    assert "Nobody is mailed from an archived workspace, so restore it before you send a link." in page


def test_where_no_link_could_be_mailed_anyway_no_reason_is_said(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership
) -> None:
    invite(asked(), who=JONAS)
    becomes_a_test(desk)
    assert "Nobody is mailed" not in listed(desk, manager)


def test_whoever_has_left_gets_no_answers(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    press(desk, invite(asked()), manager)
    with desk.agency.scope():
        manager.delete()
    beat(clock)
    assert mailbox.to("ingrid@alder.example")[0].reply_to == []


@pytest.mark.parametrize("left", ["who had it sent", "who shared it", "both"])
def test_whoever_sees_the_client_no_more_gets_no_answers(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock, left: str
) -> None:
    colleague = desk.person(Role.MANAGER)
    press(desk, invite(asked()), colleague)
    gone = {"who had it sent": [colleague], "who shared it": [manager], "both": [colleague, manager]}[left]
    with desk.agency.scope():
        WorkspaceAccess.objects.filter(membership__in=gone).delete()
    beat(clock)
    answered = {"who had it sent": [manager.user.email], "who shared it": [colleague.user.email], "both": []}[left]
    assert mailbox.to("ingrid@alder.example")[0].reply_to == answered


def test_through_a_mail_server_that_is_away_at_first(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, post_office: PostOffice, clock: Clock
) -> None:
    guest = invite(asked())
    press(desk, guest, manager)
    beat(clock)
    assert link_of(desk, guest).mailed_at is None
    post_office.open()
    beat(clock, minutes=5)

    (mail,) = post_office.letters
    name, address = parseaddr(mail["From"])
    assert (name, "@" in address) == (link_of(desk, guest).organization.name, True)
    assert mail["Reply-To"] == manager.user.email
    assert link_of(desk, guest).mailed_at is not None


def test_a_guest_gets_one_mail_twice_at_most(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    letter = press(desk, invite(asked()), manager)
    for _ in range(4):
        beat(clock, minutes=10)
        with tenancy.across_tenants("a test has every answer of the mail server lost"):
            Letter.across_tenants.update(sent_at=None)

    assert len(mailbox.to("ingrid@alder.example")) == 2
    with desk.agency.scope():
        letter.refresh_from_db()
    assert (letter.problem, letter.dropped_at is not None) == ("in doubt", True), "the list of links says so"


# --- on the pages


def test_on_the_page_that_shows_the_addresses_they_are_mailed_and_shown_again(
    desk: Desk, asked: Asked, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    request = desk.request(asked())
    client = factories.signed_in(manager, at=desk.agency.workspace)
    said = {
        "request": str(request.pk), "action": "make", "days": "14", "language": "sv", "name_1": "Ingrid",
        "email_1": "ingrid@alder.example", "name_2": "Jonas", "name_3": "Mina", "email_3": "mina@alder.example",
    }  # fmt: skip
    page = client.post(reverse("approvals:link_new"), said).content.decode()
    addresses = re.findall(r'value="(http[^"]*/review/[^"]*)"', page)
    form = {"token": re.findall(r'name="token" value="([^"]*)"', page)}
    form["press"] = re.findall(r'name="press" value="([^"]*)"', page)
    assert len(addresses) == len(form["token"]) == 3

    for _ in range(2):  # the button was pressed twice
        again = client.post(reverse("approvals:links_hand_over"), {**form, "send": "all"}).content.decode()
    assert re.findall(r'value="(http[^"]*/review/[^"]*)"', again) == addresses
    assert again.count("On its way to") == 2
    assert "No mail address" in again
    listed = client.get(reverse("approvals:links")).content.decode()
    assert "the mail is on its way" in listed
    beat(clock)
    client.post(reverse("approvals:links_hand_over"), {**form, "send": "all"})  # from a page that was left open
    beat(clock)
    assert len(mailbox) == 2
    listed = client.get(reverse("approvals:links")).content.decode()
    assert listed.count("sent on") == 2


def test_all_are_those_who_were_sent_none_yet(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    post = asked()
    ingrid, mina = invite(post), invite(post, who=MINA)
    client = factories.signed_in(manager, at=desk.agency.workspace)
    for number, send in enumerate([str(ingrid.link.pk), "all", "all"]):
        form = {"token": [ingrid.token, mina.token], "press": f"showing {number}", "send": send}
        client.post(reverse("approvals:links_hand_over"), form)
        beat(clock, minutes=1)
    assert [len(mailbox.to(one.email)) for one in (INGRID, MINA)] == [1, 1]


def test_tokens_of_another_agency_are_nobodys(
    desk: Desk, asked: Asked, invite: Invite, mailbox: Mailbox, clock: Clock
) -> None:
    guest = invite(asked())
    elsewhere = factories.workspace(factories.organization())
    stranger = factories.member(elsewhere.organization, Role.MANAGER, workspaces=[elsewhere])
    client = factories.signed_in(stranger, at=elsewhere)

    answer = client.post(reverse("approvals:links_hand_over"), {"token": guest.token, "send": "all"})
    assert answer.status_code == 302
    assert client.post(reverse("approvals:link_mail", args=[guest.link.pk])).status_code == 404
    beat(clock)
    assert len(mailbox) == 0


def test_a_program_has_it_mailed(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership, mailbox: Mailbox, clock: Clock
) -> None:
    guest, jonas = invite(asked()), invite(asked("Another"), who=JONAS)
    own = program(desk.agency.workspace.organization, scopes=["approvals:write"])

    answer = own.send("POST", f"/review-links/rvl_{guest.link.pk}/mail")
    assert (answer.status_code, answer.json()["mailed_at"]) == (202, None)
    answer = own.send("POST", f"/review-links/rvl_{jonas.link.pk}/mail")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_address")
    beat(clock)
    assert mailbox.to("ingrid@alder.example")[0].reply_to == [manager.user.email], "whoever shared it is answered"
    assert own.send("GET", f"/review-links/rvl_{guest.link.pk}").json()["mailed_at"] is not None
