"""Who gets what: fair turns, one at a time on each account, and nobody the same twice."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections
from pytest_django import DjangoAssertNumQueries

from apps.core import clock as system_clock
from apps.core import tenancy
from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing.claim import Claim
from apps.publishing.engine import claims, fairness, leases
from apps.publishing.errors import LostClaim
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.tenants.models import Workspace
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency

WHY = "a test looks at every row"


def due(agency: Agency, workspace: Workspace, *, count: int, late: float = 0) -> list[Publication]:
    """Publications on accounts of their own, due that many minutes ago and a second apart."""
    begin = system_clock.now() - timedelta(minutes=late)
    made = []
    for number in range(count):
        account = agency.account(f"{workspace.pk}-{number}", in_=workspace)
        post = factories.post(workspace, accounts=[account])
        made.append(factories.publication(post, account, due_at=begin + timedelta(seconds=number)))
    return made


@pytest.mark.django_db
def test_workspaces_take_turns_and_the_oldest_goes_first(agency: Agency, other_workspace: Workspace) -> None:
    busy = due(agency, agency.workspace, count=5, late=30)
    quiet = due(agency, other_workspace, count=2, late=5)

    taken = claims.claim_due(now=system_clock.now(), limit=4)

    assert [claim.publication_id for claim in taken] == [busy[0].pk, quiet[0].pk, busy[1].pk, quiet[1].pk]


@pytest.mark.django_db
def test_an_account_publishes_one_thing_at_a_time(agency: Agency, clock: Clock) -> None:
    account = agency.account()
    for text in ("one", "two"):
        agency.scheduled(text, on=[account])

    first = claims.claim_due(now=clock.now, limit=10)
    second = claims.claim_due(now=clock.now, limit=10)

    assert (len(first), len(second)) == (1, 0)


@pytest.mark.django_db
def test_a_claim_costs_the_same_number_of_queries_however_many_it_takes(
    agency: Agency, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    due(agency, agency.workspace, count=12, late=5)

    # The gates are among them, and on PostgreSQL what opens a transaction and names the tenant.
    with django_assert_max_num_queries(18):
        assert len(claims.claim_due(now=system_clock.now(), limit=12)) == 12


@pytest.mark.django_db
def test_what_its_worker_left_behind_goes_back_in_line_with_a_new_fence(agency: Agency, clock: Clock) -> None:
    publication = agency.scheduled()
    (first,) = claims.claim_due(now=clock.now, limit=1)

    clock.advance(minutes=5, seconds=1)
    assert leases.expire(now=clock.now) == 1
    (second,) = claims.claim_due(now=clock.now, limit=1)

    assert (first.fence, second.fence) == (1, 2)
    with agency.scope(), pytest.raises(LostClaim):
        Publication.objects.move(first, State.FAILED)
    assert agency.read(publication).state == State.PUBLISHING


@pytest.mark.django_db
def test_a_post_that_takes_its_worker_down_every_time_is_given_up(agency: Agency, clock: Clock) -> None:
    publication = agency.scheduled()

    for _ in range(leases.MOST_DEATHS + 1):
        claims.claim_due(now=clock.now, limit=1)
        clock.advance(minutes=5, seconds=2)  # a lease has to run out before a death is noticed
        leases.expire(now=clock.now)

    assert agency.read(publication).state == State.FAILED
    assert "operator" in agency.read(publication).problem_words
    assert agency.events(publication)[-1] == "publication.failed"
    assert agency.events(publication.post)[-1] == "post.failed"


@pytest.mark.django_db
def test_what_may_be_out_although_its_worker_died_is_told(agency: Agency, clock: Clock) -> None:
    publication = agency.scheduled()
    claims.claim_due(now=clock.now, limit=1)
    with tenancy.across_tenants(WHY):
        Publication.across_tenants.update(intent_at=clock.now)

    clock.advance(minutes=6)
    leases.expire(now=clock.now)

    assert agency.read(publication).state == State.UNCERTAIN
    assert agency.events(publication)[-1] == "publication.uncertain"


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", ["archived", "disconnected"])
def test_what_must_not_go_out_is_held_with_words(agency: Agency, memory: MemoryPlatform, trouble: str) -> None:
    account = agency.account()
    publication = agency.scheduled(on=[account])
    with tenancy.across_tenants(WHY):
        if trouble == "archived":
            Workspace.across_tenants.update(archived_at=system_clock.now())
        else:
            type(account).across_tenants.update(state="needs_reauth")

    assert claims.claim_due(now=system_clock.now(), limit=1) == []

    held = agency.read(publication)
    assert (held.state, held.problem) == (State.HELD, trouble)
    assert held.problem_words
    assert memory.commits == 0


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_never_take_the_same(agency: Agency, other_workspace: Workspace) -> None:
    workers = 8 if connection.vendor == "postgresql" else 2
    wanted = due(agency, agency.workspace, count=20, late=5) + due(agency, other_workspace, count=20, late=5)
    taken: list[Claim] = []
    begin = threading.Barrier(workers)

    def take() -> None:
        try:
            begin.wait(10)
            for _ in range(60):
                mine = claims.claim_due(now=system_clock.now(), limit=3)
                taken.extend(mine)
                if len(taken) >= len(wanted):
                    return
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert Counter(claim.publication_id for claim in taken) == Counter(row.pk for row in wanted)


@pytest.mark.postgres  # SQLite has one writer at a time, and so nobody to wait for
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_stands_still_in_a_transaction_keeps_nobody_from_freeing_the_others(
    agency: Agency, clock: Clock
) -> None:
    held, free = due(agency, agency.workspace, count=2, late=5)
    assert len(claims.claim_due(now=clock.now, limit=2)) == 2
    clock.advance(minutes=6)
    freed: list[int] = []

    def sweep() -> None:
        try:
            freed.append(leases.expire(now=clock.now))
        finally:
            connections.close_all()

    other = threading.Thread(target=sweep)
    with tenancy.across_tenants(WHY):
        Publication.across_tenants.select_for_update().get(pk=held.pk)
        other.start()
        other.join(10)
        is_stuck = other.is_alive()
    other.join(10)

    assert not is_stuck
    assert freed == [1]
    assert [agency.read(row).state for row in (held, free)] == [State.PUBLISHING, State.SCHEDULED]


def test_organizations_take_turns_however_many_workspaces_one_has() -> None:
    big, small = uuid4(), uuid4()
    clients = [uuid4() for _ in range(3)]
    rows = [(big, client, f"big {number}") for client in clients for number in range(2)] + [(small, small, "small")]

    order = fairness.in_turn(rows)  # type: ignore[arg-type]

    assert order.index("small") <= 1
    assert order[2:5] == ["big 0", "big 0", "big 1"]
