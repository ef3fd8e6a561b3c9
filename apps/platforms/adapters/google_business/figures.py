"""Figures of a location: https://developers.google.com/my-business/reference/performance/rest.

Single posts have none any more. A day that Google tells of and that has no value is a day of nothing; a day that it
does not tell of is not known yet. Impressions count each person once a day and surface: their sum is views, not people.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from apps.platforms.adapters.google_business import permits
from apps.platforms.adapters.google_business.line import Line, object_in
from apps.platforms.google.faults import objects_in, text_in
from apps.platforms.insights import Metric, Metrics

_VIEWS: Final = tuple(
    f"BUSINESS_IMPRESSIONS_{device}_{surface}" for device in ("DESKTOP", "MOBILE") for surface in ("MAPS", "SEARCH")
)
_CLICKS: Final = ("WEBSITE_CLICKS", "CALL_CLICKS", "BUSINESS_DIRECTION_REQUESTS")
_OTHERS: Final = ("BUSINESS_CONVERSATIONS", "BUSINESS_BOOKINGS", "BUSINESS_FOOD_ORDERS", "BUSINESS_FOOD_MENU_CLICKS")
_SUMS: Final = {Metric.VIEWS: _VIEWS, Metric.CLICKS: _CLICKS}


def account_metrics(line: Line, day: date) -> Metrics:
    span = {
        f"dailyRange.{end}.{part}": str(getattr(day, part))
        for end in ("startDate", "endDate")
        for part in ("year", "month", "day")
    }
    params = {"dailyMetrics": [*_VIEWS, *_CLICKS, *_OTHERS], **span}
    said = line.ask(permits.FIGURES, at=line.place, params=params)
    told = _told(said, day)
    values: dict[Metric, int | float] = {}
    for metric, names in _SUMS.items():
        if found := [told[name] for name in names if name in told]:
            values[metric] = sum(found)
    return Metrics(values, raw=said)


def _told(said: Mapping[str, Any], day: date) -> dict[str, int]:
    """The figures of the day, by Google's names."""
    series = [
        one
        for group in objects_in(said, "multiDailyMetricTimeSeries")
        for one in objects_in(group, "dailyMetricTimeSeries")
    ]
    found: dict[str, int] = {}
    for one in series:
        for dated in objects_in(object_in(one, "timeSeries"), "datedValues"):
            count = _count(dated)
            if _is_on(object_in(dated, "date"), day) and count is not None:
                found[text_in(one, "dailyMetric")] = count
    return found


def _is_on(told: Mapping[str, Any], day: date) -> bool:
    return (told.get("year"), told.get("month"), told.get("day")) == (day.year, day.month, day.day)


def _count(dated: Mapping[str, Any]) -> int | None:
    value = dated.get("value", "0")
    is_number = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19
    return int(value) if is_number else None
