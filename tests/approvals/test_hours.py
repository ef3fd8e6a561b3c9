"""Working hours are wall time: whatever clocks do, a day has its hours once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.approvals.people.hours import MIDNIGHT, Hours

OSLO = Hours("Europe/Oslo")
HOUR = timedelta(hours=1)
FRIDAY_NOON = datetime(2026, 11, 27, 12, tzinfo=ZoneInfo("Europe/Oslo"))
ZONES = ("Europe/Oslo", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "Africa/Cairo")
hours = st.builds(
    Hours,
    st.sampled_from(ZONES),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 11).map(time),
    st.sampled_from([time(12, 30), time(17), time(22), MIDNIGHT]),
)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
instants = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))


def test_hours_go_on_after_the_weekend() -> None:
    at = OSLO.after(FRIDAY_NOON, 8 * HOUR)
    assert at.astimezone(ZoneInfo("Europe/Oslo")).isoformat() == "2026-11-30T12:00:00+01:00"


def test_on_a_weekend_the_next_hour_is_on_monday() -> None:
    saturday = FRIDAY_NOON + timedelta(days=1)
    assert OSLO.next(saturday).astimezone(ZoneInfo("Europe/Oslo")).isoformat() == "2026-11-30T09:00:00+01:00"
    assert not OSLO.holds(saturday)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends", "worked"),
    [
        ("Europe/Oslo", date(2026, 3, 29), time(1), time(5), 3),  # clocks go forward at two
        ("Europe/Oslo", date(2026, 10, 25), time(1), time(5), 5),  # and back at three
        ("America/New_York", date(2026, 3, 8), MIDNIGHT, MIDNIGHT, 23),
        ("America/New_York", date(2026, 11, 1), MIDNIGHT, MIDNIGHT, 25),
    ],
)
def test_a_day_on_which_clocks_change_has_its_own_length(
    zone: str, day: date, begins: time, ends: time, worked: int
) -> None:
    own = Hours(zone, frozenset(range(7)), begins, ends)
    begin, end = next(own.spans(datetime.combine(day, MIDNIGHT, ZoneInfo(zone))))
    assert end - begin == worked * HOUR


@given(hours, instants)
def test_the_next_instant_is_a_working_one_and_none_is_passed_by(own: Hours, at: datetime) -> None:
    found = own.next(at)
    assert found >= at
    assert own.holds(found)
    assert (found == at) == own.holds(at)


@given(hours, instants, st.integers(1, 60 * 80), st.integers(1, 60 * 80))
def test_working_time_adds_up(own: Hours, at: datetime, first: int, second: int) -> None:
    one, other = timedelta(minutes=first), timedelta(minutes=second)
    assert own.after(own.after(at, one), other) == own.after(at, one + other)
    assert own.after(at, one) - at >= one
