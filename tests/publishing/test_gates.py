"""Other rooms are asked at the hour, and what they object to is held with their words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import OperationalError

from apps.publishing import gates, services
from apps.publishing.engine import claims, departures, holds, outcomes
from apps.publishing.gates import Obstacle, Row
from apps.publishing.models import Publication
from apps.publishing.states import State
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused() -> Iterator[set[UUID]]:
    """Ids of rows that a room objects to."""
    ids: set[UUID] = set()

    def gate(rows: Sequence[Row], now: datetime) -> Mapping[UUID, Obstacle]:
        return {row.pk: Obstacle("not_approved", "Nobody has approved it yet.") for row in rows if row.pk in ids}

    gates.register("test", gate)
    yield ids
    gates.unregister("test")


def test_what_a_gate_objects_to_is_held_with_its_words(agency: Agency, refused: set[UUID]) -> None:
    objected, free = agency.scheduled("No"), agency.scheduled("Yes", on=[agency.account("quay")])
    refused.add(objected.pk)

    run_worker()

    held = agency.read(objected)
    assert (held.state, held.problem, held.problem_words) == (
        State.HELD,
        "not_approved",
        "Nobody has approved it yet.",
    )
    assert agency.read(free).state == State.PUBLISHED
    assert agency.platform.texts("harbour") == []


@pytest.mark.parametrize("minutes", [None, 20], ids=["held", "put off"])
def test_a_post_that_a_person_moved_while_a_worker_looked_at_it_keeps_its_new_time(
    agency: Agency, clock: Clock, minutes: int | None
) -> None:
    """The worker's look ended with its transaction, and the person's move was waiting for that."""
    publication = agency.scheduled()
    with agency.scope():
        seen = Publication.objects.select_related("workspace", "account", "post").get(pk=publication.pk)
    until = clock.now + timedelta(minutes=minutes) if minutes else None
    tuesday = (clock.now + timedelta(days=2)).replace(tzinfo=None, second=0, microsecond=0)
    agency.do(services.reschedule, post=seen.post, local=tuesday, zone="UTC")

    holds.hold([(seen, Obstacle("spacing", "Too soon after another.", until=until))], clock.now)

    row = agency.read(publication)
    assert (row.state, row.next_try_at, row.problem) == (State.SCHEDULED, row.due_at, "")


def test_what_a_gate_lets_go_just_before_its_hour_goes_out_at_its_hour(
    agency: Agency, clock: Clock, refused: set[UUID]
) -> None:
    publication = agency.scheduled(minutes=1 / 12)
    refused.add(publication.pk)
    assert claims.claim_ahead(now=clock.now, limit=1) == []
    refused.clear()

    clock.advance(seconds=5)
    run_worker()

    assert agency.read(publication).state == State.PUBLISHED


def test_an_objection_that_cannot_be_written_keeps_nothing_else_from_leaving(
    agency: Agency, clock: Clock, refused: set[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    objected, free = (agency.scheduled(minutes=10, on=[agency.account(name)]) for name in ("harbour", "quay"))
    run_worker()
    clock.advance(minutes=10)
    leaving = departures.read(claims.claim_ready(now=clock.now, limit=2))
    refused.add(objected.pk)

    def cannot(*_: object) -> None:
        raise OperationalError("the disk is full")

    monkeypatch.setattr(outcomes, "hold_back", cannot)

    assert [one.claim.publication_id for one in departures.signed(leaving)] == [free.pk]
