"""Figures, and the channel's own videos: https://developers.google.com/youtube/analytics/reference/reports/query.

YouTube has two sources: totals that are nearly of this moment, and the Analytics API, which is two or three days
behind, counts days in California and leaves out what nobody watched. Since August 2026 `views` counts from the first
frame, and `engagedViews` as it used to be. The number of subscribers is rounded, and absent where the channel hides
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.youtube import abilities, permits, reading
from apps.platforms.adapters.youtube.line import Line, count_in, object_in
from apps.platforms.contract import RemotePost
from apps.platforms.errors import Disconnected, Gone, NotOffered, NotSent, PlatformError, Throttled, TokenExpired
from apps.platforms.google.faults import text_in
from apps.platforms.google.pacific import day_of
from apps.platforms.insights import Metric, Metrics, OwnPost, OwnPosts

Values = dict[Metric, int | float]

_TOTALS: Final = {"viewCount": Metric.VIEWS, "likeCount": Metric.LIKES, "commentCount": Metric.COMMENTS}
_OF_POST: Final = "views,estimatedMinutesWatched,averageViewPercentage,shares,likes,comments"
_OF_DAY: Final = (
    "views,engagedViews,estimatedMinutesWatched,averageViewDuration,averageViewPercentage,likes,comments,shares,"
    "subscribersGained,subscribersLost"
)
_REPORTED: Final = {
    "views": Metric.VIEWS,
    "engagedViews": Metric.VIDEO_VIEWS,
    "likes": Metric.LIKES,
    "comments": Metric.COMMENTS,
    "shares": Metric.SHARES,
    "subscribersGained": Metric.NEW_FOLLOWERS,
}
_SECONDS_OF: Final = {"estimatedMinutesWatched": 60}


def own_posts(line: Line, *, cursor: str) -> OwnPosts:
    """A page may be empty and have a cursor: what is private is left out, and that may be all of it."""
    found, token = reading.uploads(line, "snippet,status", cursor=cursor)
    posts = [_own_post(line, one) for one in found if reading.is_published(one) and text_in(one, "id")]
    posts.sort(key=lambda post: post.published_at.timestamp() if post.published_at else 0.0, reverse=True)
    return OwnPosts(tuple(posts), token)


def _own_post(line: Line, video: reading.Video) -> OwnPost:
    snippet, remote_id = object_in(video, "snippet"), text_in(video, "id")
    thumbnails = object_in(snippet, "thumbnails")
    pictures = [text_in(object_in(thumbnails, size), "url") for size in ("maxres", "high", "default")]
    return OwnPost(
        remote_id=remote_id,
        text=text_in(snippet, "description"),
        published_at=wire.instant(snippet.get("publishedAt")),
        url=line.video_url(remote_id),
        kind=abilities.VIDEO,
        media_urls=tuple(picture for picture in pictures if picture)[:1],
        facts={"title": text_in(snippet, "title"), "privacy": reading.privacy(video)},
    )


def post_metrics(line: Line, post: RemotePost) -> Metrics:
    """The totals, and what the Analytics API adds, if the consent and the day allow it."""
    if post.facts.get("kind") == "comment":
        raise NotOffered("YouTube tells no figures of a comment.")
    video = reading.video(line, post.remote_id, "snippet,statistics")
    if video is None:
        raise Gone("This video is not on YouTube any more.")
    return _of_videos(line, {post.remote_id: video})[post.remote_id]


def many_post_metrics(line: Line, posts: Sequence[RemotePost]) -> dict[str, Metrics]:
    """Two requests for up to fifty videos."""
    wanted = sorted({post.remote_id for post in posts if post.facts.get("kind") != "comment"})
    found = {text_in(video, "id"): video for video in reading.videos(line, wanted, "snippet,statistics")}
    known = {id: found[id] for id in wanted if id in found}
    return _of_videos(line, known) if known else {}


def _of_videos(line: Line, videos: Mapping[str, reading.Video]) -> dict[str, Metrics]:
    """The totals, and what the Analytics API adds since the oldest of them is there: before that it has nothing."""
    since = min(_since(video) for video in videos.values())
    params = {
        "startDate": since.isoformat(), "endDate": max(since, day_of(line.clock())).isoformat(), "metrics": _OF_POST,
        "dimensions": "video", "filters": f"video=={','.join(videos)}",
    }  # fmt: skip
    said: dict[str, Any] = {}
    rows = {row.get("video"): row for row in _rows_of(line, params, said)}
    return {id: _of_video(video, rows.get(id, {}), said) for id, video in videos.items()}


def _since(video: reading.Video) -> date:
    published_at = wire.instant(object_in(video, "snippet").get("publishedAt"))
    return day_of(published_at) if published_at else date(2005, 2, 14)


def _of_video(video: reading.Video, row: dict[str, Any], said: Mapping[str, Any]) -> Metrics:
    statistics = object_in(video, "statistics")
    told = {metric: count_in(statistics, name) for name, metric in _TOTALS.items()}
    values: Values = {metric: count for metric, count in told.items() if count is not None}
    # Of a report on many the row of this one is what is kept.
    reported = {"report": row} if "report" in said else dict(said)
    return Metrics(_reported(row) | values, {"statistics": statistics, **reported})


def account_metrics(line: Line, day: date) -> Metrics:
    items, _ = line.items(permits.CHANNEL, params={"part": "statistics", "mine": "true"})
    statistics = object_in(items[0], "statistics") if items else {}
    raw: dict[str, Any] = {"statistics": statistics}
    values: Values = {}
    if (posts := count_in(statistics, "videoCount")) is not None:
        values[Metric.POSTS] = posts
    followers = count_in(statistics, "subscriberCount")
    if followers is not None and statistics.get("hiddenSubscriberCount") is not True:
        values[Metric.FOLLOWERS] = followers
    on = day.isoformat()
    params = {"startDate": on, "endDate": on, "metrics": _OF_DAY, "dimensions": "day", "sort": "day"}
    return Metrics(values | _reported(_report(line, params, raw, key=("day", on))), raw)


# --- the Analytics API ------------------------------------------------------------------------------------------------


def _report(line: Line, params: Mapping[str, str], raw: dict[str, Any], *, key: tuple[str, str]) -> dict[str, Any]:
    """The row whose first column is `key`, by the names of its columns; empty where there is none."""
    name, wanted = key
    return next((row for row in _rows_of(line, params, raw) if row.get(name) == wanted), {})


def _rows_of(line: Line, params: Mapping[str, str], raw: dict[str, Any]) -> list[dict[str, Any]]:
    """What the Analytics API refuses does not take the totals with it: it is noted in `raw`."""
    if not line.allows(permits.REPORT):
        return []
    try:
        said = line.ask(permits.REPORT, params={"ids": "channel==MINE", **params})
    except (TokenExpired, Disconnected, Throttled):
        raise
    except NotSent as error:
        if not error.evidence.status or error.evidence.status >= 500:
            raise
        raw["refused"] = error.evidence.text
        return []
    except PlatformError as error:
        raw["refused"] = error.evidence.text
        return []
    raw["report"] = said
    return _rows(said)


def _rows(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows by the names in the header: the order of columns is not promised."""
    headers, rows = said.get("columnHeaders"), said.get("rows")
    if not isinstance(headers, list) or not isinstance(rows, list):
        return []
    names = [text_in(one, "name") if isinstance(one, dict) else "" for one in headers]
    return [dict(zip(names, row, strict=False)) for row in rows if isinstance(row, list)]


def _reported(row: Mapping[str, Any]) -> Values:
    values: Values = {}
    for name, metric in _REPORTED.items():
        if (number := _number(row.get(name))) is not None:
            values[metric] = number
    for name, seconds in _SECONDS_OF.items():
        if (number := _number(row.get(name))) is not None:
            values[Metric.WATCH_SECONDS] = number * seconds
    return values


def _number(value: object) -> int | float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**18
    return value if is_number else None  # type: ignore[return-value]
