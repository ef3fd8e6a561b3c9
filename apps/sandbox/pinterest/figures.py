"""The figures of pins over days, as a table of daily metrics with their sum."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from apps.sandbox.core.rows import Post
from apps.sandbox.core.world import World
from apps.sandbox.pinterest import growth

DAY = timedelta(days=1)
ENGAGEMENTS = ("PIN_CLICK", "OUTBOUND_CLICK", "SAVE")
# Each rate is that of a number of impressions.
RATES = {f"{name}_RATE": name for name in ("ENGAGEMENT", *ENGAGEMENTS)}
ACCOUNT = ("IMPRESSION", "ENGAGEMENT", *ENGAGEMENTS, *RATES)
LIFETIME = ("TOTAL_COMMENTS", "TOTAL_REACTIONS")
PIN = ("IMPRESSION", *ENGAGEMENTS, "SAVE_RATE", *LIFETIME, "USER_FOLLOW", "PROFILE_VISIT")
VIDEO = (
    "VIDEO_MRC_VIEW", "VIDEO_10S_VIEW", "QUARTILE_95_PERCENT_VIEW", "VIDEO_V50_WATCH_TIME", "VIDEO_START",
    "VIDEO_AVG_WATCH_TIME",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Days:
    """From `start` to `end`, seen from `today`; the last `lag` days before today are estimates."""

    start: date
    end: date
    today: date
    lag: int

    def __iter__(self) -> Iterator[date]:
        last = min(self.end, self.today)
        return (self.start + n * DAY for n in range((last - self.start).days + 1))

    def counted(self, since: date) -> list[date]:
        """Those that have figures of what has been there since then."""
        return [day for day in self if since <= day < self.today]

    def status(self, day: date) -> str:
        if day == self.today:
            return "PROCESSING"
        return "ESTIMATE" if day >= self.today - self.lag * DAY else "READY"


def table(pins: list[Post], days: Days, names: Iterable[str], *, since: date, before: str) -> dict[str, Any]:
    """Daily and in sum; days before `since` have the status `before` and no metrics."""
    wanted, daily = list(names), []
    for day in days:
        status = before if day < since else days.status(day)
        metrics = _of_day(pins, day, wanted) if status in {"READY", "ESTIMATE"} else {}
        daily.append({"data_status": status, "date": day.isoformat(), "metrics": metrics})
    return {"daily_metrics": daily, "summary_metrics": summary(pins, days, wanted, since=since)}


def summary(pins: list[Post], days: Days, names: Iterable[str], *, since: date) -> dict[str, float]:
    """Of the days that have figures; empty while there is none."""
    if not (counted := days.counted(since)):
        return {}
    return _between(pins, _midnight(counted[0]), _midnight(counted[-1] + DAY), names)


def lifetime(world: World, pin: Post, names: Iterable[str]) -> dict[str, int]:
    """Absent during the first day, like everything else."""
    now = world.now()
    if now - pin.created_at < DAY:
        return {}
    return {name: growth.of_pin(pin, name, now) for name in names if name in LIFETIME}


def share(table: dict[str, Any], part: float) -> dict[str, Any]:
    """This part of all figures; rates and averages stay as they are."""

    def less(metrics: dict[str, float]) -> dict[str, float]:
        kept = (*RATES, "VIDEO_AVG_WATCH_TIME")
        return {name: value if name in kept else int(value * part) for name, value in metrics.items()}

    daily = [day | {"metrics": less(day["metrics"])} for day in table["daily_metrics"]]
    sums = {name: less(table[name]) for name in ("summary_metrics", "lifetime_metrics") if name in table}
    return table | {"daily_metrics": daily} | sums


def _of_day(pins: list[Post], day: date, names: Iterable[str]) -> dict[str, float]:
    return _between(pins, _midnight(day), _midnight(day + DAY), names)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _between(pins: list[Post], start: datetime, end: datetime, names: Iterable[str]) -> dict[str, float]:
    def gathered(name: str) -> int:
        return sum(growth.of_pin(pin, name, end) - growth.of_pin(pin, name, start) for pin in pins)

    found = {name: _value(name, gathered) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _value(name: str, gathered: Callable[[str], int]) -> float | None:
    if name == "ENGAGEMENT":
        return sum(gathered(one) for one in ENGAGEMENTS)
    if name in RATES:
        impressions, value = gathered("IMPRESSION"), _value(RATES[name], gathered) or 0
        return value / impressions if impressions else None
    if name == "VIDEO_AVG_WATCH_TIME":
        starts = gathered("VIDEO_START")
        return gathered("VIDEO_V50_WATCH_TIME") / starts if starts else None
    return gathered(name)
