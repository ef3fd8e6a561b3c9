# ruff: noqa: DTZ001 - wall time is naive on purpose: its zone is named beside it
"""Wall time and zone become one instant, at every edge that clocks have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from apps.posts.appointments import appointment, at_instant

ZONES = sorted(available_timezones())
TIMES = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2032, 1, 1))


def shown(due_at: datetime, zone: str) -> datetime:
    return due_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@given(local=TIMES, zone=st.sampled_from(ZONES))
def test_a_time_that_exists_is_shown_as_it_was_said_and_means_its_first_coming(local: datetime, zone: str) -> None:
    made = appointment(local, zone)
    comings = [at for at in around(made.due_at) if shown(at, zone) == local]

    if comings:
        assert made.due_at == min(comings)
        assert shown(made.due_at, zone) == local
        assert bool(made.note) == (len(comings) > 1)
    else:
        assert shown(made.due_at, zone) > local
        assert "does not exist" in made.note


def around(due_at: datetime) -> list[datetime]:
    """Every quarter of an hour for some hours around; clocks are changed by such steps."""
    return [due_at + timedelta(minutes=15) * step for step in range(-12, 13)]


@given(instant=TIMES, zone=st.sampled_from(ZONES))
def test_an_instant_becomes_an_appointment_that_shows_the_same_wall_time(instant: datetime, zone: str) -> None:
    made = at_instant(instant.replace(tzinfo=UTC), zone)

    assert made.due_at == instant.replace(tzinfo=UTC)
    assert made.local == shown(made.due_at, zone)


@pytest.mark.parametrize(
    ("zone", "said", "goes_out"),
    [
        ("Europe/Berlin", datetime(2027, 3, 28, 2, 30), datetime(2027, 3, 28, 3, 30)),
        ("America/New_York", datetime(2027, 3, 14, 2, 0), datetime(2027, 3, 14, 3, 0)),
        ("Australia/Lord_Howe", datetime(2027, 10, 3, 2, 15), datetime(2027, 10, 3, 2, 45)),
        ("America/Santiago", datetime(2027, 9, 5, 0, 10), datetime(2027, 9, 5, 1, 10)),
    ],
)
def test_a_time_in_a_gap_moves_forward_by_the_gap_and_the_person_is_told(
    zone: str, said: datetime, goes_out: datetime
) -> None:
    made = appointment(said, zone)

    assert shown(made.due_at, zone) == goes_out
    assert f"{said:%H:%M} does not exist" in made.note
    assert f"{goes_out:%H:%M}" in made.note


@pytest.mark.parametrize(
    ("zone", "said", "offset"),
    [
        ("Europe/Berlin", datetime(2027, 10, 31, 2, 30), timedelta(hours=2)),
        ("America/New_York", datetime(2027, 11, 7, 1, 30), timedelta(hours=-4)),
        ("Australia/Lord_Howe", datetime(2027, 4, 4, 1, 45), timedelta(hours=11)),
    ],
)
def test_a_time_that_comes_twice_means_the_first_and_the_person_is_told(
    zone: str, said: datetime, offset: timedelta
) -> None:
    made = appointment(said, zone)

    assert made.due_at == (said - offset).replace(tzinfo=UTC)
    assert "comes twice" in made.note


def test_a_zone_that_nobody_knows_is_refused_in_words() -> None:
    with pytest.raises(ValidationError, match="is not a time zone"):
        appointment(datetime(2027, 1, 1, 9), "Europe/Atlantis")
