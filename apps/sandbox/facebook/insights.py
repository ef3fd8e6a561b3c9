"""Insights of a Page, a post and a video: by metric and period, in days that end at midnight in California."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.facebook import growth, metrics, parameters, posts, videos
from apps.sandbox.facebook.access import INSIGHTS, READ, page_of_token
from apps.sandbox.facebook.channels import likes
from apps.sandbox.facebook.errors import bad_parameter, no_object
from apps.sandbox.facebook.metrics import DAYS, PACIFIC, PAGE_METRICS, POST_METRICS, VIDEO_METRICS, PostValue
from apps.sandbox.facebook.schedule import load as load_draft

FEWEST_LIKES = 100
LONGEST_RANGE = 90
KEPT = timedelta(days=730)
PERIODS = (*DAYS, "total_over_range", "lifetime")


def _watched(world: World, post: Post) -> int:
    """Milliseconds."""
    return 6400 * growth.of_post(world, post, "video_views")


# Of `video_insights` only the edge is documented in full, not its names: these are the ones in use.
FILM_METRICS: Mapping[str, PostValue] = {
    "total_video_views": VIDEO_METRICS["post_video_views"],
    "blue_reels_play_count": VIDEO_METRICS["post_video_views"],
    "post_video_views": VIDEO_METRICS["post_video_views"],
    "post_video_view_time": _watched,
    "post_video_avg_time_watched": lambda world, post: 6400 if _watched(world, post) else 0,
    "post_video_likes_by_reaction_type": POST_METRICS["post_reactions_by_type_total"],
    "post_video_social_actions": POST_METRICS["post_activity_by_action_type"],
}


async def read(call: Call) -> Response:
    """GET /{page-id}/insights and /{post-id}/insights"""
    page, id = page_of_token(call), call.part("id")
    if (refusal := posts.unpermitted(call, INSIGHTS, READ)) is not None:
        return refusal
    if id in {"me", page.id}:
        return _of_page(call, page)
    if videos.load(call.world, id):
        raise bad_parameter("Tried accessing nonexisting field (insights) on node type (Video)")
    post = posts.find(call.world, page, id)
    if post is None or load_draft(call.world, post.id) or not posts.is_ready(call.world, post):
        raise no_object(id, call.method)
    wanted = metrics.names(call.fields.text("metric"), {**POST_METRICS, **VIDEO_METRICS}, call)
    if _is_too_small(call, page):
        return JSONResponse({"data": []})
    return JSONResponse({"data": metrics.of_post(call, post, wanted)})


async def of_video(call: Call) -> Response:
    """GET /{video-id}/video_insights"""
    page, id = page_of_token(call), call.part("id")
    if (refusal := posts.unpermitted(call, INSIGHTS, READ)) is not None:
        return refusal
    video = videos.find(call, page, id)
    if video is None:
        raise no_object(id, call.method)
    asked = call.fields.text("metric") or ",".join(FILM_METRICS)
    wanted = metrics.names(asked, FILM_METRICS, call)
    post = videos.post_of(call.world, page, id)
    if post is None or not posts.is_ready(call.world, post) or _is_too_small(call, page):
        return JSONResponse({"data": []})
    found = [
        {
            "name": name,
            "period": "lifetime",
            "values": [{"value": FILM_METRICS[name](call.world, post)}],
            "id": f"{id}/video_insights/{name}/lifetime",
        }
        for name in wanted
    ]
    return JSONResponse({"data": found})


def _is_too_small(call: Call, page: Account) -> bool:
    return likes(call, page) < FEWEST_LIKES


def _of_page(call: Call, page: Account) -> Response:
    wanted = metrics.names(call.fields.text("metric"), PAGE_METRICS, call)
    period = call.fields.text("period", "day")
    if period not in PERIODS:
        raise bad_parameter(f"Param period must be one of {{{', '.join(PERIODS)}}}")
    first, last = _range(call, period)
    now = call.world.now()
    ends = [end for end in _day_ends(first, last) if now - KEPT <= end <= now]
    if _is_too_small(call, page) or not ends:
        return JSONResponse({"data": []})
    values = (metrics.of_page(call, page, name, period, ends) for name in wanted)
    answer: dict[str, Any] = {"data": [value for value in values if value]}
    answer["paging"] = {
        "previous": _shifted(call, first - (last - first), first),
        "next": _shifted(call, last, last + (last - first)),
    }
    return JSONResponse(answer)


def _range(call: Call, period: str) -> tuple[date, date]:
    """From and to, as days in California; without any, the last two days that have ended (28 for a total)."""
    today = call.world.now().astimezone(PACIFIC).date()
    since, until = _day(call, "since"), _day(call, "until")
    usual = 28 if period == "total_over_range" else 2
    last = until or (min(today, since + timedelta(days=usual)) if since else today)
    first = since or last - timedelta(days=usual)
    if first >= last:
        raise bad_parameter("Param since must be before until")
    if (last - first).days > LONGEST_RANGE:
        raise bad_parameter("There cannot be more than 90 days between since and until")
    return first, last


def _day(call: Call, name: str) -> date | None:
    text = call.fields.text(name)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise bad_parameter(f"Param {name} must be a valid date") from None
    at = parameters.instant(call, name)
    return at.astimezone(PACIFIC).date() if at else None


def _day_ends(first: date, last: date) -> list[datetime]:
    """The first day that is told ends a day after `since`: at 07:00 or 08:00 UTC, with summer time."""
    days = (last - first).days
    return [parameters.midnight(first + timedelta(days=day + 1), PACIFIC) for day in range(days)]


def _shifted(call: Call, since: date, until: date) -> str:
    return str(call.request.url.include_query_params(since=since.isoformat(), until=until.isoformat()))
