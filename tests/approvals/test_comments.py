"""What is said below a post of a client whose posts are approved is read by nobody, so it does not go out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.approvals.gate import BELOW, UNAPPROVED
from apps.core import clock as system_clock
from apps.core import ids
from apps.publishing import services
from apps.publishing.engine import claims, rounds
from apps.publishing.errors import CommentRefused
from apps.publishing.models import FollowUp, Publication
from apps.publishing.remarks import Remark, Remarks
from apps.publishing.states import State
from tests.approvals.conftest import MANAGER, Desk
from tests.support.clock import Clock
from tests.support.publishing import run_worker

pytestmark = pytest.mark.django_db


def out(desk: Desk) -> Publication:
    publication = desk.agency.scheduled("Main")
    run_worker()
    read: Publication = desk.agency.read(publication)
    assert read.state == State.PUBLISHED
    return read


def write(desk: Desk, publication: Publication, hours: float = 0) -> FollowUp:
    with desk.agency.scope():
        post = publication.post
    (row,) = desk.agency.do(
        services.comment, post=post, publications=[publication], remarks=Remarks(Remark("See also")),
        batch=ids.new_id(), due_at=system_clock.now() + timedelta(hours=hours),
    )  # fmt: skip
    return row


def test_a_comment_is_refused_where_posts_are_approved(desk: Desk) -> None:
    publication = out(desk)
    desk.policy(MANAGER)

    with pytest.raises(CommentRefused) as refused:
        write(desk, publication)

    assert [(one.code, one.words) for one in refused.value.problems] == [("not_approved", BELOW)]


def test_a_policy_that_came_since_holds_what_waits(desk: Desk, clock: Clock) -> None:
    publication = out(desk)
    row = write(desk, publication, hours=1)
    desk.policy(MANAGER)

    clock.advance(hours=1)
    run_worker()

    held = desk.agency.read(row)
    assert (held.state, held.problem) == (State.HELD, UNAPPROVED)
    assert desk.live() == ["Main"]


def test_where_no_step_applies_comments_are_nobodys_business(desk: Desk, clock: Clock) -> None:
    """Neither one that waits for its hour, nor one that is written now, nor other words for what is live."""
    publication = out(desk)
    write(desk, publication, hours=1)
    desk.policy({**MANAGER, "rules": [{"kind": "platform", "values": ["instagram"]}]})

    clock.advance(hours=1)
    run_worker()
    write(desk, publication)
    run_worker()

    assert desk.live() == ["Main", "See also", "See also"]


def test_parts_of_an_approved_post_follow_it(desk: Desk, clock: Clock) -> None:
    desk.agency.scheduled("Main", comment="First comment")
    for claim in claims.claim_due(now=system_clock.now(), limit=1):
        rounds.work(claim)
    desk.policy(MANAGER)

    run_worker()

    assert desk.live() == ["Main", "First comment"]
