"""Other rooms are asked at the hour, and what they object to is held with their words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import pytest

from apps.publishing import gates
from apps.publishing.gates import Obstacle, Row
from apps.publishing.states import State
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
