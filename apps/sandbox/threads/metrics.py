"""Insights: numbers that grow with a post's age, and are left out where Threads leaves them out.

A call without its scope is refused, or (the setting `empty_without_insights_scope`) answered with nothing: it is
uncertain which. Values come in a list, or with `insights_as_totals` as `total_value`: both have been seen.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.threads.access import BASIC, INSIGHTS, caller, own_account
from apps.sandbox.threads.conversations import below
from apps.sandbox.threads.errors import bad_parameter, no_object

OF_POST = ("views", "likes", "replies", "reposts", "quotes", "shares")
OF_PROFILE = (
    "views", "likes", "replies", "reposts", "quotes", "clicks", "followers_count", "follower_demographics",
)  # fmt: skip
BREAKDOWNS = ("country", "city", "age", "gender")
SLICES = {
    "country": {"GB": 0.6, "IE": 0.4},
    "city": {"Bristol, England": 0.7, "Cork, Munster": 0.3},
    "age": {"25-34": 0.5, "35-44": 0.5},
    "gender": {"F": 0.6, "M": 0.4},
}
EARLIEST = 1712991600
ENOUGH_FOLLOWERS = 100
GROWN_AFTER = timedelta(hours=12)
# How many of those who saw a post did each.
SHARES_OF_VIEWS = {"views": 1.0, "likes": 0.06, "reposts": 0.012, "quotes": 0.004, "shares": 0.01, "clicks": 0.02}


async def of_post(call: Call) -> Response:
    """GET /{media}/insights: over its whole life. A repost has none of its own."""
    names = _metrics(call, OF_POST)
    if (account := _permitted(call)) is None:
        return JSONResponse({"data": []})
    post = call.world.post("threads", call.part("id"))
    if post is None or post.account_id != account.id:
        raise no_object(call.part("id"), call.method)
    if post.data.get("media_type") == "REPOST_FACADE":
        return JSONResponse({"data": []})
    return JSONResponse({"data": [_of_post(call.world, post, name) for name in names]})


async def of_profile(call: Call) -> Response:
    """GET /{user}/threads_insights"""
    names = _metrics(call, OF_PROFILE)
    if (account := _permitted(call)) is None:
        return JSONResponse({"data": []})
    own_account(call, BASIC)
    since, until = _window(call)
    shapes: Mapping[str, Callable[[], dict[str, Any] | None]] = {
        "views": lambda: {"values": _series(call.world, account, since, until)},
        "clicks": lambda: {"link_total_values": _clicks(call.world, account, since, until)},
        "followers_count": lambda: {"total_value": {"value": account.data["followers_count"]}},
        "follower_demographics": lambda: _demographics(call, account),
    }
    data = []
    for name in names:
        shape = (
            shapes[name]()
            if name in shapes
            else {"total_value": {"value": _sum(call.world, account, name, since, until)}}
        )
        if shape is not None:
            data.append(_named(name, "day", account.id) | shape)
    return JSONResponse({"data": data})


def _permitted(call: Call) -> Account | None:
    """The caller, or None where a missing scope is answered with nothing."""
    caller(call, BASIC)
    try:
        return caller(call, INSIGHTS)
    except Refusal:
        if call.world.setting("threads", "empty_without_insights_scope"):
            return None
        raise


def _metrics(call: Call, known: tuple[str, ...]) -> list[str]:
    names = [name.strip() for name in call.fields.text("metric").split(",") if name.strip()]
    if not names or (unknown := [name for name in names if name not in known]):
        wrong = unknown[0] if names else ""
        raise bad_parameter(f"metric[0] must be one of the following values: {', '.join(known)} (not {wrong!r})")
    return names


def _named(name: str, period: str, owner: str) -> dict[str, Any]:
    title = name.replace("_", " ").capitalize()
    return {
        "name": name,
        "period": period,
        "title": title,
        "description": f"{title} of this profile or post.",
        "id": f"{owner}/insights/{name}/{period}",
    }


def _of_post(world: World, post: Post, name: str) -> dict[str, Any]:
    value = _replies(world, post) if name == "replies" else reached(world, post, name, world.now())
    shape: dict[str, Any] = {"values": [{"value": value}]}
    if world.setting("threads", "insights_as_totals"):
        shape = {"total_value": {"value": value}}
    return _named(name, "lifetime", post.id) | shape


def _replies(world: World, post: Post) -> int:
    """A root post counts all below it, a reply those straight below."""
    return world.count_replies(post) if post.kind == "reply" else sum(1 for _ in below(world, post))


def reached(world: World, post: Post, name: str, at: datetime) -> int:
    """How many had seen (liked, shared...) a post by then: most of them in its first hours, and never fewer later."""
    age = max(0.0, (at - post.created_at) / GROWN_AFTER)
    most = 200 + zlib.crc32(post.id.encode()) % 2000
    return int(most * SHARES_OF_VIEWS[name] * (1 - math.exp(-age)))


def _window(call: Call) -> tuple[datetime, datetime]:
    """From `since` to `until`; without them, yesterday and today."""
    now = call.world.now()
    values = []
    for name, default in (("since", now - timedelta(days=1)), ("until", now)):
        value = call.fields.text(name)
        if value and (not value.isdigit() or int(value) < EARLIEST):
            raise bad_parameter(f"Param {name} must be a unix timestamp of {EARLIEST} or later")
        values.append(datetime.fromtimestamp(int(value), UTC) if value else default)
    if values[0] > values[1]:
        raise bad_parameter("Param since must be earlier than until")
    return values[0], values[1]


def _sum(world: World, account: Account, name: str, since: datetime, until: datetime) -> int:
    """What happened to all posts between the two; of replies, those at the top level."""
    posts = world.posts_of(account)
    if name == "replies":
        answers = [reply for post in posts if post.kind == "post" for reply in world.replies_to(post)]
        return sum(1 for reply in answers if since <= reply.created_at <= until)
    return sum(reached(world, post, name, until) - reached(world, post, name, since) for post in posts)


def _series(world: World, account: Account, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """A value for each day that the window touches; a day ends at 7:00 UTC."""
    end = since.replace(hour=7, minute=0, second=0, microsecond=0)
    end += timedelta(days=1) if end <= since else timedelta()
    series = []
    while end - timedelta(days=1) < until:
        value = _sum(world, account, "views", end - timedelta(days=1), min(end, until))
        series.append({"value": value, "end_time": f"{end:%Y-%m-%dT%H:%M:%S}+0000"})
        end += timedelta(days=1)
    return series


def _clicks(world: World, account: Account, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """For each link that was attached."""
    links: dict[str, int] = {}
    for post in world.posts_of(account):
        if link := post.data.get("link_attachment"):
            clicked = reached(world, post, "clicks", until) - reached(world, post, "clicks", since)
            links[link] = links.get(link, 0) + clicked
    return [{"value": value, "link_url": link} for link, value in links.items()]


def _demographics(call: Call, account: Account) -> dict[str, Any] | None:
    """Followers by exactly one breakdown, over all time; nothing for a profile with few followers."""
    breakdown = call.fields.text("breakdown")
    if breakdown not in BREAKDOWNS:
        raise bad_parameter(f"Param breakdown must be one of {{{', '.join(BREAKDOWNS)}}}")
    if call.fields.has("since") or call.fields.has("until"):
        raise bad_parameter("follower_demographics takes neither since nor until")
    followers = account.data["followers_count"]
    if followers < ENOUGH_FOLLOWERS:
        return None
    results = [
        {"dimension_values": [value], "value": int(followers * part)} for value, part in SLICES[breakdown].items()
    ]
    return {"total_value": {"breakdowns": [{"dimension_keys": [breakdown], "results": results}]}}
