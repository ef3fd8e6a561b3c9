"""Review by link in the languages of the portal: no page leaves a word in another one."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from apps.approvals.errors import NoPrinter, RecordNotMade, SigningKeyUnusable
from apps.social_accounts import languages
from apps.tenants.models import Membership
from tests.approvals.conftest import MANAGER, Desk
from tests.approvals.guests.conftest import CLIENT, Guest
from tests.social_accounts.portal import catalogues
from tests.social_accounts.portal.test_languages import OTHERS, asked_for, is_a_name, words_of
from tests.support import factories

__all__ = ["asked_for"]
pytestmark = pytest.mark.django_db
# What people write and are called, and what networks are called.
NAMES = {
    "Ingrid Solheim", "Northlight Agency", "Café Luna", "Postroom", "Memory", "memory", "harbour", "A first comment",
    "It is five", "Not this", "anew", "Too loud", "Video 1",
}  # fmt: skip
TOLD = ("approve", "request_changes", "reject", "commented", "time_proposed", "rest", "content_changed",
        "already_decided", "reason_missing", "words_not_found", "hour_not_possible", "closed",
        "too_many_places", "place_not_possible", "moment_not_possible", "file_gone", "self_approval")  # fmt: skip


@pytest.fixture
def pages(desk: Desk, invite: Callable[..., Guest], manager: Membership) -> Callable[[str], Iterator[HttpResponse]]:
    """Every page of a review, in a language."""
    desk.policy(MANAGER, CLIENT)
    place = desk.agency.workspace
    shown = [factories.asset(place), factories.asset(place, kind="video", mime_type="video/mp4", seconds=30.0)]
    posts = [desk.planned(text=f"Post {number} " + "x" * 150).post for number in range(5)]
    for post in posts[:4]:
        desk.decide(desk.request(post), manager)
    filmed = desk.post("Post 9", assets=shown)
    desk.submit(filmed)
    desk.decide(desk.request(filmed), manager)
    guest = invite(*posts, filmed)
    guest.send(f"{posts[0].pk}/comment/", text="It is five", quote="Post 0")
    guest.send(f"{filmed.pk}/comment/", text="Too loud", moment="0:12")
    guest.send(f"{filmed.pk}/comment/", text="Not this", picture=shown[0].sha256, x="50", y="50")
    guest.send(f"{posts[0].pk}/time/", day="2031-01-04", time="10:30", note="It is five")
    for post, verdict in ((posts[0], "request_changes"), (posts[1], "reject"), (posts[2], "approve")):
        guest.says(desk.request(post), verdict, "Not this")
    desk.edit(posts[0], "Post 0 anew")
    desk.submit(posts[0])
    desk.decide(desk.request(posts[0]), manager)
    guarded, over = invite(posts[3], passcode="rye bread"), invite(posts[3])
    over.link.delete()

    def visit(code: str) -> Iterator[HttpResponse]:
        def get(path: str = "", of: Guest = guest, **query: str) -> HttpResponse:
            return of.client.get(f"{of.home}{path}", {"lang": code, **query}, follow=True)

        yield get()
        for told in TOLD:
            yield get(told=told, done="1", missed="2")
        for post in [*posts[:4], filmed]:
            yield get(f"{post.pk}/")
        yield guest.client.post(f"{guest.home}{filmed.pk}/comment/?lang={code}", {"at_1.x": "9", "at_1.y": "9"})
        yield get("rest/")
        yield get("passcode/", guarded)
        yield guarded.send("passcode/", passcode="guess")
        yield get("", over)

    return visit


@pytest.mark.parametrize("code", OTHERS)
def test_no_word_is_left_in_english(
    pages: Callable[[str], Iterator[HttpResponse]], code: str, asked_for: list[tuple[str, str]]
) -> None:
    for page, english in zip(list(pages(code)), list(pages("en")), strict=True):
        left = words_of(page) & words_of(english) - NAMES
        left = {words for words in left if not is_a_name(words) and not words.startswith(("Post ", "memory ", "xxx"))}
        assert left == set(), page.request["PATH_INFO"]
        assert f'<html lang="{languages.tag(code)}">' in page.content.decode()

    known = catalogues.ids(code) | {*calendar.month_name, *calendar.day_name, "a.m.", "p.m."}  # Django has those.
    assert {message for language, message in asked_for if language == code} <= known


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("error", [NoPrinter(), SigningKeyUnusable()], ids=["no printer", "no key"])
def test_a_record_that_cannot_be_made_is_said_in_each(code: str, error: RecordNotMade) -> None:
    said = []
    for language in ("en", code):
        with translation.override(language):
            page = render_to_string("review/no_record.html", {"error": error, "languages": [], "tag": language})
        said.append(words_of(HttpResponse(page)) - {error.remedy, "Postroom"})
    english, other = said
    assert {words for words in english & other if not is_a_name(words)} == set()


@pytest.mark.parametrize("state", ["expired", "revoked", "locked", "too_often", "unknown"])
def test_every_end_of_a_link_is_said_in_each(state: str) -> None:
    said = set()
    for code in ("en", *OTHERS):
        with translation.override(code):
            page = render_to_string("review/problem.html", {"reason": state, "languages": [], "tag": code})
        said.add(page.partition("<h1>")[2].partition("<p class")[0])
    assert len(said) == len(OTHERS) + 1
