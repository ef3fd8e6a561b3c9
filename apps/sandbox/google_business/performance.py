"""Figures of a location, day by day, and the words by which people found it. Of a single post there are none.

Zero is not told: `value` is missing. The last days are not there yet (`metrics_lag_days`), and nothing older than
`metrics_months` is kept. Every figure follows from the location and the day, so that two reports agree; a live post
brings some more people on its first days.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.google_business import access, states
from apps.sandbox.google_business.errors import bad_request
from apps.sandbox.google_business.names import NAME
from apps.sandbox.google_business.paging import page

# How many on a usual day.
METRICS = {
    "BUSINESS_IMPRESSIONS_DESKTOP_MAPS": 12,
    "BUSINESS_IMPRESSIONS_DESKTOP_SEARCH": 40,
    "BUSINESS_IMPRESSIONS_MOBILE_MAPS": 55,
    "BUSINESS_IMPRESSIONS_MOBILE_SEARCH": 80,
    "BUSINESS_CONVERSATIONS": 1,
    "BUSINESS_DIRECTION_REQUESTS": 6,
    "CALL_CLICKS": 3,
    "WEBSITE_CLICKS": 5,
    "MESSAGING_CLICKS": 0,
    "BUSINESS_BOOKINGS": 1,
    "BUSINESS_FOOD_ORDERS": 0,
    "BUSINESS_FOOD_MENU_CLICKS": 2,
}
WORDS = ("near me", "opening hours", "menu", "reviews", "directions")
FEW = 15  # below this a keyword's figure is a threshold
POST_DAYS = 7


async def daily(call: Call) -> Response:
    """GET /v1/locations/{location}:fetchMultiDailyMetricsTimeSeries"""
    location = access.location(call)
    metrics = list(dict.fromkeys(call.fields.list("dailyMetrics")))
    if not metrics or any(name not in METRICS for name in metrics):
        raise bad_request("daily_metrics", "Name at least one daily metric, and none that does not exist.")
    first, last = _date(call, "dailyRange.startDate"), _date(call, "dailyRange.endDate")
    today = call.world.now().date()
    if last < first or first < _months_before(today, int(call.world.setting(NAME, "metrics_months"))):
        raise bad_request("daily_range", "The range is inverted, or begins before there are figures.")
    last = min(last, today - timedelta(days=int(call.world.setting(NAME, "metrics_lag_days"))))
    lively = _post_days(call, location)
    series = [
        {"dailyMetric": name, "timeSeries": {"datedValues": list(_values(location, name, first, last, lively))}}
        for name in metrics
    ]
    return JSONResponse({"multiDailyMetricTimeSeries": [{"dailyMetricTimeSeries": series}]})


def _values(location: Account, metric: str, first: date, last: date, lively: list[date]) -> Iterator[dict[str, Any]]:
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        posts = sum(1 for one in lively if one <= day < one + timedelta(days=POST_DAYS))
        count = METRICS[metric] * (_chance(location.id, metric, str(day)) % 200) // 100 + posts * METRICS[metric] // 4
        shown: dict[str, Any] = {"date": {"year": day.year, "month": day.month, "day": day.day}}
        yield shown | ({"value": str(count)} if count else {})


def _post_days(call: Call, location: Account) -> list[date]:
    """On which days a post of this location came to be seen."""
    now = call.world.now()
    live = [post for post in call.world.posts_of(location) if states.of(post, now) in {states.LIVE, states.RECURRING}]
    return [datetime.fromtimestamp(max(post.created_at.timestamp(), post.data["due_at"]), UTC).date() for post in live]


def _chance(*words: str) -> int:
    return zlib.crc32(" ".join(words).encode())


async def keywords(call: Call) -> Response:
    """GET /v1/locations/{location}/searchkeywords/impressions/monthly: over all months of the range together"""
    location = access.location(call)
    first, last = _month(call, "monthlyRange.startMonth"), _month(call, "monthlyRange.endMonth")
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months < 1:
        raise bad_request("monthly_range", "The range is inverted.")
    words = [location.name.lower(), *(f"{location.name.lower()} {word}" for word in WORDS)]
    rows = sorted(((months * (_chance(location.id, word) % 60), word) for word in words), reverse=True)
    shown, following = page(call, rows, usual=100, most=100)
    counts = [{"searchKeyword": word, "insightsValue": _told(count)} for count, word in shown]
    return JSONResponse({"searchKeywordsCounts": counts} | ({"nextPageToken": following} if following else {}))


def _told(count: int) -> dict[str, str]:
    return {"value": str(count)} if count >= FEW else {"threshold": str(FEW)}


def _date(call: Call, field: str) -> date:
    return _read(call, field, ("year", "month", "day"))


def _month(call: Call, field: str) -> date:
    return _read(call, field, ("year", "month"))


def _read(call: Call, field: str, parts: tuple[str, ...]) -> date:
    told = [call.fields.text(f"{field}.{part}") for part in parts]
    try:
        year, month, day = (int(one) for one in (*told, "1")[:3])
        return date(year, month, day)
    except ValueError:
        raise bad_request(field, "This is no day of the calendar.") from None


def _months_before(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
