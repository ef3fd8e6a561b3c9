"""Insights of an account and of a media, with the metrics of 2026.

What is not known is left out and never 0: a metric that nothing was counted for yet, those of the setting
`withheld_metrics`, a story after its day. Without its permission the call is refused, or (`silent_without_scope`)
answered with nothing: both have been seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.instagram import account_insights, figures, reading
from apps.sandbox.instagram.access import BASIC, INSIGHTS, caller, holds, is_facebook_login
from apps.sandbox.instagram.errors import bad_parameter, no_object
from apps.sandbox.meta.graph import graph_error

KEPT = timedelta(days=730)
FEWEST_VIEWERS = 5  # of a story
COMMON = ("views", "reach", "shares", "total_interactions", "reposts")
OF_FEED = {*COMMON, "likes", "comments", "saved", "follows", "profile_visits", "profile_activity"}
OF_REEL = {
    *COMMON, "likes", "comments", "saved", "ig_reels_avg_watch_time", "ig_reels_video_view_total_time",
    "reels_skip_rate", "crossposted_views",
}  # fmt: skip
OF_STORY = {*COMMON, "replies", "navigation", "follows", "profile_visits", "profile_activity", "link_clicks"}
METRICS = {"FEED": OF_FEED, "REELS": OF_REEL, "STORY": OF_STORY}
# Everything with advertisements counted in, which only Facebook Login tells.
TOTALS = {"total_views": "views", "total_likes": "likes", "total_comments": "comments"}
BREAKDOWNS: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "navigation": (
        "story_navigation_action_type",
        {"tap_forward": 0.6, "tap_back": 0.1, "tap_exit": 0.2, "swipe_forward": 0.1},
    ),
    "profile_activity": ("action_type", {"bio_link_clicked": 0.7, "call": 0.1, "email": 0.2}),
}


async def read(call: Call) -> Response:
    """GET /{ig-id}/insights and /{media-id}/insights"""
    account, id = caller(call, BASIC), call.part("id")
    if not holds(call, INSIGHTS) and call.world.setting("instagram", "silent_without_scope"):
        return JSONResponse({"data": []})
    caller(call, INSIGHTS)
    wanted = [name.strip() for name in call.fields.text("metric").split(",") if name.strip()]
    if not wanted:
        raise bad_parameter("The parameter metric is required")
    if id in {"me", account.id}:
        return JSONResponse({"data": account_insights.read(call, account, wanted)})
    return JSONResponse({"data": _of_media(call, account, wanted)})


def _of_media(call: Call, account: Account, wanted: list[str]) -> list[dict[str, Any]]:
    post, now = reading.own_media(call, account, call.part("id")), call.world.now()
    if post is None:
        raise no_object(call.part("id"), call.method)
    reading.refuse_fresh(call, post.created_at.timestamp())
    _check_names(call, post, wanted)
    if reading.is_over(post, now) or now - post.created_at > KEPT:
        return []
    is_story = post.data["media_product_type"] == "STORY"
    if is_story and figures.of_post(call.world, post, "reach") < FEWEST_VIEWERS:
        raise graph_error(10, "(#10) Not enough viewers for the media to show insights")
    withheld = str(call.world.setting("instagram", "withheld_metrics")).split(",")
    found = [_metric(call, post, name) for name in wanted if name not in withheld]
    return [one for one in found if one is not None]


def _check_names(call: Call, post: Post, wanted: list[str]) -> None:
    """One name that this kind of media does not have fails the whole call."""
    known = METRICS[post.data["media_product_type"]] | (set(TOTALS) if is_facebook_login(call) else set())
    if unknown := [name for name in wanted if name not in known]:
        raise bad_parameter(f"metric[0] must be one of the following values: {', '.join(sorted(known))} ({unknown[0]})")
    if asked := call.fields.text("breakdown"):
        for name in wanted:
            if name not in BREAKDOWNS or BREAKDOWNS[name][0] != asked:
                raise bad_parameter(f"The breakdown {asked} is not supported for {name}")


def _metric(call: Call, post: Post, name: str) -> dict[str, Any] | None:
    if name == "crossposted_views":
        return None  # nothing here is shared to Facebook
    value = figures.of_post(call.world, post, TOTALS.get(name, name))
    if not value:
        return None
    shape: dict[str, Any] = {"values": [{"value": value}]}
    if call.fields.has("breakdown"):
        dimension, parts = BREAKDOWNS[name]
        shape = {"total_value": account_insights.broken_down(value, dimension, parts)}
    return account_insights.named(name, "lifetime", post.id) | shape
