"""Members point at a picture and name a moment of a video on the page of the review."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from apps.approvals.anchors import AnchorMalformed
from apps.approvals.models import Request, Thread
from apps.approvals.pinning import moment
from apps.approvals.place_forms import PlaceForm
from apps.media.models import Asset
from apps.media.states import Kind
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk
from tests.approvals.test_discussing import say
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def pictures(desk: Desk) -> list[Asset]:
    place = desk.agency.workspace
    return [factories.asset(place, alt=alt, width=400, height=800) for alt in ("Buns", "Jam")]


@pytest.fixture
def asked(desk: Desk, pictures: list[Asset]) -> Request:
    desk.policy(MANAGER)
    return desk.submit(desk.post("Four courses", assets=pictures))


def sent(desk: Desk, who: Membership, asked: Request, *, status: int, **data: Any) -> str:
    client = factories.signed_in(who, at=desk.agency.workspace)
    answer = client.post(reverse("approvals:comment", args=[asked.pk]), data)
    assert answer.status_code == status
    return str(answer.content.decode())


def threads(desk: Desk) -> list[Thread]:
    with desk.agency.scope():
        return list(Thread.objects.order_by("id"))


def test_pointing_marks_the_place_and_keeps_everything_that_was_typed(
    desk: Desk, manager: Membership, asked: Request, pictures: list[Asset]
) -> None:
    colleague = desk.person(Role.APPROVER)
    typed = {"text": "Not this", "visibility": "shared", "mentions": [str(colleague.user_id)]}

    page = sent(desk, manager, asked, status=200, **typed, **{"at_2.x": "85", "at_2.y": "34"})

    assert re.search(r'id="picture-2".*?width="170" height="340".*?class="drawn".*?cx="85" cy="34"', page, re.DOTALL)
    assert ">\nNot this</textarea>" in page
    assert '<option value="shared" selected>' in page
    assert re.search(rf'value="{colleague.user_id}"[^>]* checked', page)
    assert threads(desk) == []

    sent(desk, manager, asked, status=302, **typed, picture=pictures[1].sha256, x="50.0", y="10.0")
    (made,) = threads(desk)
    assert (made.anchor["file"], made.anchor["x"], made.anchor["y"]) == (1, 0.5, 0.1)


def test_what_is_wrong_is_said_beside_what_was_typed(desk: Desk, manager: Membership, asked: Request) -> None:
    page = sent(desk, manager, asked, status=422, text="Louder", quote="six courses")
    assert "does not say these words" in page
    assert ">\nLouder</textarea>" in page
    page = sent(desk, manager, asked, status=422, text="Louder", x="12", y="12")
    assert "Choose a picture, and the place in it" in page
    assert 'name="x" value="12"' in page
    assert threads(desk) == []


def test_who_may_only_look_sees_the_marks_and_nothing_to_press(
    desk: Desk, asked: Request, pictures: list[Asset], manager: Membership
) -> None:
    sent(desk, manager, asked, status=302, text="Here", picture=pictures[0].sha256, x="50", y="50")
    viewer = factories.signed_in(desk.person(Role.VIEWER), at=desk.agency.workspace)

    page = viewer.get(reverse("approvals:review", args=[asked.pk])).content.decode()

    assert 'aria-label="Mark 1"' in page
    assert 'type="image"' not in page


def test_a_moment_after_the_end_is_none_of_the_video(desk: Desk) -> None:
    film = factories.asset(desk.agency.workspace, kind=Kind.VIDEO, seconds=30.0, mime_type="video/mp4")
    post = desk.post("A film", assets=[film])
    place = {"kind": "video", "file": 0}
    with pytest.raises(AnchorMalformed, match="ends after 30 seconds"):
        say(desk, post, anchor={**place, "second": 31})

    assert say(desk, post, anchor={**place, "second": 30}).thread.anchor["second"] == 30


@pytest.mark.parametrize(
    ("typed", "second"), [("0:12", 12), ("12", 12), ("1:02:03", 3723), ("90:00", 5400), ("", None), ("  ", None)]
)
def test_moments_are_read_as_people_write_them(typed: str, second: float | None) -> None:
    form = PlaceForm({"moment": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["moment"] == second


@pytest.mark.parametrize("typed", ["0:60", "-1", "1:60:00", "a minute", "0:0:0:1", "1.5"])
def test_other_moments_are_none(typed: str) -> None:
    form = PlaceForm({"moment": typed})
    assert not form.is_valid()
    assert form.code == "moment_not_possible"


@pytest.mark.parametrize(("second", "words"), [(0, "0:00"), (12.6, "0:12"), (71, "1:11"), (3723, "1:02:03")])
def test_moments_are_shown_as_people_say_them(second: float, words: str) -> None:
    assert moment(second) == words
