"""What programs decide, with a key of their own."""

from __future__ import annotations

import pytest

from apps.posts.models import Part
from apps.tenants.rest import ids
from tests.approvals.conftest import Desk
from tests.support.programs_with_keys import Program, program

pytestmark = pytest.mark.django_db
PROGRAMS = {"key": "client", "name": "The client", "programs": True}


@pytest.fixture
def customer(desk: Desk) -> Program:
    return program(desk.agency.workspace, scopes=["approvals:write", "posts:read"])


def address(desk: Desk, post) -> str:
    return f"/approvals/{ids.public(ids.APPROVAL, desk.submit(post).pk)}/decide"


def words(desk: Desk, post) -> list[str]:
    with desk.agency.scope():
        return list(Part.objects.filter(post=post).order_by("position").values_list("text", flat=True))


def test_a_program_approves_other_words_and_the_rest_stays(desk: Desk, customer: Program):
    desk.policy(PROGRAMS)
    post = desk.post("Good mornign", comment="See you there")
    said = {"verdict": "approve_with_edits", "text": "Good morning", "note": "A slip"}
    answer = customer.post(address(desk, post), said)

    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["state"], told["revision"]) == ("approved", 2)
    assert [(one.verdict, one.note) for one in desk.decisions(post.pk)] == [("approve_with_edits", "A slip")]
    assert words(desk, post) == ["Good morning", "See you there"]


def test_the_steps_that_the_edits_touch_are_asked_and_the_answer_is_their_request(desk: Desk, customer: Program):
    desk.policy(PROGRAMS, {"key": "house", "name": "The house", "roles": ["manager"]})
    asked = address(desk, post := desk.post("Good mornign"))
    told = customer.post(asked, {"verdict": "approve_with_edits", "text": "Good morning"}).json()

    assert told["state"] == "pending"
    assert f"/approvals/{told['id']}/decide" != asked
    assert {step["key"]: step["status"] for step in told["steps"]}["house"] == "open"
    again = customer.post(asked, {"verdict": "approve_with_edits", "text": "Good evening"})
    assert (again.status_code, again.json()["code"]) == (409, "content_changed")
    assert words(desk, post) == ["Good morning"]


@pytest.mark.parametrize("said", [{"verdict": "approve_with_edits"}, {"verdict": "approve", "text": "Good morning"}])
def test_an_approval_with_edits_has_words_and_nothing_else_has(desk: Desk, customer: Program, said):
    desk.policy(PROGRAMS)
    answer = customer.post(address(desk, desk.post("Good mornign")), said)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/text"]
