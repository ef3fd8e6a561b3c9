"""Every day of a workspace has one night, and every account one row for it, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.analytics.nights import DAY, last_day_due, night_of, place_in
from apps.core.ids import new_id

# Gaps and folds at midnight, at two, by half an hour; a zone ahead of all others and one behind.
ZONES = (
    "Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe",
    "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns", "UTC",
)  # fmt: skip
MINUTES = st.integers(0, 10 * 365 * 24 * 60)
INSTANTS = MINUTES.map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@given(zone=st.sampled_from(ZONES), hour=st.integers(0, 23), begin=INSTANTS, hours=st.integers(1, 24 * 40))
def test_looking_every_hour_opens_each_day_once_and_in_order(zone, hour, begin, hours):
    looks = [begin + timedelta(hours=step) for step in range(hours)]
    opened = [last_day_due(look, zone=zone, hour=hour) for look in looks]

    days = sorted(set(opened))
    assert opened == sorted(opened), "a night that was opened is not closed again"
    assert days == [days[0] + DAY * step for step in range(len(days))], "a day was left out"


@given(zone=st.sampled_from(ZONES), hour=st.integers(0, 23), day=st.dates(date(2020, 1, 1), date(2030, 12, 30)))
def test_a_night_begins_once_its_day_is_over(zone, hour, day):
    begins = night_of(day, zone=zone, hour=hour)

    assert begins.astimezone(ZoneInfo(zone)).date() == day + DAY
    assert last_day_due(begins, zone=zone, hour=hour) == day
    assert last_day_due(begins - timedelta(microseconds=1), zone=zone, hour=hour) == day - DAY


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Europe/Berlin", date(2026, 3, 28), "2026-03-29T01:00"),  # two o'clock is left out: it is three
        ("Europe/Berlin", date(2026, 10, 24), "2026-10-25T00:00"),  # it comes twice: the first
        ("Europe/Berlin", date(2026, 12, 31), "2027-01-01T01:00"),
        ("America/New_York", date(2028, 2, 29), "2028-03-01T07:00"),
    ],
)
def test_of_an_hour_that_is_left_out_or_comes_twice(zone, day, begins):
    assert night_of(day, zone=zone, hour=2) == datetime.fromisoformat(begins).replace(tzinfo=UTC)


def test_turns_in_the_spread_are_always_the_same_and_even():
    spread, ids = timedelta(minutes=10), [new_id() for _ in range(2000)]
    places = [place_in(spread, one) for one in ids]

    assert places == [place_in(spread, one) for one in ids]
    assert all(timedelta(0) <= place < spread for place in places)
    early = sum(place < spread / 2 for place in places)
    assert 900 < early < 1100
