"""Own posts and their figures: https://docs.x.com/x-api/fundamentals/metrics. Every post that is read costs money.

Clicks are told to the author alone, with the post for thirty days, and in the analytics after that. Each version of an
edited post has figures of its own. There is no history of followers: they are those of now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.x import changing, consent, reading, rights
from apps.platforms.adapters.x.line import Line, data_of, listed, snowflake_time, text_in
from apps.platforms.contract import RemotePost
from apps.platforms.errors import Gone, MissingPermission, NotOffered, NotSent, Rejected
from apps.platforms.insights import Metric, Metrics, OwnPost, OwnPosts

PAGE = 20
MEDIA = "url,preview_image_url"
PRIVATE_FOR = timedelta(days=30) - timedelta(hours=1)
PUBLIC = "public_metrics,created_at"
PRIVATE = f"{PUBLIC},non_public_metrics,organic_metrics"
ANALYSED = "impressions,likes,replies,retweets,quote_tweets,bookmarks,url_clicks,user_profile_clicks"
OF_VIDEO = "video_views,watch_time_ms"

_NAMES: Mapping[Metric, tuple[str, ...]] = {
    Metric.VIEWS: ("impression_count", "impressions"),
    Metric.LIKES: ("like_count", "likes"),
    Metric.COMMENTS: ("reply_count", "replies"),
    Metric.SAVES: ("bookmark_count", "bookmarks"),
    Metric.CLICKS: ("url_link_clicks", "url_clicks"),
    Metric.PROFILE_VIEWS: ("user_profile_clicks",),
}
_REPOSTS, _QUOTES = ("repost_count", "retweet_count", "retweets"), ("quote_count", "quote_tweets")


# --- own posts --------------------------------------------------------------------------------------------------------


def own_posts(line: Line, account_id: str, *, cursor: str) -> OwnPosts:
    """Reposts of others' posts are left out."""
    params = {"max_results": str(PAGE), "expansions": "attachments.media_keys", "media.fields": MEDIA}
    if cursor:
        params["pagination_token"] = cursor
    said, _ = reading.ask(line, rights.TIMELINE, reading.FIELDS, id=account_id, **params)
    posts = [_own_post(line, post) for post in listed(said) if text_in(post, "id") and not reading.is_repost(post)]
    meta, includes = said.get("meta"), said.get("includes")
    if isinstance(includes, dict):
        _add_media(posts, listed(includes, "media"))
    return OwnPosts(tuple(post for post, _ in posts), text_in(meta, "next_token") if isinstance(meta, dict) else "")


def _own_post(line: Line, post: reading.Post) -> tuple[OwnPost, list[str]]:
    remote_id, referenced = text_in(post, "id"), reading.referenced(post)
    kind = "reply" if "replied_to" in referenced else "quote" if "quoted" in referenced else "post"
    made = OwnPost(
        remote_id=remote_id,
        text=reading.text_of(post),
        published_at=reading.created_at(post),
        url=line.post_url(remote_id),
        kind=kind,
        facts={"conversation_id": text_in(post, "conversation_id"), "media_keys": reading.media_keys(post)},
    )
    return made, reading.media_keys(post)


def _add_media(posts: list[tuple[OwnPost, list[str]]], media: list[dict[str, Any]]) -> None:
    """X tells the address of a picture, and of a video's first frame, where it tells any."""
    addresses = {text_in(one, "media_key"): text_in(one, "url", "preview_image_url") for one in media}
    for position, (post, keys) in enumerate(posts):
        found = tuple(address for key in keys if (address := addresses.get(key)))
        if found:
            posts[position] = replace(post, media_urls=found), keys


# --- figures ----------------------------------------------------------------------------------------------------------


def post_metrics(line: Line, post: RemotePost) -> Metrics:
    now, posted_at = line.clock(), _posted_at(post)
    is_young = posted_at is not None and now - posted_at < PRIVATE_FOR
    said = changing.read_post(line, post.remote_id, PRIVATE if is_young else PUBLIC)
    raw: dict[str, Any] = {"post": dict(said)}
    told = _told(said)
    if not is_young and posted_at is not None:
        raw["analytics"] = _analysed(line, rights.ANALYTICS, posted_at, ids=post.remote_id)
        told = {**raw["analytics"], **told}
    values = _values(told)
    if keys := post.facts.get("video_keys"):
        since = posted_at or now - PRIVATE_FOR
        raw["video"] = _analysed(line, rights.MEDIA_ANALYTICS, since, media_keys=",".join(map(str, keys)))
        values |= _video_values(raw["video"])
    return Metrics(values, raw)


def many_post_metrics(line: Line, posts: Sequence[RemotePost]) -> dict[str, Metrics]:
    """Those of which the post itself tells everything: without a film, and no older than its private figures."""
    now = line.clock()
    ages = ((post, _posted_at(post)) for post in posts if not post.facts.get("video_keys"))
    wanted = {post.remote_id for post, posted_at in ages if posted_at and now - posted_at < PRIVATE_FOR}
    if not wanted:
        raise NotOffered("X has to be asked for the figures of each of these posts.")
    said, _ = reading.ask(line, rights.LOOKUP, PRIVATE, ids=",".join(sorted(wanted)))
    found = {text_in(post, "id"): post for post in listed(said)}
    return {id: Metrics(_values(_told(post)), {"post": dict(post)}) for id, post in found.items() if id in wanted}


def _posted_at(post: RemotePost) -> datetime | None:
    return wire.instant(post.facts.get("posted_at")) or snowflake_time(post.remote_id)


def _told(said: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in ("organic_metrics", "non_public_metrics", "public_metrics"):
        told |= said[name] if isinstance(said.get(name), dict) else {}
    return told


def _values(told: Mapping[str, Any]) -> dict[Metric, int | float]:
    found: dict[Metric, int | float] = {}
    for metric, names in _NAMES.items():
        if (value := _number(told, names)) is not None:
            found[metric] = value
    shares = [value for names in (_REPOSTS, _QUOTES) if (value := _number(told, names)) is not None]
    if shares:
        found[Metric.SHARES] = sum(shares)
    return found


def _number(told: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    """The first figure among `names`; X writes some as text."""
    for name in names:
        value = told.get(name)
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None


def _analysed(line: Line, call: Any, since: datetime, **params: str) -> dict[str, Any]:
    """The sums of the analytics, by their names; empty where X does not tell them to this account."""
    is_video = call is rights.MEDIA_ANALYTICS
    params |= {
        "start_time": reading.stamp(since),
        "end_time": reading.stamp(line.clock()),
        "granularity": "total",
        ("media_analytics.fields" if is_video else "analytics.fields"): OF_VIDEO if is_video else ANALYSED,
    }
    try:
        said = line.ask(call, params=params)
    except (NotSent, Gone, Rejected, MissingPermission):
        return {}
    sums: dict[str, Any] = {}
    for entry in listed(said):
        for bucket in listed(entry, "timestamped_metrics"):
            metrics = bucket.get("metrics")
            metrics = metrics if isinstance(metrics, dict) else {}
            for name in metrics:
                if (value := _number(metrics, (name,))) is not None:
                    sums[name] = sums.get(name, 0) + value
    return sums


def _video_values(told: Mapping[str, Any]) -> dict[Metric, int | float]:
    values: dict[Metric, int | float] = {}
    if (views := _number(told, ("video_views",))) is not None:
        values[Metric.VIDEO_VIEWS] = views
    if (watched := _number(told, ("watch_time_ms",))) is not None:
        values[Metric.WATCH_SECONDS] = watched / 1000
    return values


def account_metrics(line: Line) -> Metrics:
    said = data_of(line.ask(rights.ME, params={"user.fields": consent.PROFILE_FIELDS}))
    public = said.get("public_metrics")
    public = public if isinstance(public, dict) else {}
    names = {Metric.FOLLOWERS: ("followers_count",), Metric.POSTS: ("post_count", "tweet_count")}
    values = {metric: value for metric, tried in names.items() if (value := _number(public, tried)) is not None}
    return Metrics(values, dict(public))
