"""Insights of an account: totals of a window, two daily series, and who the followers are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.facebook import parameters
from apps.sandbox.instagram import figures
from apps.sandbox.instagram.errors import bad_parameter

DAY = timedelta(days=1)
KEPT = timedelta(days=90)
ENOUGH_FOLLOWERS = 100
SERIES = {"reach", "follower_count", "online_followers"}
TOTALS = {
    "reach", "views", "accounts_engaged", "total_interactions", "likes", "comments", "shares", "saves", "replies",
    "reposts", "profile_links_taps", "follows_and_unfollows",
}  # fmt: skip
DEMOGRAPHICS = {"follower_demographics", "engaged_audience_demographics"}
TIMEFRAMES = {"last_14_days", "last_30_days", "last_90_days", "prev_month", "this_month", "this_week"}
Parts = Mapping[str, float]
PEOPLE: Mapping[str, Parts] = {
    "age": {"18-24": 0.2, "25-34": 0.5, "35-44": 0.3},
    "city": {"Bristol, England": 0.7, "Cork, County Cork": 0.3},
    "country": {"GB": 0.7, "IE": 0.3},
    "gender": {"F": 0.55, "M": 0.4, "U": 0.05},
}
BREAKDOWNS: Mapping[str, Parts] = {
    "media_product_type": {"POST": 0.5, "REEL": 0.4, "STORY": 0.1},
    "follow_type": {"FOLLOWER": 0.6, "NON_FOLLOWER": 0.4},
}


def read(call: Call, account: Account, wanted: list[str]) -> list[dict[str, Any]]:
    known = SERIES | TOTALS | DEMOGRAPHICS
    if unknown := [name for name in wanted if name not in known]:
        raise bad_parameter(f"metric[0] must be one of the following values: {', '.join(sorted(known))} ({unknown[0]})")
    metric_type = call.fields.text("metric_type", "time_series")
    if metric_type not in {"time_series", "total_value"}:
        raise bad_parameter("metric_type must be one of time_series, total_value")
    withheld = str(call.world.setting("instagram", "withheld_metrics")).split(",")
    found = [_one(call, account, name, metric_type) for name in wanted]
    return [one for one, name in zip(found, wanted, strict=True) if one is not None and name not in withheld]


def _one(call: Call, account: Account, name: str, metric_type: str) -> dict[str, Any] | None:
    if name in DEMOGRAPHICS:
        return _demographics(call, account, name, metric_type)
    if call.fields.text("period", "day") != "day":
        raise bad_parameter(f"The metric {name} supports only period=day")
    if metric_type == "time_series":
        if name not in SERIES:
            raise bad_parameter(
                f"The following metrics ({name}) should be specified with parameter metric_type=total_value"
            )
        return _series(call, account, name)
    if name not in TOTALS:
        raise bad_parameter(f"The metric {name} supports only metric_type=time_series")
    return _total(call, account, name)


def _window(call: Call) -> tuple[datetime, datetime]:
    """From `since` to `until`, the last 24 hours without them; as far as figures are there."""
    now = call.world.now()
    until = parameters.instant(call, "until")
    since = parameters.instant(call, "since") or (until or now) - DAY
    until = until or now
    if since >= until:
        raise bad_parameter("Param since must be before until")
    lag = timedelta(hours=float(call.world.setting("instagram", "insights_lag_hours")))
    return max(since, now - KEPT), min(until, now - lag)


def _total(call: Call, account: Account, name: str) -> dict[str, Any] | None:
    """One number for the whole window."""
    since, until = _window(call)
    asked = call.fields.text("breakdown")
    if asked and asked not in BREAKDOWNS:
        raise bad_parameter(f"The breakdown {asked} is not supported for {name}")
    if since >= until:
        return None
    value = figures.of_account(call.world, account, name, since, until)
    if name == "follows_and_unfollows":
        value = _new_followers(account, since, until)
    parts = BREAKDOWNS.get(asked, {})
    shape = broken_down(value, asked, parts) if asked else {"value": value}
    return named(name, "day", account.id) | {"total_value": shape}


def _new_followers(account: Account, since: datetime, until: datetime) -> int:
    days = (until - since) / DAY
    return int(days * (1 + int(account.data["followers_count"]) % 4))


def _series(call: Call, account: Account, name: str) -> dict[str, Any] | None:
    """A value for each whole day that the window touches; a day ends at 7:00 UTC."""
    since, until = _window(call)
    if name != "reach" and followers(call, account) < ENOUGH_FOLLOWERS:
        return None
    end = since.replace(hour=7, minute=0, second=0, microsecond=0)
    end += DAY if end <= since else timedelta()
    values: list[dict[str, Any]] = []
    while end <= until:
        values.append({"value": _of_day(call, account, name, end), "end_time": f"{end:%Y-%m-%dT%H:%M:%S}+0000"})
        end += DAY
    return named(name, "day", account.id) | {"values": values} if values else None


def _of_day(call: Call, account: Account, name: str, end: datetime) -> Any:
    if name == "follower_count":
        return _new_followers(account, end - DAY, end)
    if name == "online_followers":
        return {str(hour): followers(call, account) * (4 + hour % 12) // 40 for hour in range(24)}
    return figures.of_account(call.world, account, name, end - DAY, end)


def followers(call: Call, account: Account) -> int:
    return int(call.world.setting("instagram", "followers")) or int(account.data["followers_count"])


def _demographics(call: Call, account: Account, name: str, metric_type: str) -> dict[str, Any] | None:
    """By exactly one breakdown, over a timeframe; nothing for an account with few followers."""
    fields = call.fields
    if metric_type != "total_value" or fields.text("period") != "lifetime":
        raise bad_parameter(f"The metric {name} needs period=lifetime and metric_type=total_value")
    if (breakdown := fields.text("breakdown")) not in PEOPLE:
        raise bad_parameter(f"breakdown must be one of {', '.join(PEOPLE)}")
    if fields.text("timeframe") not in TIMEFRAMES:
        raise bad_parameter(f"timeframe must be one of {', '.join(sorted(TIMEFRAMES))}")
    if (people := followers(call, account)) < ENOUGH_FOLLOWERS:
        return None
    counted = people if name == "follower_demographics" else people // 5
    shape = broken_down(counted, breakdown, PEOPLE[breakdown])
    del shape["value"]
    return named(name, "lifetime", account.id) | {"total_value": shape}


def broken_down(value: int, dimension: str, parts: Parts) -> dict[str, Any]:
    results = [{"dimension_values": [name], "value": int(value * part)} for name, part in parts.items()]
    return {"value": value, "breakdowns": [{"dimension_keys": [dimension], "results": results}]}


def named(name: str, period: str, owner: str) -> dict[str, Any]:
    return {
        "name": name,
        "period": period,
        "title": name.replace("_", " ").capitalize(),
        "description": "",
        "id": f"{owner}/insights/{name}/{period}",
    }
