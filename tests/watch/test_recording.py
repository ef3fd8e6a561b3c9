"""The record of departures: what counts as late, whatever happened on the way, and days that are summed up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.publishing import services as publishing
from apps.publishing.services import Verdict
from apps.publishing.states import Outcome, State
from apps.watch import selectors, services
from apps.watch.models import Departure, Punctuality
from tests.support import factories
from tests.support.publishing import run_worker
from tests.watch import ledger

pytestmark = pytest.mark.django_db
S = timedelta(seconds=1)


@pytest.fixture
def record(clock):
    return lambda **options: services.record(now=clock.now, **options)


def departure_of(row) -> Departure | None:
    with tenancy.scope(organization_id=row.organization_id):
        return selectors.departure_of(row.pk)


def rows(of, **wanted) -> list[Punctuality]:
    with tenancy.scope(organization_id=of.organization_id):
        return list(Punctuality.objects.filter(**wanted).order_by("day"))


# --- what counts ------------------------------------------------------------------------------------------------------


def test_a_post_that_left_at_its_hour(agency, clock, record):
    row = agency.scheduled(minutes=10)
    clock.advance(minutes=10, seconds=2)
    run_worker()

    assert record() == 1

    found = departure_of(row)
    assert (found.due_at, found.lateness_ms, found.is_at_once) == (row.due_at, 2000, False)
    assert found.claimed_at <= found.committed_at <= found.answered_at
    assert found.platform == "memory"


def test_a_post_that_was_moved_counts_from_the_hour_promised_last(agency, clock, record):
    row = agency.scheduled(minutes=10)
    later = clock.now + timedelta(hours=2)
    agency.do(publishing.reschedule, post=row.post, local=later.replace(tzinfo=None), zone="UTC")
    clock.advance(hours=2, seconds=1)
    run_worker()
    record()

    found = departure_of(row)
    assert (found.due_at, found.lateness_ms, found.is_at_once) == (later, 1000, False)


def test_what_postroom_tried_again_by_itself_is_late_from_its_hour(agency, memory, clock, record):
    row = agency.scheduled(minutes=10)
    memory.fault("rate_limited", call="commit")
    clock.advance(minutes=10)
    run_worker()
    clock.set(agency.read(row).next_try_at)
    run_worker()
    record()

    found = departure_of(row)
    assert len(agency.attempts(row)) == 2
    assert (found.due_at, found.is_at_once) == (row.due_at, False)
    assert found.lateness_ms == (clock.now - row.due_at) // timedelta(milliseconds=1) > 0


def test_what_a_person_resumed_is_not_the_engines_lateness(agency, clock, record):
    row = agency.scheduled(minutes=10)
    clock.advance(hours=9)  # nobody ran
    run_worker()
    assert agency.read(row).state == State.HELD
    agency.do(publishing.resume, publication=agency.read(row))
    run_worker()
    record()

    found = departure_of(row)
    assert found.is_at_once
    assert found.lateness_ms == 0


def test_a_post_that_was_published_at_once_was_promised_no_hour(agency, clock, record):
    post = agency.post()
    agency.do(publishing.publish_now, post=post)
    clock.advance(seconds=40)  # a large file
    run_worker()
    record()

    with agency.scope():
        assert Departure.objects.get().is_at_once
    (day,) = rows(agency.workspace, workspace=agency.workspace, platform="")
    assert (day.posts, day.at_once, day.p99_ms) == (0, 1, None)


def test_what_is_promised_when_it_is_out_was_promised_to_others_of_its_post(agency, clock, record):
    row = agency.scheduled(minutes=10)
    clock.advance(minutes=10)
    run_worker()
    clock.advance(minutes=5)
    with agency.scope():
        audit.record("post.scheduled", subject=row.post, actor=SYSTEM)
    record()

    assert departure_of(row).is_at_once is False


def test_an_answer_that_was_lost_and_found_counts_by_its_commit(workspace, clock, record):
    due_at = clock.now - timedelta(minutes=30)
    row = ledger.publication(
        workspace, due_at=due_at, state=State.PUBLISHED, fence=2, intent_at=due_at + 3 * S, published_at=due_at + 4 * S
    )
    ledger.attempt(row, number=1, started_at=due_at, sent_at=due_at + 3 * S, outcome=Outcome.UNCERTAIN)
    found_at = due_at + timedelta(minutes=8)
    ledger.attempt(row, number=2, started_at=found_at, ended_at=found_at + S, outcome=Outcome.FOUND)

    record()

    found = departure_of(row)
    assert (found.lateness_ms, found.answered_at) == (3000, found_at + S)


def test_what_a_person_saw_live_has_no_departure(agency, clock, record):
    row = ledger.publication(agency.workspace, state=State.NEEDS_ATTENTION, intent_at=clock.now)
    agency.do(publishing.decide, publication=agency.read(row), verdict=Verdict.OUT)

    record()

    assert departure_of(row) is None


def test_a_post_that_is_not_out_has_no_departure(agency, clock, record):
    row = agency.scheduled(minutes=10)
    ledger.attempt(row, outcome=Outcome.NOT_SENT, ended_at=clock.now)

    assert record() == 0
    assert departure_of(row) is None


def test_a_post_that_left_early_is_kept_as_early_and_counted_as_on_time(workspace, clock, record):
    row = ledger.departed(workspace, due_at=clock.now - timedelta(minutes=5), late=-2 * S)

    record()

    assert departure_of(row).lateness_ms == -2000
    (day,) = rows(workspace, workspace=workspace, platform="")
    assert (day.p50_ms, day.within_1s) == (0, 1)


# --- days -------------------------------------------------------------------------------------------------------------


def test_days_are_summed_by_workspace_platform_and_as_a_whole(workspace, other_workspace, clock, record):
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    clock.set(noon + timedelta(hours=3))
    mastodon, bluesky = factories.account(workspace), factories.account(workspace, "bluesky")
    for place, account, late in [
        (workspace, mastodon, 0.5 * S), (workspace, mastodon, 2 * S), (workspace, bluesky, 30 * S),
        (other_workspace, factories.account(other_workspace), 300 * S),
    ]:  # fmt: skip
        ledger.departed(place, on=account, due_at=noon, late=late)

    assert record() == 4

    def summed(**wanted):
        (row,) = rows(workspace, day=date(2026, 3, 10), **wanted)
        return row.posts, row.p50_ms, row.p99_ms, row.within_1s, row.within_10s, row.within_60s, row.worst_ms

    assert summed(workspace=workspace, platform="mastodon") == (2, 500, 2000, 1, 2, 2, 2000)
    assert summed(workspace=workspace, platform="bluesky") == (1, 30_000, 30_000, 0, 0, 1, 30_000)
    assert summed(workspace=workspace, platform="") == (3, 2000, 30_000, 1, 2, 3, 30_000)
    assert summed(workspace=None, platform="") == (4, 2000, 300_000, 1, 2, 3, 300_000)
    assert summed(workspace=None, platform="mastodon") == (3, 2000, 300_000, 1, 2, 2, 300_000)


def test_a_day_is_that_of_the_wall_clock_where_the_post_was_promised(workspace, other_workspace, clock, record):
    """Half past eleven at night in UTC is the next day in Berlin, and the same in New York."""
    late_evening = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    clock.set(late_evening + timedelta(hours=1))
    ledger.departed(workspace, due_at=late_evening, late=S)
    ledger.departed(other_workspace, due_at=late_evening, late=S)

    record()

    days = {row.workspace_id: row.day for row in rows(workspace, platform="")}
    assert days == {workspace.pk: date(2026, 3, 11), other_workspace.pk: date(2026, 3, 10), None: date(2026, 3, 10)}


def test_running_it_again_changes_nothing(workspace, clock, record):
    for minutes in (3, 2, 1):
        ledger.departed(workspace, due_at=clock.now - timedelta(minutes=minutes), late=S)
    assert record() == 3
    before = [(row.workspace_id, row.platform, row.day, row.posts, row.p99_ms) for row in rows(workspace)]

    assert record() == 0
    assert record(since=clock.now - timedelta(days=2)) == 0

    after = [(row.workspace_id, row.platform, row.day, row.posts, row.p99_ms) for row in rows(workspace)]
    assert sorted(after, key=str) == sorted(before, key=str)


def test_what_came_late_is_added_to_yesterday(workspace, clock, record):
    clock.set(datetime(2026, 3, 10, 12, tzinfo=UTC))
    ledger.departed(workspace, due_at=clock.now - timedelta(minutes=5), late=S)
    record()
    noon = clock.now
    clock.advance(days=1)
    ledger.departed(workspace, due_at=clock.now, late=S)
    record()
    # A line of yesterday that was closed only now.
    ledger.departed(workspace, due_at=noon + timedelta(hours=1), late=9 * S)
    record()
    assert [row.posts for row in rows(workspace, workspace=workspace, platform="")] == [1, 1]

    assert record(since=clock.now - timedelta(days=2)) == 1

    yesterday, today = rows(workspace, workspace=workspace, platform="")
    assert (yesterday.posts, yesterday.worst_ms, today.posts) == (2, 9000, 1)


def test_a_day_that_was_not_summed_is_summed_by_the_next_run(workspace, clock, record, monkeypatch):
    ledger.departed(workspace, due_at=clock.now - timedelta(minutes=5), late=S)
    with monkeypatch.context() as broken:
        broken.setattr("apps.watch.services.recording.sum_days", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            record()
    assert rows(workspace) == []

    record()

    assert rows(workspace, platform="") != []


def test_more_than_a_batch_is_written(workspace, clock, record, monkeypatch):
    monkeypatch.setattr("apps.watch.services.recording.BATCH", 2)
    for minutes in range(5):
        ledger.departed(workspace, due_at=clock.now - timedelta(minutes=minutes), late=S)

    assert record() == 5
    assert sum(day.posts for day in rows(workspace, workspace=None, platform="")) == 5


def test_what_it_costs_does_not_grow_with_what_left(workspace, clock, record, queries):
    account = factories.account(workspace)

    def costs(posts: int) -> int:
        for seconds in range(posts):
            ledger.departed(workspace, on=account, due_at=clock.now - timedelta(seconds=seconds), late=S)
        with queries() as asked:
            assert record() == posts
        return len(asked)

    assert costs(20) == costs(2)


def test_tenants_keep_to_themselves(workspace, stranger_workspace, clock, record):
    ledger.departed(workspace, due_at=clock.now, late=S)
    ledger.departed(stranger_workspace, due_at=clock.now, late=100 * S)
    record()

    assert {row.organization_id for row in rows(workspace)} == {workspace.organization_id}
    assert max(row.worst_ms for row in rows(workspace)) == 1000
