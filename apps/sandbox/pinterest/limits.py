"""Rate limits: requests a second and, by category, a minute for each user; those of a day for a trial application.

The numbers of the categories are not published and are settings. The windows begin with the first request; the day of a
trial application ends at midnight UTC. Which header tells what is undocumented, too: `limit_headers` chooses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.limits import Window
from apps.sandbox.pinterest import errors

PINTEREST = "pinterest"
READ, WRITE, ANALYTICS = "org_read", "org_write", "org_analytics"
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Count:
    bucket: str
    limit: int
    span: timedelta


Told = list[tuple[Count, Window]]


def count(call: Call, category: str, account_id: str) -> Told:
    """Count this request; what is left is for `mark` to tell. Refuses one too many, which then counts nowhere."""
    counts = _counts(call, category, account_id)
    told = [(count, _window(call, count, cost=0)) for count in counts]
    if all(window.remaining for _, window in told):
        return [(count, _window(call, count, cost=1)) for count in counts]
    response = _too_many(call)
    mark(call, response, told)
    raise Refusal(response)


def _counts(call: Call, category: str, account_id: str) -> list[Count]:
    def limit(name: str) -> int:
        return int(call.world.setting(PINTEREST, name))

    if call.world.setting(PINTEREST, "access") == "trial":
        found = [Count("pinterest trial", limit("trial_daily"), DAY)]
    else:
        found = [
            Count(f"pinterest all {account_id}", limit("per_second"), SECOND),
            Count(f"pinterest {category} {account_id}", limit(f"{category}_per_minute"), MINUTE),
        ]
    return [count for count in found if count.limit]


def _window(call: Call, count: Count, *, cost: int) -> Window:
    details = {"limit": count.limit, "window": count.span, "now": call.world.now(), "aligned": count.span == DAY}
    if cost:
        return call.world.limits.hit(count.bucket, **details)  # type: ignore[arg-type]
    return call.world.limits.look(count.bucket, **details)  # type: ignore[arg-type]


def mark(call: Call, response: Response, told: Told) -> None:
    """The window that is used up most stands first, the others are listed after it."""
    if not told:
        return
    now = call.world.now()
    _, tightest = min(told, key=lambda pair: (pair[1].remaining / pair[1].limit, -pair[1].reset_at.timestamp()))
    listed = [f"{count.limit};w={int(count.span.total_seconds())}" for count, _ in told]
    seconds = math.ceil((tightest.reset_at - now).total_seconds())
    _write(call, response, ", ".join([str(tightest.limit), *listed]), tightest.remaining, seconds)


def _write(call: Call, response: Response, limit: str, remaining: int, seconds: int) -> None:
    style = call.world.setting(PINTEREST, "limit_headers")
    if style == "none":
        return
    start = "X-RateLimit-" if style == "current" else "x-userendpoint-ratelimit-"
    for name, value in (("Limit", limit), ("Remaining", remaining), ("Reset", seconds)):
        response.headers[start + name] = str(value)
    if response.status_code == 429 and call.world.setting(PINTEREST, "retry_after"):
        response.headers["Retry-After"] = str(seconds)


def _too_many(call: Call) -> Response:
    return errors.envelope(429, int(call.world.setting(PINTEREST, "rate_limit_code")), errors.RATE_WORDS)


def rate_limited(call: Call, seconds: float) -> Response:
    """The fault of that name."""
    response = _too_many(call)
    _write(call, response, "100, 100;w=1, 1000;w=60", 0, math.ceil(seconds))
    return response
