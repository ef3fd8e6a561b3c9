"""The metrics of 2026: which names are valid, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.facebook import growth
from apps.sandbox.facebook.access import INSIGHTS, READ, missing
from apps.sandbox.facebook.errors import bad_parameter
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta.fields import Field

PACIFIC = ZoneInfo("America/Los_Angeles")
REACTIONS = ("like", "love", "wow", "haha", "sorry", "anger")

PostValue = Callable[[World, Post], Any]


def _grown(name: str) -> PostValue:
    return lambda world, post: growth.of_post(world, post, name)


def _reactions(world: World, post: Post) -> dict[str, int]:
    """By type, those that nobody chose left out."""
    found = {kind: growth.of_post(world, post, "likes" if kind == "like" else kind) for kind in REACTIONS}
    return {kind: count for kind, count in found.items() if count}


def _actions(world: World, post: Post) -> dict[str, int]:
    found = {"like": growth.of_post(world, post, "likes"), "share": growth.of_post(world, post, "shares")}
    found["comment"] = world.count_replies(post)
    return {kind: count for kind, count in found.items() if count}


def _clicks(world: World, post: Post) -> dict[str, int]:
    clicks = growth.of_post(world, post, "clicks")
    return {"link clicks": clicks // 3, "other clicks": clicks - clicks // 3} if clicks else {}


POST_METRICS: Mapping[str, PostValue] = {
    "post_media_view": _grown("views"),
    "post_total_media_view_unique": _grown("reach"),
    "post_clicks": _grown("clicks"),
    "post_clicks_by_type": _clicks,
    "post_activity_by_action_type": _actions,
    "post_activity_by_action_type_unique": _actions,
    "post_reactions_by_type_total": _reactions,
    **{f"post_reactions_{kind}_total": _grown("likes" if kind == "like" else kind) for kind in REACTIONS},
}
# Only a post with a video has it.
VIDEO_METRICS: Mapping[str, PostValue] = {"post_video_views": _grown("video_views")}

# What a day usually brings; the followers stand for themselves.
PAGE_METRICS: Mapping[str, int] = {
    "page_follows": 0,
    "page_total_media_view_unique": 210,
    "page_post_engagements": 34,
    "page_daily_follows": 3,
    "page_daily_follows_unique": 3,
    "page_daily_unfollows_unique": 1,
    "page_media_view": 340,
    "page_views_total": 28,
    "page_total_actions": 2,
    "page_lifetime_engaged_followers_unique": 41,
}
ONLY_DAILY = {"page_follows", "page_daily_follows", "page_daily_follows_unique", "page_daily_unfollows_unique"}
MEDIA_VIEWS_SINCE = "v23.0"
DAYS = {"day": 1, "week": 7, "days_28": 28}


def names(text: str, known: Mapping[str, Any], call: Call) -> list[str]:
    """The metrics asked for; a single bad name fails the whole call."""
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    refused = set(str(call.world.setting(NAME, "refused_metrics")).split(","))
    if not wanted:
        raise bad_parameter("The parameter metric is required")
    is_old = call.part("version") < MEDIA_VIEWS_SINCE
    for name in wanted:
        if name not in known or name in refused or (is_old and "media_view" in name):
            raise bad_parameter("The value must be a valid insights metric")
    return wanted


def need_insights(call: Call) -> None:
    for scope in (INSIGHTS, READ):
        if call.token and scope not in call.token.scopes:
            raise missing(scope)


def known_for(post: Post) -> Mapping[str, PostValue]:
    return {**POST_METRICS, **VIDEO_METRICS} if post.data["type"] in {"video", "reel"} else POST_METRICS


def of_post(call: Call, post: Post, wanted: list[str]) -> list[dict[str, Any]]:
    """A video's metric is valid everywhere, and has no entry where there is no video."""
    known = known_for(post)
    return [
        {
            "name": name,
            "period": "lifetime",
            "values": [{"value": known[name](call.world, post)}],
            "title": name.replace("_", " ").capitalize(),
            "description": "",
            "id": f"{post.id}/insights/{name}/lifetime",
        }
        for name in wanted
        if name in known
    ]


def nested(call: Call, post: Post, one: Field) -> dict[str, Any]:
    """`insights.metric(post_media_view,post_clicks)` as a field of a post."""
    need_insights(call)
    wanted = names(one.modifiers.get("metric", ""), {**POST_METRICS, **VIDEO_METRICS}, call)
    return {"data": of_post(call, post, wanted)}


def of_page(call: Call, page: Account, name: str, period: str, ends: list[datetime]) -> dict[str, Any] | None:
    """The values that ended at these instants; None where this metric has no such period."""
    if name in ONLY_DAILY and period not in {"day", "total_over_range"}:
        return None
    values: list[dict[str, Any]]
    if period == "total_over_range":
        values = [{"value": sum(_page_value(page, name, end, 1) for end in ends)}]
    elif period == "lifetime":
        values = [{"value": _page_value(page, name, ends[-1], 28)}]
    else:
        days = DAYS[period]
        values = [{"value": _page_value(page, name, end, days), "end_time": _wording(end)} for end in ends]
    return {
        "name": name,
        "period": period,
        "values": values,
        "title": name.replace("_", " ").capitalize(),
        "description": "",
        "id": f"{page.id}/insights/{name}/{period}",
    }


def _page_value(page: Account, name: str, end: datetime, days: int) -> int:
    if name == "page_follows":
        return int(page.data["followers_count"]) + max(0, (end - page.created_at).days)
    covered = (end - timedelta(days=day) for day in range(days))
    return sum(growth.of_day(f"{page.id} {name}", day, usual=PAGE_METRICS[name]) for day in covered)


def _wording(end: datetime) -> str:
    return f"{end:%Y-%m-%dT%H:%M:%S}+0000"
