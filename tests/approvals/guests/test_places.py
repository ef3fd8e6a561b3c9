"""A guest points at a place in a picture, or names a moment of a video, with nothing but forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from apps.media.models import Asset
from apps.media.states import Kind
from apps.posts.models import Post
from apps.tenants.models import Membership
from tests.approvals.conftest import Desk
from tests.approvals.guests.conftest import Guest
from tests.support import factories

pytestmark = pytest.mark.django_db
Invite = Callable[..., Guest]
Asked = Callable[..., Post]


@pytest.fixture
def picture(desk: Desk) -> Asset:
    """As wide as it is drawn, so that a pixel is a pixel."""
    return factories.asset(desk.agency.workspace, alt="Buns on a tray", width=512, height=384)


@pytest.fixture
def film(desk: Desk) -> Asset:
    return factories.asset(desk.agency.workspace, kind=Kind.VIDEO, seconds=30.0, mime_type="video/mp4")


@pytest.fixture
def post(asked: Asked, picture: Asset, film: Asset) -> Post:
    return asked(assets=[picture, film])


@pytest.fixture
def guest(invite: Invite, post: Post) -> Guest:
    return invite(post)


@pytest.mark.parametrize("number", ["²", "9" * 5000], ids=["raised", "long"])
def test_what_is_no_number_is_none(guest: Guest, post: Post, number: str) -> None:
    answers = [
        guest.client.get(guest.home, {"done": number, "missed": number}),
        guest.send(f"{post.pk}/comment/", text="Here", **{"at_1.x": number, "at_1.y": "1"}),
    ]

    assert [one.status_code for one in answers] == [200, 200]


def sent(guest: Guest, post: Post, *, status: int, **data: Any) -> str:
    answer = guest.send(f"{post.pk}/comment/", **data)
    assert answer.status_code == status
    return answer.content.decode()


def test_pointing_marks_the_place_keeps_what_was_typed_and_says_nothing_yet(
    guest: Guest, post: Post, picture: Asset
) -> None:
    assert 'width="256" height="192"' in guest.page(f"{post.pk}/")

    page = sent(guest, post, status=200, text="Not these", **{"at_1.x": "64", "at_1.y": "96"})

    assert ">Not these</textarea>" in page
    assert "The place is marked." in page
    assert re.search(r'class="drawn".*?cx="64" cy="96"', page)
    assert f'value="{picture.sha256}" selected' in page
    assert 'name="x" value="25.0"' in page
    assert 'name="y" value="50.0"' in page
    assert guest.comments() == []


def test_what_was_pointed_at_stands_with_its_number_over_the_picture_for_everybody(
    desk: Desk, guest: Guest, post: Post, picture: Asset, manager: Membership
) -> None:
    for number, x in enumerate(("25.0", "75.0"), 1):
        shown = guest.pressed(f"{post.pk}/comment/", text=f"Here {number}", picture=picture.sha256, x=x, y="50.0")
        assert "Your comment is with the team." in shown
    staff = factories.signed_in(manager, at=desk.agency.workspace)
    seen = staff.get(reverse("approvals:review", args=[desk.request(post).pk])).content.decode()

    first, second = guest.comments()
    assert (first.thread.anchor["x"], first.thread.anchor["y"]) == (0.25, 0.5)
    for page in (shown, seen):
        for comment, x, number in ((first, 64, 1), (second, 192, 2)):
            assert re.search(rf'#talk-{comment.thread_id}" aria-label="Mark {number}"><circle cx="{x}" cy="96"', page)
        assert page.index("Here 1") < page.index("Here 2")
        assert '<a href="#picture-1"><b class="pin"><span class="sr">Mark 2</span>' in page


def test_a_moment_of_a_video_is_said_with_the_comment(
    desk: Desk, guest: Guest, post: Post, manager: Membership
) -> None:
    shown = guest.pressed(f"{post.pk}/comment/", text="Too loud", moment="0:12")
    staff = factories.signed_in(manager, at=desk.agency.workspace)
    seen = staff.get(reverse("approvals:review", args=[desk.request(post).pk])).content.decode()

    (said,) = guest.comments()
    assert (said.thread.anchor["kind"], said.thread.anchor["second"]) == ("video", 12.0)
    for page in (shown, seen):
        assert '<a href="#video-1">At 0:12 · Video 1</a>' in page
        assert 'id="video-1"' in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"moment": "noon"}, "Write the moment as minutes and seconds"),
        ({"moment": "0:72"}, "Write the moment as minutes and seconds"),
        ({"moment": "0:31"}, "Write the moment as minutes and seconds, like 0:12, within the video."),
        ({"x": "25.0", "y": "50.0"}, "Choose a picture, and the place in it"),
        ({"picture": "PICTURE", "x": "25.0"}, "Choose a picture, and the place in it"),
        ({"picture": "PICTURE", "x": "101", "y": "3"}, "Choose a picture, and the place in it"),
        ({"picture": "PICTURE", "x": "left", "y": "3"}, "Choose a picture, and the place in it"),
        ({"picture": "a" * 64, "x": "1", "y": "3"}, "This picture or video is not in the post any more."),
        ({"moment": "0:12", "quote": "four courses"}, "A comment is about one place"),
        ({"quote": "six courses"}, "These words are not in the post."),
        ({"text": " "}, "Write what should be different."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    guest: Guest, post: Post, picture: Asset, typed: dict[str, str], words: str
) -> None:
    data = {name: picture.sha256 if value == "PICTURE" else value for name, value in typed.items()}

    page = sent(guest, post, status=422, **{"text": "Like this?", **data})

    assert words in page
    assert guest.comments() == []
    assert "text" in typed or ">Like this?</textarea>" in page
    for name, value in data.items():
        assert name in ("text", "picture") or f'name="{name}" value="{value}"' in page


def test_an_answer_that_is_not_taken_stands_where_it_was_typed(guest: Guest, post: Post) -> None:
    guest.send(f"{post.pk}/comment/", text="Too loud")
    (said,) = guest.comments()

    page = sent(guest, post, status=422, text="x" * 4001, thread=str(said.thread_id))

    assert "x" * 4001 in page.partition(f'value="{said.thread_id}"')[2].partition("</form>")[0]
    assert page.count("x" * 4001) == 1


def test_a_place_whose_picture_has_gone_says_so(desk: Desk, guest: Guest, post: Post, picture: Asset) -> None:
    guest.send(f"{post.pk}/comment/", text="Not these", picture=picture.sha256, x="25", y="50")
    desk.edit(post, "One long table, four courses")

    assert "Picture (not in the post any more)" in guest.page(f"{post.pk}/")


def test_the_address_of_a_form_leads_back_to_the_post(guest: Guest, post: Post) -> None:
    answer = guest.client.get(f"{guest.home}{post.pk}/comment/")
    assert (answer.status_code, answer["Location"]) == (302, f"{guest.home}{post.pk}/")
