"""How much of its limits Meta says is used up: headers whose values are JSON.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting. All numbers are percent, but for
`estimated_time_to_regain_access`, which is minutes. The headers come only after enough calls.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from apps.platforms import http as wire
from apps.platforms.limits import Usage

APP: Final = "x-app-usage"
BUSINESS: Final = "x-business-use-case-usage"
PAGE: Final = "x-page-usage"  # of older hosts, with the three keys of APP
_SHARES: Final = ("call_count", "total_time", "total_cputime")


def regain_at(headers: httpx.Headers, *, now: datetime) -> datetime | None:
    """When calls are taken again, by the usage header or by Retry-After; None where neither says."""
    minutes = [found for entry in _entries(headers.get(BUSINESS, "")) if (found := _minutes(entry))]
    if minutes:
        return now + min(timedelta(minutes=max(minutes)), wire.LONGEST_PAUSE)
    return wire.retry_after(headers, now=now)


def usage(headers: Mapping[str, str], *, now: datetime, app: str, account: str, kind: str) -> tuple[Usage, ...]:
    """What the headers (names in lower case) say of the limits that an adapter calls `app` and `account`; `kind` is
    Meta's word for the second in the business header ("pages", "instagram"), "" where it is not documented."""
    found = []
    if (share := _share(_object(headers.get(APP, "")))) is not None:
        found.append(Usage(app, share=share))
    entries = [entry for entry in _entries(headers.get(BUSINESS, "")) if kind in ("", entry.get("type"))]
    shares = [one for entry in [*entries, _object(headers.get(PAGE, ""))] if (one := _share(entry)) is not None]
    if shares:
        minutes = max((_minutes(entry) for entry in entries), default=0)
        reset_at = now + min(timedelta(minutes=minutes), wire.LONGEST_PAUSE) if minutes else None
        found.append(Usage(account, share=max(shares), reset_at=reset_at))
    return tuple(found)


def _share(entry: Mapping[str, Any]) -> float | None:
    numbers = [
        value
        for name in _SHARES
        if isinstance(value := entry.get(name), int | float) and not isinstance(value, bool) and 0 <= value < 10**6
    ]
    return max(numbers) / 100 if numbers else None


def _minutes(entry: Mapping[str, Any]) -> int:
    value = entry.get("estimated_time_to_regain_access")
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**6 else 0


def _entries(header: str) -> Iterator[dict[str, Any]]:
    for listed in _object(header).values():
        yield from (entry for entry in (listed if isinstance(listed, list) else ()) if isinstance(entry, dict))


def _object(header: str) -> dict[str, Any]:
    try:
        value = json.loads(header)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
