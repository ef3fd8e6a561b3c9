"""What the client's guests are written, in the language of their link."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from apps.approvals.guest_letters import GuestLetter, invitation, reminder
from apps.approvals.models import ReviewLink
from apps.posts.models import Post
from apps.tenants.models import Membership
from tests.approvals.conftest import Desk
from tests.approvals.guests.conftest import CLIENT, JONAS, Guest
from tests.approvals.guests.mailed import link_of
from tests.social_accounts.portal import catalogues
from tests.support import factories

pytestmark = pytest.mark.django_db
Invite, Asked = Callable[..., Guest], Callable[..., Post]
CODES = [code for code, _ in settings.LANGUAGES]
ADDRESS = "https://postroom.example/review/token/"
WORDS = ("Hello", "wait for", "no account", "passcode", "Please", "Posts to review", "Still to review", "your decision")


def letters(link: ReviewLink) -> list[GuestLetter]:
    return [invitation(link, ADDRESS), reminder(link)]


@pytest.mark.parametrize("code", CODES)
def test_letters_speak_the_language_of_the_link(desk: Desk, asked: Asked, invite: Invite, code: str) -> None:
    link = link_of(desk, invite(asked(), language=code, passcode="rye bread"))

    with translation.override("fr" if code == "en" else "en"):  # Whatever the member reads.
        written = letters(link)

    text = "\n".join(f"{one.subject}\n{one.body}" for one in written)
    assert "Ingrid Solheim" in text
    assert ADDRESS in written[0].body
    assert ADDRESS not in written[1].body
    assert "%(" not in text
    assert "%" not in text
    left = [words for words in WORDS if words in text]
    assert left == (list(WORDS) if code == "en" else [])


def test_every_language_writes_otherwise(desk: Desk, asked: Asked, invite: Invite) -> None:
    link = link_of(desk, invite(asked()))
    said = set()
    for code in CODES:
        link.language = code
        said |= {(one.subject, one.body) for one in letters(link)}

    assert len(said) == 2 * len(CODES)


@pytest.mark.parametrize("code", [code for code in CODES if code != "en"])
def test_what_was_compiled_is_what_was_written(code: str) -> None:
    assert catalogues.stale(code) == []


def test_a_link_without_a_language_is_written_about_in_english(desk: Desk, asked: Asked, invite: Invite) -> None:
    with translation.override("de"):
        assert invitation(link_of(desk, invite(asked())), ADDRESS).body.startswith("Hello Ingrid Solheim,")


def test_the_day_is_the_last_on_the_calendar_of_the_client(desk: Desk, asked: Asked, invite: Invite) -> None:
    link = link_of(desk, invite(asked(), language="de"))
    link.workspace.timezone = "Pacific/Kiritimati"
    link.expires_at = link.expires_at.replace(year=2030, month=3, day=4, hour=23)

    assert "5. März 2030" in reminder(link).body


def mails(page: str) -> list[dict[str, str]]:
    """The letters that a page offers to send."""
    found = [urlsplit(unescape(url)) for url in re.findall(r'href="(mailto:[^"]*)"', page)]
    return [{"to": one.path, **{name: texts[0] for name, texts in parse_qs(one.query).items()}} for one in found]


def test_the_member_sends_the_invitation_in_the_language_that_they_chose(
    desk: Desk, asked: Asked, manager: Membership
) -> None:
    request = desk.request(asked())
    client = factories.signed_in(manager, at=desk.agency.workspace)
    said = {
        "request": str(request.pk), "action": "make", "days": "14", "language": "nl", "name_1": "Ingrid & Solheim",
        "email_1": "ingrid@alder.example",
    }  # fmt: skip

    page = client.post(reverse("approvals:link_new"), said).content.decode()

    (mail,) = mails(page)
    (address,) = set(re.findall(r'value="(http[^"]*/review/[^"]*)"', page))
    assert mail["to"] == "ingrid%40alder.example"
    assert mail["subject"].startswith("Berichten om te beoordelen voor ")
    assert mail["body"].startswith("Hallo Ingrid & Solheim,\r\n\r\n")
    assert address in mail["body"]


def test_guests_for_whom_something_waits_are_reminded_and_others_are_not(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership
) -> None:
    first, second = asked(), asked("Another")
    ingrid, jonas = invite(first, language="sv"), invite(second, who=JONAS)
    client = factories.signed_in(manager, at=desk.agency.workspace)

    def offered() -> list[str]:
        return sorted(
            mail["subject"].partition(" ")[0] for mail in mails(client.get(reverse("approvals:links")).content.decode())
        )

    assert offered() == ["Kvar", "Still"]
    jonas.says(desk.request(second), "approve")
    assert offered() == ["Kvar"]
    ingrid.says(desk.request(first), "request_changes", "Five courses")
    assert offered() == []


def test_who_has_approved_is_not_reminded_while_others_are_awaited(
    desk: Desk, invite: Invite, manager: Membership
) -> None:
    desk.policy({**CLIENT, "needs": "all"})
    desk.submit(post := desk.post())
    ingrid, _ = invite(post, language="sv"), invite(post, who=JONAS)
    ingrid.says(desk.request(post), "approve")
    client = factories.signed_in(manager, at=desk.agency.workspace)

    (mail,) = mails(client.get(reverse("approvals:links")).content.decode())
    assert mail["subject"].startswith("Still ")
