"""Rate limits as X documents them for each endpoint, and the headers that tell them.

A user has so many requests in 15 minutes from the first one on. The limits of 24 hours count what all users of the
application do; those of an application in 15 minutes hold for its own token alone. Besides, an account publishes at
most 2,400 posts a day. Each is a setting (`post_limit`, `post_app_limit`, `user_day_limit`...), and 0 switches it
off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from apps.sandbox.core.calls import Call, Handler, Refusal
from apps.sandbox.core.limits import Window
from apps.sandbox.x import errors
from apps.sandbox.x.access import valid_token

QUARTER, DAY = timedelta(minutes=15), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Rule:
    """`user` and `app` in 15 minutes; `app_day` in 24 hours."""

    user: int = 0
    app: int = 0
    app_day: int = 0


RULES = {
    "post": Rule(user=100, app_day=10_000),
    "delete": Rule(user=50),
    "article": Rule(user=100, app_day=10_000),
    "initialize": Rule(user=1875, app_day=180_000),
    "append": Rule(user=1875, app_day=180_000),
    "finalize": Rule(user=1875, app_day=180_000),
    "upload": Rule(user=500, app_day=50_000),
    "metadata": Rule(user=500, app_day=50_000),
    "status": Rule(user=1000, app_day=100_000),
    "subtitles": Rule(user=100, app_day=10_000),
    "me": Rule(user=75),
    "timeline": Rule(user=900, app=10_000),
    "lookup": Rule(user=5000, app=3500),
    "single": Rule(user=900, app=450),
    "analytics": Rule(user=300, app=300),
    "usage": Rule(app=50),
    "webhooks": Rule(app=450),
    "subscriptions": Rule(user=500, app=500),
}
SETTINGS: dict[str, int] = {
    **{f"{name}_limit": rule.user or rule.app for name, rule in RULES.items()},
    **{f"{name}_app_limit": rule.app_day for name, rule in RULES.items() if rule.app_day},
    "user_day_limit": 2400,
}


@dataclass(frozen=True, slots=True)
class Count:
    header: str
    bucket: str
    limit: int
    span: timedelta


def limited(name: str, handler: Handler) -> Handler:
    """Count the request, refuse one too many, and show in the answer how many are left."""

    async def enter(call: Call) -> Response:
        counts = _counts(call, name)
        windows = [(count, _look(call, count)) for count in counts]
        if all(window.remaining for _, window in windows):
            windows = [(count, _hit(call, count)) for count in counts]
            response = await _answer(call, handler)
        else:
            _refuse(call, [count for count, window in windows if not window.remaining])
            response = errors.too_many(call)
        _mark(call, response, windows)
        return response

    return enter


async def _answer(call: Call, handler: Handler) -> Response:
    try:
        return await handler(call)
    except Refusal as refusal:
        return refusal.response


def _counts(call: Call, name: str) -> list[Count]:
    """What this request counts against; nothing while it is unknown who asks."""
    rule, token = RULES[name], valid_token(call)
    if token is None:
        return []
    whose = token.account_id or "app"
    usual = int(call.world.setting("x", f"{name}_limit")) if token.account_id or not rule.user else rule.app
    found = [Count("x-rate-limit", f"x {name} {whose}", usual, QUARTER)]
    if rule.app_day:
        daily = int(call.world.setting("x", f"{name}_app_limit"))
        found.append(Count("x-app-limit-24hour", f"x {name} of all", daily, DAY))
    if name == "post":
        daily = int(call.world.setting("x", "user_day_limit"))
        found.append(Count("x-user-limit-24hour", f"x day of {whose}", daily, DAY))
    return [count for count in found if count.limit]


def _look(call: Call, count: Count) -> Window:
    return call.world.limits.look(count.bucket, limit=count.limit, window=count.span, now=call.world.now())


def _hit(call: Call, count: Count) -> Window:
    return call.world.limits.hit(count.bucket, limit=count.limit, window=count.span, now=call.world.now())


def _refuse(call: Call, counts: list[Count]) -> None:
    for count in counts:
        call.world.limits.refuse(count.bucket, limit=count.limit)


def _mark(call: Call, response: Response, windows: list[tuple[Count, Window]]) -> None:
    response.headers["api-version"] = errors.API_VERSION
    for count, window in windows:
        # Documented are the first three headers alone: those of the day come from servers that feel like it.
        if count.span == DAY and not call.world.setting("x", "daily_headers"):
            continue
        response.headers[f"{count.header}-limit"] = str(window.limit)
        response.headers[f"{count.header}-remaining"] = str(window.remaining)
        response.headers[f"{count.header}-reset"] = str(math.ceil(window.reset_at.timestamp()))
