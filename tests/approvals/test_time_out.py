"""What a policy does when the time runs out: to the next slot, by its own span, or out without the step."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from apps.approvals import services
from apps.approvals.errors import PolicyMalformed
from apps.approvals.models import StepState
from apps.approvals.services import clockwork
from apps.approvals.services.records import broken_link
from apps.approvals.states import RequestState, Verdict
from apps.core.actors import SYSTEM, ActorKind
from apps.events.models import Event
from apps.events.services import relay
from apps.posts.models import Place
from apps.publishing import queues
from apps.publishing import services as publishing
from apps.publishing.states import State
from apps.tenants.models import Membership
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.support.clock import Clock
from tests.support.publishing import run_worker

pytestmark = pytest.mark.django_db
MONDAY_MORNING = datetime(2036, 11, 24, 8, tzinfo=UTC)
MOVES = {**MANAGER, "when_late": "move", "notice_minutes": 30}


@pytest.fixture
def clock(clock: Clock) -> Clock:
    clock.set(MONDAY_MORNING)
    return clock


def run_out(clock: Clock, **span: float) -> None:
    clock.advance(**span)
    services.run_out_of_time(now=clock.now)
    relay()


@pytest.mark.parametrize(("minutes", "moved"), [(60, 60), (1440, 1440), (7 * 1440, 7 * 1440), (1, 2)])
def test_a_post_is_moved_by_the_policys_span(
    desk: Desk, manager: Membership, clock: Clock, minutes: int, moved: int
) -> None:
    """As often as it takes for the deadline to be ahead again: one minute is not enough a minute after it."""
    desk.policy({**MOVES, "move_minutes": minutes})
    publication = desk.planned(minutes=60)
    run_out(clock, minutes=31)
    assert desk.agency.read(publication).due_at == publication.due_at + timedelta(minutes=moved)
    assert desk.request(publication).state == RequestState.PENDING


def test_a_post_of_a_queue_is_moved_to_the_next_slot(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy({**MOVES, "move_minutes": None, "notice_minutes": 120})
    slots = [(day, time(hour)) for day in range(7) for hour in (10, 11, 15)]
    queue = desk.agency.do(queues.create, workspace=desk.agency.workspace, name="Tips", slots=slots, timezone="UTC")
    post = desk.post()
    desk.agency.do(queues.join, post=post, queue=queue)
    relay()
    assert desk.agency.read(post).due_at == MONDAY_MORNING.replace(hour=10)
    run_out(clock, minutes=1)

    assert desk.agency.read(post).due_at == MONDAY_MORNING.replace(hour=11), "the first with two hours to go"
    with desk.agency.scope():
        assert Place.objects.get(post=post).due_at == MONDAY_MORNING.replace(hour=11), "and it keeps its place"
    run_out(clock, hours=1)
    assert desk.agency.read(post).due_at == MONDAY_MORNING.replace(hour=15)
    (first, second) = desk.decisions(post.pk)
    assert (first.verdict, first.decider_kind) == (second.verdict, second.decider_kind)
    assert (first.verdict, first.decider_kind) == (Verdict.MOVED, ActorKind.SYSTEM)
    assert first.note == "Version 1 of the policy."
    desk.decide(desk.request(post), manager)
    clock.set(MONDAY_MORNING.replace(hour=15))
    run_worker()
    assert desk.live() == ["Good morning"]


def test_a_span_counts_though_the_post_stands_in_a_queue(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy({**MOVES, "move_minutes": 45})
    slots = [(day, time(hour)) for day in range(7) for hour in (10, 15)]
    queue = desk.agency.do(queues.create, workspace=desk.agency.workspace, name="Tips", slots=slots, timezone="UTC")
    desk.agency.do(queues.join, post=(post := desk.post()), queue=queue)
    relay()
    run_out(clock, hours=1, minutes=31)

    assert desk.agency.read(post).due_at == MONDAY_MORNING.replace(hour=10, minute=45)


def test_a_day_later_is_the_same_hour_by_the_clients_clock(desk: Desk, manager: Membership, clock: Clock) -> None:
    """Clocks go back in the night between: the day has twenty-five hours."""
    clock.set(datetime(2036, 10, 25, 8, tzinfo=UTC))
    desk.policy(MOVES)
    eleven = datetime(2036, 10, 25, 11)  # noqa: DTZ001  by the wall
    with desk.agency.scope():
        publishing.schedule(post=(post := desk.post()), local=eleven, zone="Europe/Oslo", actor=SYSTEM)
    relay()
    before = desk.agency.read(post)
    run_out(clock, minutes=31)
    after = desk.agency.read(post)

    assert (after.local_due_at - before.local_due_at, after.due_at - before.due_at) == (
        timedelta(days=1), timedelta(hours=25),
    )  # fmt: skip


@pytest.mark.parametrize("when_late", ["hold", "move", "publish"])
def test_it_is_told_what_came_of_it(desk: Desk, clock: Clock, when_late: str) -> None:
    desk.policy({**MANAGER, "when_late": when_late})
    request = desk.request(desk.planned(minutes=10))
    run_out(clock, minutes=10)

    with desk.agency.scope():
        told = Event.objects.filter(name="approval.expired", subject_id=request.pk)
        assert [one.payload["outcome"] for one in told] == [when_late]


def test_one_post_that_cannot_be_looked_at_keeps_no_other_from_its_time(
    desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    desk.policy(MANAGER)
    broken, other = desk.planned(minutes=5), desk.planned(text="Another", minutes=10)
    with desk.agency.scope():
        StepState.objects.filter(request__post=broken.post_id).update(definition=[])
    run_out(clock, minutes=10)

    assert "could not be applied" in caplog.text
    assert desk.agency.events(desk.request(other)) == ["approval.requested", "approval.expired"]


def test_without_a_queue_the_next_slot_is_a_day_later(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy({**MOVES, "move_minutes": None})
    publication = desk.planned(minutes=60)
    run_out(clock, minutes=31)
    assert desk.agency.read(publication).due_at == publication.due_at + timedelta(days=1)


def test_a_decision_comes_after_the_move_that_nobody_had_noticed(
    desk: Desk, manager: Membership, approver: Membership, clock: Clock
) -> None:
    desk.policy({**MOVES, "move_minutes": 60}, LEGAL)
    publication = desk.planned(minutes=60)
    clock.advance(minutes=31)
    run_out(clock)
    desk.decide(desk.request(publication), manager)
    desk.decide(desk.request(publication), approver)
    clock.set(publication.due_at)
    run_worker()
    assert desk.live() == []
    clock.advance(hours=1)
    run_worker()
    assert desk.live() == ["Good morning"]


@pytest.mark.parametrize("noticed", [True, False])
def test_published_anyway_the_chain_names_the_policy_that_decided(
    desk: Desk, manager: Membership, clock: Clock, noticed: bool
) -> None:
    """Also where the engine was at the hour before any beat of ours: the row follows, and the chain stays whole."""
    desk.policy(MANAGER)
    desk.policy({**MANAGER, "when_late": "publish"})
    publication = desk.planned(minutes=10)
    if noticed:
        run_out(clock, minutes=10)
        run_worker()
    else:
        clock.advance(minutes=10)
        run_worker()
        run_out(clock)
    assert desk.live() == ["Good morning"]
    (decision,) = desk.decisions(publication.post_id)
    assert (decision.verdict, decision.decider_kind) == (Verdict.RAN_OUT, ActorKind.SYSTEM)
    assert decision.note == "Version 2 of the policy."
    with desk.agency.scope():
        assert broken_link(publication.post_id) is None
    assert "approval.expired" in desk.agency.events(desk.request(publication))


@pytest.mark.parametrize(
    "wrong", [{"move_minutes": 0}, {"move_minutes": "soon"}, {"escalations": [{}]}, {"groups": ["x"]}]
)
def test_what_makes_no_sense_is_no_policy(desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(PolicyMalformed):
        desk.policy({**MANAGER, **wrong})


def test_versions_that_nobody_is_asked_about_any_more_keep_no_post_from_its_time(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their steps stay open for the record, and every batch would be full of them one day."""
    monkeypatch.setattr(clockwork, "BATCH", 1)
    desk.policy(MANAGER)
    changed = desk.planned(minutes=10)
    desk.edit(changed.post, "Good evening")
    other = desk.planned(text="Another", minutes=20)
    run_out(clock, minutes=20)
    run_out(clock)

    for publication in (changed, other):
        assert desk.agency.events(desk.request(publication)) == ["approval.requested", "approval.expired"]


def test_held_is_held_and_nobody_publishes_it(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy(MANAGER)
    publication = desk.planned(minutes=10)
    run_out(clock, minutes=10)
    run_worker()
    assert desk.live() == []
    assert desk.agency.read(publication).state == State.HELD
