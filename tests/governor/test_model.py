"""Any story of calls, against simple models of each kind of window as a platform keeps it."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core import ids
from apps.governor.lanes import Lane
from apps.platforms.limits import Per, Window
from tests.governor.conftest import Platform, call, limit

AMOUNT, SPAN, DAY = 6, timedelta(minutes=1), timedelta(days=1)
COSTS = {"small": 1, "large": 5}
LATEST = 2000  # milliseconds on the way: what the margin allows for


class Judge(Protocol):
    def take(self, at: datetime, cost: int) -> int:
        """Count a call that arrives then; what its window holds with it."""


class Rolling:
    def __init__(self) -> None:
        self.calls: deque[tuple[datetime, int]] = deque()

    def take(self, at: datetime, cost: int) -> int:
        self.calls.append((at, cost))
        return sum(cost for when, cost in self.calls if when > at - SPAN)


class FirstUse:
    def __init__(self) -> None:
        self.ends, self.used = datetime.min.replace(tzinfo=UTC), 0

    def take(self, at: datetime, cost: int) -> int:
        if at >= self.ends:
            self.ends, self.used = at + SPAN, 0
        self.used += cost
        return self.used


class Midnight:
    def __init__(self, zone: str) -> None:
        self.zone, self.used = ZoneInfo(zone), dict[Any, int]()

    def take(self, at: datetime, cost: int) -> int:
        day = at.astimezone(self.zone).date()
        self.used[day] = self.used.get(day, 0) + cost
        return self.used[day]


KINDS = {
    "rolling": (Window.ROLLING, SPAN, Rolling),
    "first_use": (Window.FIRST_USE, SPAN, FirstUse),
    "utc": (Window.MIDNIGHT_UTC, DAY, lambda: Midnight("UTC")),
    "pacific": (Window.MIDNIGHT_PACIFIC, DAY, lambda: Midnight("America/Los_Angeles")),
}
BACK = None  # wait until the moment that the last refusal named
STEPS = st.tuples(
    st.one_of(
        st.just(BACK),
        st.sampled_from([0, 900, 999]),
        st.integers(0, 4_000),
        st.integers(0, 90_000),
        st.integers(0, 20_000_000),
    ),  # milliseconds
    st.sampled_from(list(COSTS)),
    st.sampled_from([Lane.PUBLISH, *Lane]),
    st.sampled_from([0, LATEST, 700]),
)


def wait(platform: Platform, pause: int | None, told: datetime | None) -> None:
    if pause is not BACK:
        platform.now += timedelta(milliseconds=pause)
    elif told is not None:
        platform.now = max(platform.now, told)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(list(KINDS)), begins=st.integers(0, 86_400), steps=st.lists(STEPS, min_size=5, max_size=60))
def test_no_story_takes_more_than_the_platform_allows(platform: Platform, settings, kind, begins, steps):
    settings.GOVERNOR_PREFIX = f"model-{ids.new_id()}"
    window, span, make = KINDS[kind]
    one = limit("units", AMOUNT, per=Per.TOKEN, window=window, span=span, costs=COSTS)
    platform.declare(one, calls=tuple(call(name, "units") for name in COSTS))
    platform.now = datetime(2026, 3, 7, tzinfo=UTC) + timedelta(seconds=begins)  # the night clocks change in California
    arrivals: list[tuple[datetime, int]] = []
    told: datetime | None = None

    for pause, name, lane, way in steps:
        wait(platform, pause, told)
        decision = platform.ask(name, lane=lane)
        if decision.retry_at is None:
            arrivals.append((platform.now + timedelta(milliseconds=way), COSTS[name]))
        else:
            assert decision.retry_at > platform.now
            told = decision.retry_at

    judge: Judge = make()
    for at, cost in sorted(arrivals):
        assert judge.take(at, cost) <= AMOUNT


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(list(KINDS)), begins=st.integers(0, 86_400), steps=st.lists(STEPS, min_size=5, max_size=40))
def test_whoever_comes_back_when_told_is_let_through(platform: Platform, settings, kind, begins, steps):
    settings.GOVERNOR_PREFIX = f"model-{ids.new_id()}"
    window, span, _ = KINDS[kind]
    one = limit("units", AMOUNT, per=Per.TOKEN, window=window, span=span, costs=COSTS)
    platform.declare(one, calls=tuple(call(name, "units") for name in COSTS))
    platform.now = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=begins)

    for pause, name, _, _ in steps:
        wait(platform, pause, None)
        first = platform.ask(name)
        if first.retry_at is not None:
            platform.now = first.retry_at
            assert platform.ask(name).is_granted
