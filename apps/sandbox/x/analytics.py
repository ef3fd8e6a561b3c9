"""Series of numbers over time: of one's own posts, and of one's own films.

`media_numbers_as_text` writes those of films as text, as some servers do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.x import errors, fields, metrics, shown
from apps.sandbox.x.access import READ, caller
from apps.sandbox.x.reading import by_id

STEPS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
OF_POSTS = (
    "impressions", "engagements", "likes", "replies", "retweets", "quote_tweets", "bookmarks", "shares", "follows",
    "unfollows", "url_clicks", "user_profile_clicks", "detail_expands", "permalink_clicks", "hashtag_clicks",
    "media_views", "unlikes", "app_opens", "app_install_attempts", "email_tweet",
)  # fmt: skip
OF_VIDEOS = (
    "video_views", "playback_start", "playback25", "playback50", "playback75", "playback_complete", "play_from_tap",
    "watch_time_ms", "cta_url_clicks", "cta_watch_clicks",
)  # fmt: skip
TIMES = ("start_time", "end_time", "granularity")
MOST_BUCKETS = 1000

Numbers = Callable[[datetime], dict[str, int]]


async def of_posts(call: Call) -> Response:
    """GET /2/tweets/analytics: for the author alone; posts of others are told in `errors`."""
    account = caller(call, READ)
    query = fields.read(call, ("ids", "analytics.fields", *TIMES))
    ids, wanted = fields.ids(call, query, "ids"), _wanted(call, query, "analytics.fields", OF_POSTS)
    span = _span(call, query, ("total", "daily", "hourly", "weekly"))
    data, problems = [], []
    for id in ids:
        post = by_id(call, id)
        if post is None or post.account_id != account.id:
            problems.append(errors.missing(call, "tweet", "ids", id))
        else:
            numbers = _of_post(call, post)
            data.append({"id": id, "timestamped_metrics": _series(numbers, wanted, span, post.created_at)})
    return fields.answer(call, _body(data, problems))


async def of_media(call: Call) -> Response:
    """GET /2/media/analytics: films that a post shows."""
    account = caller(call, READ)
    query = fields.read(call, ("media_keys", "media_analytics.fields", *TIMES))
    keys, wanted = fields.ids(call, query, "media_keys"), _wanted(call, query, "media_analytics.fields", OF_VIDEOS)
    span = _span(call, query, ("total", "daily", "hourly"))
    data, problems, spell = [], [], _speller(call)
    for key in keys:
        medium, post = _shown_video(call, account, key)
        if medium is None or post is None:
            problems.append(errors.missing(call, "media", "media_keys", key))
        else:
            series = _series(_of_video(post, medium), wanted, span, post.created_at)
            data.append({"media_key": key, "timestamped_metrics": [spell(bucket) for bucket in series]})
    return fields.answer(call, _body(data, problems))


def _of_post(call: Call, post: Post) -> Numbers:
    media = call.world.media_of(post)
    return lambda at: metrics.of_post(call.world, post, media, at)


def _of_video(post: Post, medium: Medium) -> Numbers:
    return lambda at: metrics.of_video(post, medium, at)


def _wanted(call: Call, query: fields.Query, name: str, allowed: tuple[str, ...]) -> list[str]:
    if not (wanted := fields.chosen(call, query, name, allowed)):
        raise errors.invalid(call, name, "", f"The query parameter [{name}] is missing but it is required")
    return wanted


Span = tuple[datetime, datetime, timedelta]


def _span(call: Call, query: fields.Query, granularities: tuple[str, ...]) -> Span:
    """From, to and the length of a bucket; nothing of the future."""
    granularity = query.get("granularity", "")
    if granularity not in granularities:
        message = f"The `granularity` query parameter value [{granularity}] is not one of [{', '.join(granularities)}]"
        raise errors.invalid(call, "granularity", granularity, message)
    start, end = fields.instant(call, query, "start_time"), fields.instant(call, query, "end_time")
    if start is None or end is None or start >= end:
        message = "The query parameters [start_time, end_time] have to be an earlier and a later time"
        raise errors.invalid(call, "start_time", query.get("start_time", ""), message)
    step = STEPS.get(granularity, end - start)
    if (end - start) / step > MOST_BUCKETS:
        raise errors.invalid(call, "end_time", query["end_time"], "The time range is too long for this granularity")
    return start, min(end, call.world.now()), step


def _series(numbers: Numbers, wanted: list[str], span: Span, born_at: datetime) -> list[dict[str, Any]]:
    """A bucket for each step in which the post was there; what it does not have is absent from all."""
    buckets = []
    for start, end in _steps(span):
        if end <= born_at:
            continue
        before, after = numbers(start), numbers(end)
        grown = {name: after[name] - before[name] for name in wanted if name in after}
        buckets.append({"timestamp": f"{start:%Y-%m-%dT%H:%M:%SZ}", "metrics": grown})
    return buckets


def _steps(span: Span) -> Iterator[tuple[datetime, datetime]]:
    start, end, step = span
    while start < end:
        yield start, min(start + step, end)
        start += step


def _body(data: list[dict[str, Any]], problems: list[dict[str, Any]]) -> dict[str, Any]:
    return ({"data": data} if data else {}) | ({"errors": problems} if problems else {})


def _speller(call: Call) -> Callable[[dict[str, Any]], dict[str, Any]]:
    if not call.world.setting("x", "media_numbers_as_text"):
        return lambda bucket: bucket
    return lambda bucket: bucket | {"metrics": {name: str(number) for name, number in bucket["metrics"].items()}}


def _shown_video(call: Call, account: Account, key: str) -> tuple[Medium | None, Post | None]:
    own = "platform='x' AND account_id=? AND post_id != '' AND mime LIKE 'video/%'"
    for medium in call.world.store.media.select(own, (account.id,)):
        if shown.media_key(medium) == key:
            return medium, call.world.post("x", medium.post_id)
    return None, None
