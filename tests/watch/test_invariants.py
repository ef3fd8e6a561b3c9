"""What the watchdog finds, and what it lets be: each exception beside what it must not hide."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from apps.publishing.states import Deed, Outcome, State
from apps.watch import invariants
from apps.watch.states import Invariant
from tests.support import factories
from tests.watch import ledger

pytestmark = pytest.mark.django_db
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def found(clock):
    def look() -> dict[str, int]:
        seen = invariants.findings(now=clock.now)
        return {invariant.value: finding.count for invariant, finding in seen.items() if finding.count}

    return look


def test_nothing_is_found_where_nothing_is_wrong(workspace, clock, found):
    ledger.publication(workspace, due_at=clock.now)  # due this very second
    ledger.publication(workspace, due_at=clock.now - timedelta(seconds=29))
    ledger.publication(workspace, due_at=clock.now + A_MINUTE)

    assert found() == {}


def test_what_is_past_due_and_unclaimed_is_found_since_its_patience_ended(workspace, clock, found):
    ledger.publication(workspace, due_at=clock.now - A_MINUTE)
    ledger.publication(workspace, due_at=clock.now - 2 * A_MINUTE)

    assert found() == {"claimed_in_time": 2}
    finding = invariants.findings(now=clock.now)[Invariant.CLAIMED_IN_TIME]
    assert finding.since == clock.now - 2 * A_MINUTE + invariants.PATIENCE


def test_what_was_prepared_and_is_past_due_is_found_too(workspace, clock, found):
    ledger.publication(workspace, due_at=clock.now - A_MINUTE, state=State.READY)
    ledger.publication(workspace, due_at=clock.now + A_MINUTE, state=State.READY)

    assert found() == {"claimed_in_time": 1}


def test_an_upload_for_a_later_post_of_the_account_excuses_nothing(workspace, clock, found):
    account = factories.account(workspace)
    ledger.publication(workspace, on=account, due_at=clock.now - A_MINUTE)
    later = ledger.publication(
        workspace, on=account, due_at=clock.now + A_MINUTE, state=State.STAGING, lease_until=clock.now + A_MINUTE
    )
    ledger.attempt(later, deed=Deed.PREPARE)

    assert found() == {"claimed_in_time": 1}


@pytest.mark.parametrize("state", [State.HELD, State.CANCELED, State.FAILED, State.PUBLISHED, State.NEEDS_ATTENTION])
def test_what_waits_for_a_person_or_is_over_waits_lawfully(workspace, clock, found, state):
    ledger.publication(workspace, due_at=clock.now - A_MINUTE, state=state)

    assert found() == {}


def test_what_was_told_to_wait_waits_lawfully_until_then(workspace, clock, found):
    """A retry, a throttle of the platform and files in preparation all move the next try."""
    ledger.publication(workspace, due_at=clock.now - timedelta(hours=1), next_try_at=clock.now + A_MINUTE)
    assert found() == {}

    clock.advance(minutes=2)

    assert found() == {"claimed_in_time": 1}


def test_an_account_that_is_at_work_lets_its_next_post_wait(workspace, clock, found):
    account = factories.account(workspace)
    waiting = clock.now - A_MINUTE
    ledger.publication(workspace, on=account, due_at=waiting)
    at_work = ledger.publication(workspace, on=account, due_at=waiting, state=State.PUBLISHING, fence=1)
    ledger.attempt(at_work)
    ledger.publication(workspace, due_at=waiting)  # on another account, of which nothing is sent

    assert found() == {"claimed_in_time": 1}


def test_an_account_that_was_at_work_a_moment_ago_has_its_next_turn_first(workspace, clock, found):
    account = factories.account(workspace)
    done = ledger.publication(workspace, on=account, due_at=clock.now - A_MINUTE, state=State.PUBLISHED, fence=1)
    ledger.attempt(done, started_at=clock.now - timedelta(seconds=20), outcome=Outcome.PUBLISHED)
    ledger.publication(workspace, on=account, due_at=clock.now - A_MINUTE)
    assert found() == {}

    clock.advance(seconds=20)

    assert found() == {"claimed_in_time": 1}


def test_a_reply_waits_for_what_stands_before_it_and_no_longer(workspace, clock, found):
    out = ledger.publication(workspace, due_at=clock.now - A_MINUTE, state=State.PUBLISHED)
    first = ledger.follow_up(out, next_try_at=clock.now + A_MINUTE)
    ledger.follow_up(out, position=2, next_try_at=clock.now - A_MINUTE)
    assert found() == {}

    with ledger.tenancy.across_tenants(ledger.WHY):
        type(first).across_tenants.filter(pk=first.pk).update(state=State.PUBLISHED, remote_id="first")
    ledger.attempt(out, follow_up=first, number=1, started_at=clock.now - timedelta(seconds=10))
    assert found() == {}  # its turn came a moment ago

    clock.advance(minutes=1)
    assert found() == {"claimed_in_time": 1}


def test_a_lost_answer_that_nobody_looks_for_is_past_due(workspace, clock, found):
    lost = {"state": State.UNCERTAIN, "intent_at": clock.now, "lease_until": clock.now}
    ledger.publication(workspace, due_at=clock.now, next_try_at=clock.now + A_MINUTE, **lost)
    assert found() == {}

    clock.advance(minutes=2)

    assert found() == {"claimed_in_time": 1}


@pytest.mark.parametrize("state", [State.STAGING, State.PUBLISHING])
def test_a_lease_past_its_end_is_found_after_a_sweep(workspace, clock, found, state):
    later = clock.now + timedelta(hours=1)
    ledger.publication(workspace, state=state, fence=1, lease_until=clock.now, next_try_at=later)
    assert found() == {}

    clock.advance(seconds=invariants.SWEEP.total_seconds() + 1)

    assert found() == {"leases_end": 1}


@pytest.mark.parametrize("state", [State.STAGING, State.PUBLISHING])
def test_a_claim_that_lasts_longer_than_it_may_is_found_however_fresh_its_lease(workspace, clock, found, state):
    row = ledger.publication(workspace, state=state, fence=3, lease_until=clock.now + timedelta(hours=9))
    ledger.attempt(row, number=2, started_at=clock.now - timedelta(days=1), outcome=Outcome.ABANDONED)
    ledger.attempt(row, number=3, started_at=clock.now)
    assert found() == {}

    clock.advance(seconds=invariants.longest_claim().total_seconds() + 1)

    assert found() == {"bounded": 1}


def test_an_answer_that_stays_lost_longer_than_all_looks_take_is_found(workspace, clock, found):
    later = clock.now + timedelta(days=9)
    out = {"state": State.UNCERTAIN, "intent_at": clock.now, "lease_until": later, "next_try_at": later}
    ledger.publication(workspace, **out)
    clock.advance(seconds=invariants.longest_doubt().total_seconds() - 1)
    assert found() == {}

    clock.advance(seconds=2)

    assert found() == {"bounded": 1}


def test_the_bound_of_doubt_leaves_room_for_every_look():
    looks = sum(settings.PUBLISH_SEARCH_PAUSES, timedelta())

    assert invariants.longest_doubt() > looks + settings.PUBLISH_LEASE


def test_the_work_of_every_tenant_is_watched(workspace, stranger_workspace, clock, found):
    ledger.publication(workspace, due_at=clock.now - A_MINUTE)
    ledger.publication(stranger_workspace, due_at=clock.now - A_MINUTE)

    assert found() == {"claimed_in_time": 2}


def test_a_look_costs_the_same_whatever_there_is(workspace, clock, queries):
    def add(number: int) -> None:
        for _ in range(number):
            ledger.publication(workspace, due_at=clock.now - A_MINUTE)
            row = ledger.publication(workspace, state=State.PUBLISHING, fence=1, lease_until=clock.now - A_MINUTE)
            ledger.attempt(row, started_at=clock.now - timedelta(days=1))

    add(1)
    with queries() as few:
        invariants.findings(now=clock.now)
    add(12)
    with queries() as many:
        invariants.findings(now=clock.now)

    assert len(many) == len(few) <= 20  # ten, and on PostgreSQL the tenant is told around them
