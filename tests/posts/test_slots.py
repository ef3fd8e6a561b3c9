"""The slots of a queue on the calendar, at every edge that clocks have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice, pairwise
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.posts.appointments import appointment
from apps.posts.slots import Opening, openings, shifted

# Berlin and New York change at night, Lord Howe by half an hour, Santiago, Beirut and Havana begin a day with the gap.
ZONES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut", "America/Havana",
)  # fmt: skip
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Hour:
    weekday: int
    at: time


HOURS = st.builds(Hour, st.integers(0, 6), st.builds(time, st.integers(0, 23), st.integers(0, 59)))
SLOTS = st.lists(HOURS, min_size=1, max_size=12, unique=True)
INSTANTS = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SEEDS = st.uuids()


def daily(*hours: str) -> list[Hour]:
    return [Hour(day, time.fromisoformat(hour)) for day in range(7) for hour in hours]


def shown(found: list[Opening[Hour]], zone: str) -> list[str]:
    return [f"{one.at.astimezone(ZoneInfo(zone)):%d %H:%M}" for one in found]


def day_in(zone: str, *day: int) -> datetime:
    return datetime(*day, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc]


@given(slots=SLOTS, zone=st.sampled_from(ZONES), after=INSTANTS)
def test_every_slot_of_every_day_is_there_once_and_in_order(slots: list[Hour], zone: str, after: datetime) -> None:
    found = list(openings(slots, zone, after=after, within=2 * WEEK))
    first = after.astimezone(ZoneInfo(zone)).date()
    meant = {
        appointment(datetime.combine(day, slot.at), zone).due_at
        for day in (first + timedelta(days=number) for number in range(-2, 18))
        for slot in slots
        if slot.weekday == day.weekday()
    }

    assert [one.at for one in found] == sorted(at for at in meant if after < at <= after + 2 * WEEK)
    for one in found:
        assert one.appointment.local.time() == one.slot.at
        assert one.appointment.local.weekday() == one.slot.weekday


@given(slots=SLOTS, zone=st.sampled_from(ZONES), after=INSTANTS)
def test_neighbours_are_as_far_away_as_they_say(slots: list[Hour], zone: str, after: datetime) -> None:
    for one, other in pairwise(openings(slots, zone, after=after, within=2 * WEEK)):
        assert one.after == other.before == other.at - one.at > timedelta(0)


@given(slots=SLOTS, zone=st.sampled_from(ZONES), after=INSTANTS, minutes=st.integers(0, 60), data=st.data())
def test_jitter_is_bounded_repeatable_never_in_the_past_and_keeps_the_order(
    slots: list[Hour], zone: str, after: datetime, minutes: int, data: st.DataObject
) -> None:
    found = list(islice(openings(slots, zone, after=after), 30))
    seeds = data.draw(st.lists(SEEDS, min_size=len(found), max_size=len(found)))
    hours = [shifted(one, minutes, seed=seed, now=after) for one, seed in zip(found, seeds, strict=True)]

    assert hours == [shifted(one, minutes, seed=seed, now=after) for one, seed in zip(found, seeds, strict=True)]
    assert all(abs(at - one.at) <= timedelta(minutes=minutes) for one, at in zip(found, hours, strict=True))
    assert all(at > after for at in hours)
    assert all(earlier < later for earlier, later in pairwise(hours))


def test_jitter_uses_all_of_its_room() -> None:
    (noon,) = islice(openings(daily("12:00"), "UTC", after=datetime(2027, 3, 1, tzinfo=UTC)), 1)
    now = noon.at - timedelta(hours=3)
    offsets = {shifted(noon, 2, seed=UUID(int=number), now=now) - noon.at for number in range(100)}

    assert sorted(offsets) == [timedelta(minutes=number) for number in range(-2, 3)]
    assert shifted(noon, 0, seed=uuid4(), now=now) == noon.at


@pytest.mark.parametrize(
    ("zone", "day", "hours", "expected"),
    [
        # 02:00 and 02:30 do not exist; 02:00 would mean 03:00, which is a slot of its own.
        ("Europe/Berlin", (2027, 3, 28), ("02:00", "02:30", "03:00"), ["28 03:00", "28 03:30", "29 02:00"]),
        ("America/New_York", (2027, 3, 14), ("02:15", "09:00"), ["14 03:15", "14 09:00", "15 02:15"]),
        # Half an hour only: 02:15 is at 02:45.
        ("Australia/Lord_Howe", (2027, 10, 3), ("02:15", "02:30"), ["03 02:30", "03 02:45", "04 02:15"]),
        # The day begins at 01:00.
        ("America/Santiago", (2027, 9, 5), ("00:10", "01:00"), ["05 01:00", "05 01:10", "06 00:10"]),
        # 02:30 comes twice: it is a slot the first time.
        ("Europe/Berlin", (2027, 10, 31), ("02:30", "03:00"), ["31 02:30", "31 03:00", "01 02:30"]),
    ],
)
def test_where_clocks_change_slots_follow_the_rule_of_appointments(
    zone: str, day: tuple[int, int, int], hours: tuple[str, ...], expected: list[str]
) -> None:
    after = day_in(zone, *day) - timedelta(minutes=1)

    assert shown(list(islice(openings(daily(*hours), zone, after=after), 3)), zone) == expected


def test_a_day_that_a_zone_has_left_out_has_no_slots_of_its_own() -> None:
    """Samoa went from 29 to 31 December 2011."""
    after = datetime(2011, 12, 29, 20, 0, tzinfo=UTC)

    assert shown(list(islice(openings(daily("09:00"), "Pacific/Apia", after=after), 3)), "Pacific/Apia") == [
        "31 09:00", "01 09:00", "02 09:00"
    ]  # fmt: skip


def test_no_slots_make_no_openings() -> None:
    assert list(openings([], "UTC", after=datetime(2027, 1, 1, tzinfo=UTC))) == []
