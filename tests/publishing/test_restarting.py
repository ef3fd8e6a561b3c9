"""After a stop: nothing that fell due goes out without a choice, and one choice may be for all of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.models import Event
from apps.publishing import services, stops
from apps.publishing.engine import claims, rounds
from apps.publishing.errors import PostBusy
from apps.publishing.models import OperatorStop, Publication, Stop
from apps.publishing.restraints import Scope, Target
from apps.publishing.services import Held, Mended, Restart
from apps.publishing.states import State
from apps.publishing.stops import Halt
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


def stop(agency: Agency, scope: Scope = Scope.WORKSPACE, **named: Any) -> Stop:
    place = agency.workspace.pk if scope in (Scope.ACCOUNT, Scope.WORKSPACE) else None
    target = Target(scope, agency.workspace.organization_id, place, **named)
    made: Stop = agency.do(services.stop, target=target, reason="A recall")
    return made


def halt(agency: Agency, made: Stop | OperatorStop) -> Halt:
    with agency.scope():
        found = stops.halt_of(organization_id=agency.workspace.organization_id, halt_id=made.pk)
    assert found is not None
    return found


def restart(agency: Agency, made: Stop | OperatorStop, choice: Restart) -> Mended:
    done: Mended = agency.do(services.restart, halt=halt(agency, made), choice=choice)
    return done


def held(agency: Agency, made: Stop | OperatorStop, clock: Clock) -> Held:
    with agency.scope():
        return services.held_by(halt(agency, made), now=clock.now)


def rounds_of_a_worker(times: int = 4) -> None:
    for _ in range(times):
        run_worker()


@pytest.fixture
def made(agency: Agency) -> Stop:
    return stop(agency)


@pytest.fixture
def rows(agency: Agency, made: Stop, clock: Clock) -> list[Publication]:
    """Stopped for ten hours; three posts were due in the first, fifth and ninth of them, one is three hours ahead."""
    account = agency.account()
    rows = [agency.scheduled(f"Due in {hours}", minutes=60 * hours, on=[account]) for hours in (1, 5, 9, 13)]
    for _ in range(10):
        clock.advance(hours=1)
        run_worker()
    assert [agency.read(row).state for row in rows] == [State.HELD] * 3 + [State.SCHEDULED]
    return rows


def test_what_is_in_time_is_sent_now_and_the_rest_waits_on(
    agency: Agency, made: Stop, rows: list[Publication], clock: Clock
) -> None:
    assert (held(agency, made, clock).in_time, held(agency, made, clock).too_late) == (2, 1)

    done = restart(agency, made, Restart.RESUME)
    rounds_of_a_worker()

    assert (done.resumed, done.left) == (2, 1)
    assert agency.platform.texts("harbour") == ["Due in 5", "Due in 9"]
    assert [agency.read(row).state for row in rows] == [
        State.HELD, State.PUBLISHED, State.PUBLISHED, State.SCHEDULED,
    ]  # fmt: skip


def test_all_of_it_moves_by_the_length_of_the_stop(
    agency: Agency, made: Stop, rows: list[Publication], clock: Clock
) -> None:
    done = restart(agency, made, Restart.PAUSE)

    assert (done.shifted, done.first_at) == (3, rows[0].due_at + timedelta(hours=10))
    for row in rows[:3]:
        now = agency.read(row)
        assert (now.state, now.due_at, now.next_try_at) == (
            State.SCHEDULED, row.due_at + timedelta(hours=10), row.due_at + timedelta(hours=10),
        )  # fmt: skip
    # What was still ahead has not moved.
    assert agency.read(rows[3]).due_at == rows[3].due_at
    rounds_of_a_worker()
    assert agency.platform.texts("harbour") == []


def test_all_of_it_moves_by_whole_days_and_keeps_its_hour(
    agency: Agency, made: Stop, rows: list[Publication], clock: Clock
) -> None:
    assert held(agency, made, clock).days == 1

    restart(agency, made, Restart.DAYS)

    assert [agency.read(row).due_at for row in rows[:3]] == [row.due_at + timedelta(days=1) for row in rows[:3]]


def test_all_of_it_may_be_left_out(agency: Agency, made: Stop, rows: list[Publication]) -> None:
    assert restart(agency, made, Restart.SKIP).skipped == 3
    assert [agency.read(row).state for row in rows] == [State.CANCELED] * 3 + [State.SCHEDULED]


def test_each_may_be_chosen_for_on_its_own(agency: Agency, made: Stop, rows: list[Publication], clock: Clock) -> None:
    choices = {rows[0].pk: Restart.RESUME, rows[1].pk: Restart.SKIP}
    with pytest.raises(PostBusy, match="still stopped"):
        agency.do(services.decide_each, halt=halt(agency, made), choices=choices)

    assert restart(agency, made, Restart.REVIEW) == Mended()
    rounds_of_a_worker()
    assert agency.platform.texts("harbour") == []
    done = agency.do(services.decide_each, halt=halt(agency, made), choices=choices)

    rounds_of_a_worker()
    assert (done.resumed, done.skipped, done.left) == (1, 1, 1)
    # Late as it is: somebody has looked at it.
    assert agency.platform.texts("harbour") == ["Due in 1"]
    assert [row.pk for row in held(agency, made, clock).posts] == [rows[2].pk]


def test_a_choice_made_later_counts_the_pause_until_then(
    agency: Agency, made: Stop, rows: list[Publication], clock: Clock
) -> None:
    restart(agency, made, Restart.REVIEW)
    clock.advance(hours=2)

    restart(agency, made, Restart.PAUSE)

    assert agency.read(rows[0]).due_at == rows[0].due_at + timedelta(hours=12)
    assert agency.read(rows[0]).due_at > clock.now


def test_what_is_past_due_and_was_never_claimed_waits_for_a_choice_too(
    agency: Agency, made: Stop, clock: Clock
) -> None:
    """The workers were down while it was stopped: lifting it must not let everything out at once."""
    publication = agency.scheduled(minutes=30)
    clock.advance(hours=1)

    restart(agency, made, Restart.REVIEW)
    rounds_of_a_worker()

    assert (agency.read(publication).state, agency.read(publication).problem) == (State.HELD, "stopped")
    assert agency.platform.texts("harbour") == []


def test_what_another_stop_covers_waits_for_that_one(
    agency: Agency, made: Stop, rows: list[Publication], clock: Clock
) -> None:
    wider = stop(agency, Scope.ORGANIZATION)

    assert held(agency, made, clock).elsewhere == 3
    assert restart(agency, made, Restart.RESUME).resumed == 0
    assert [agency.read(row).state for row in rows[:3]] == [State.HELD] * 3

    clock.advance(hours=1)
    # One pause for them: from the first stop on, for the second followed without a gap.
    restart(agency, wider, Restart.PAUSE)
    assert [agency.read(row).due_at for row in rows[:3]] == [row.due_at + timedelta(hours=11) for row in rows[:3]]


def test_what_was_late_when_publishing_was_stopped_is_not_moved_behind_us(
    agency: Agency, made: Stop, clock: Clock
) -> None:
    publication = agency.scheduled()
    with agency.scope():
        early = clock.now - timedelta(hours=2)
        Publication.objects.filter(pk=publication.pk).update(due_at=early, next_try_at=clock.now)
    clock.advance(hours=1)
    run_worker()

    restart(agency, made, Restart.PAUSE)

    assert agency.read(publication).due_at == clock.now


def test_a_comment_that_was_held_follows_its_post(agency: Agency, clock: Clock) -> None:
    publication = agency.scheduled("Post", comment="First")
    rounds.work(claims.claim_due(now=clock.now, limit=1)[0])
    made = stop(agency)
    run_worker()
    assert [row.state for row in agency.follow_ups(publication)] == [State.HELD]
    assert held(agency, made, clock).comments == 1

    restart(agency, made, Restart.RESUME)
    rounds_of_a_worker()

    assert [row.state for row in agency.follow_ups(publication)] == [State.PUBLISHED]


# --- the operator ---------------------------------------------------------------------------------------------------


@pytest.fixture
def everything(agency: Agency) -> OperatorStop:
    with tenancy.across_tenants("the operator stops everything"):
        return services.stop_all(reason="A platform misbehaves", actor=SYSTEM)


def test_the_operator_stops_everything_and_each_organization_decides_afterwards(
    agency: Agency, everything: OperatorStop, clock: Clock
) -> None:
    publication = agency.scheduled(minutes=5)
    clock.advance(minutes=10)
    run_worker()
    assert "by the operator" in agency.read(publication).problem_words
    with pytest.raises(PostBusy, match="only they can"):
        restart(agency, everything, Restart.RESUME)

    never_claimed = agency.scheduled("Never claimed", on=[agency.account("quay")])
    with tenancy.across_tenants("the operator lifts it"):
        services.lift_all(stop=everything, actor=SYSTEM)
    rounds_of_a_worker()
    assert [agency.read(row).state for row in (publication, never_claimed)] == [State.HELD] * 2

    assert restart(agency, everything, Restart.RESUME).resumed == 2
    rounds_of_a_worker()
    assert agency.platform.texts("harbour") == ["Good morning"]


def test_tenants_read_the_operators_stops_and_cannot_write_them(agency: Agency, everything: OperatorStop) -> None:
    with agency.scope():
        assert halt(agency, everything).is_operators
        everything.lifted_at = everything.since
        with pytest.raises(tenancy.NoTenant):
            everything.save()


def test_each_organization_concerned_is_told_and_no_other(
    agency: Agency, stranger_workspace: Any, django_capture_on_commit_callbacks: Any
) -> None:
    agency.account()
    with django_capture_on_commit_callbacks(execute=True), tenancy.across_tenants("the operator stops a platform"):
        made = services.stop_all(reason="It misbehaves", platform="memory", actor=SYSTEM)
    with django_capture_on_commit_callbacks(execute=True), tenancy.across_tenants("the operator lifts it"):
        services.lift_all(stop=made, actor=SYSTEM)

    assert agency.events(agency.workspace.organization) == ["publishing.stopped", "publishing.restarted"]
    theirs = stranger_workspace.organization
    with tenancy.scope(organization_id=theirs.pk):
        assert not Event.objects.filter(name__startswith="publishing.").exists()
