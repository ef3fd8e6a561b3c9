"""A post that waits for approval says so, and says what it is once it has it."""

from __future__ import annotations

import pytest

from apps.approvals import services
from apps.publishing.selectors import states_of_posts
from apps.publishing.states import PostState
from apps.tenants.models import Membership
from tests.approvals.conftest import MANAGER, Desk
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db


def state(desk: Desk, post_id: object) -> str:
    with desk.agency.scope():
        return states_of_posts([post_id])[post_id]  # type: ignore[list-item, index]


def test_a_planned_post_waits_for_approval_until_it_has_it(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    publication = desk.planned()
    assert state(desk, publication.post_id) == PostState.AWAITING_APPROVAL
    shown = program(desk.agency.workspace).get(f"/posts/{publication.post_id}").json()
    assert shown["status"] == "awaiting_approval"

    desk.decide(desk.request(publication), manager)
    assert state(desk, publication.post_id) == PostState.SCHEDULED


def test_a_draft_under_review_waits_too_and_is_a_draft_again_when_it_is_withdrawn(desk: Desk) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    assert state(desk, post.pk) == PostState.DRAFT
    request = desk.submit(post)
    assert state(desk, post.pk) == PostState.AWAITING_APPROVAL

    desk.agency.do(services.withdraw, request_id=request.pk)
    assert state(desk, post.pk) == PostState.DRAFT
