"""The one function that places instants in days, over every zone and every change of clocks."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from apps.core.calendar import Month, cell_of, clock_change, reach

ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"}))
MONTHS = st.builds(Month, st.integers(1990, 2090), st.integers(1, 12))
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(INSTANTS, ZONES)
def test_a_cell_is_the_day_on_the_wall(instant, zone):
    assert cell_of(instant, zone) == instant.astimezone(ZoneInfo(zone)).date()


@given(INSTANTS, ZONES)
def test_every_instant_lies_in_the_grid_of_its_month(instant, zone):
    day = cell_of(instant, zone)

    assert day in Month.of(day)
    assert day in Month.of(day).days()


@given(MONTHS)
def test_a_grid_is_whole_weeks_from_monday_without_a_gap(month):
    days = month.days()

    assert len(days) % 7 == 0
    assert days[0].weekday() == 0
    assert all(after - before == timedelta(days=1) for before, after in itertools.pairwise(days))
    assert month.first in days
    assert month.last in days
    assert not any(day in month for day in (days[0] - timedelta(days=1), days[-1] + timedelta(days=1)))


@given(INSTANTS, ZONES)
def test_the_reach_of_a_grid_misses_none_of_its_instants(instant, zone):
    day = cell_of(instant, zone)
    begin, end = reach(day, day, zone)

    assert begin <= instant < end


@given(MONTHS, st.integers(-500, 500))
def test_months_add_up(month, months):
    assert month + months - months == month
    assert (month + 1).first - month.last == timedelta(days=1)


def test_both_edges_of_summer_time_are_told():
    assert clock_change(date(2026, 10, 25), "Europe/Oslo") == "Clocks go back"
    assert clock_change(date(2026, 3, 29), "Europe/Oslo") == "Clocks go forward"
    assert clock_change(date(2026, 10, 24), "Europe/Oslo") == ""
    assert clock_change(date(2026, 10, 25), "Asia/Tokyo") == ""


def test_an_hour_that_comes_twice_is_one_day():
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    assert first.astimezone(ZoneInfo("Europe/Oslo")).time() == second.astimezone(ZoneInfo("Europe/Oslo")).time()
    assert cell_of(first, "Europe/Oslo") == cell_of(second, "Europe/Oslo") == date(2026, 10, 25)


def test_a_day_that_begins_at_one_has_its_first_hour():
    # In Beirut clocks go forward at midnight: the 29th of March begins at one.
    assert cell_of(datetime(2026, 3, 28, 21, 59, tzinfo=UTC), "Asia/Beirut") == date(2026, 3, 28)
    assert cell_of(datetime(2026, 3, 28, 22, 0, tzinfo=UTC), "Asia/Beirut") == date(2026, 3, 29)
