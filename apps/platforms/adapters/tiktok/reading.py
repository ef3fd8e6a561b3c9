"""What TikTok tells afterwards: posts, their addresses, and figures.

https://developers.tiktok.com/docs/en/tiktok-api-v2-video-object. There are totals only, and only of public posts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from apps.platforms.adapters.tiktok import permits, status
from apps.platforms.adapters.tiktok.line import Line, id_of, number_in, objects_in, text_in
from apps.platforms.contract import Receipt, RemotePost
from apps.platforms.errors import Gone, NotOffered, NotSent, PlatformError
from apps.platforms.insights import Metric, Metrics, OwnPost, OwnPosts

FIELDS: Final = "id,create_time,share_url,video_description,title,duration,width,height"
PAGE: Final = 20
_FIGURES: Final[Mapping[str, Metric]] = {
    "view_count": Metric.VIEWS,
    "like_count": Metric.LIKES,
    "comment_count": Metric.COMMENTS,
    "share_count": Metric.SHARES,
}
# Likes are a sum over the life of the account, and no figure of a day.
_ACCOUNT_FIGURES: Final[Mapping[str, Metric]] = {"follower_count": Metric.FOLLOWERS, "video_count": Metric.POSTS}

Video = dict[str, Any]


def page(line: Line, *, cursor: str = "") -> tuple[list[Video], str]:
    """Public posts, newest first, and what asks for the next page ("" after the last)."""
    body: dict[str, Any] = {"max_count": PAGE, **({"cursor": int(cursor)} if cursor.isdecimal() else {})}
    data = line.ask(permits.LIST_VIDEOS, params={"fields": FIELDS}, json=body)
    found = objects_in(data, "videos")
    if found is None:
        raise NotSent("TikTok did not list the posts of this account.")
    after = number_in(data, "cursor")
    return found, str(after) if data.get("has_more") is True and found and after else ""


def published_at(video: Mapping[str, Any]) -> datetime | None:
    seconds = number_in(video, "create_time")
    return datetime.fromtimestamp(seconds, UTC) if seconds and seconds < 10**11 else None


def own_posts(line: Line, *, cursor: str) -> OwnPosts:
    """Texts are cut at 150 characters by TikTok."""
    found, after = page(line, cursor=cursor)
    return OwnPosts(tuple(_own_post(video) for video in found if id_of(video.get("id"))), after)


def _own_post(video: Video) -> OwnPost:
    sizes = {name: video[name] for name in ("duration", "width", "height") if number_in(video, name) is not None}
    return OwnPost(
        remote_id=id_of(video.get("id")),
        text=text_in(video, "video_description") or text_in(video, "title"),
        published_at=published_at(video),
        url=text_in(video, "share_url"),
        facts=sizes,
    )


# --- one post ---------------------------------------------------------------------------------------------------------


def post_id(line: Line, remote_id: str) -> str:
    """The id of the public post that a publish_id has become; "" as long as there is none. Raises Gone."""
    if own := id_of(remote_id):
        return own
    return next(iter(status.ask(line, remote_id).post_ids), "")


def locate(line: Line, receipt: Receipt) -> str:
    """TikTok's own address where it tells one; else as it writes those of videos."""
    if receipt.remote_url:
        return receipt.remote_url
    try:
        id = post_id(line, receipt.remote_id)
    except PlatformError:
        return ""
    return (_shared(line, id) or _address(line, receipt, id)) if id else ""


def _shared(line: Line, id: str) -> str:
    if not line.allows(permits.VIDEO):
        return ""
    try:
        told = text_in(_video(line, id, "id,share_url"), "share_url")
    except PlatformError:
        return ""
    return told if told.startswith(("https://", "http://")) else ""


def _address(line: Line, receipt: Receipt, id: str) -> str:
    held = line.credential.facts.get("username") if line.credential else ""
    username = receipt.facts.get("username") or held
    return f"{line.endpoint('login')}/@{username}/video/{id}" if username else ""


def _video(line: Line, id: str, fields: str) -> Video:
    """Raises Gone where TikTok does not show it (any more)."""
    data = line.ask(permits.VIDEO, params={"fields": fields}, json={"filters": {"video_ids": [id]}})
    found = objects_in(data, "videos")
    if found is None:
        raise NotSent("TikTok did not tell of this post.")
    mine = [video for video in found if id_of(video.get("id")) == id]
    if not mine:
        raise Gone("TikTok does not show this post any more.")
    return mine[0]


def post_metrics(line: Line, post: RemotePost) -> Metrics:
    """Totals so far. NotSent as long as the post is not public, or not any more: by its publish_id these look alike."""
    known = id_of(post.remote_id) or _became(line, post.remote_id)
    video = _video(line, known, f"id,{','.join(_FIGURES)}")
    return Metrics(_values(video, _FIGURES), video)


def many_post_metrics(line: Line, posts: Sequence[RemotePost]) -> dict[str, Metrics]:
    """Those that are known by the id of the public post."""
    wanted = sorted({known for post in posts if (known := id_of(post.remote_id))})
    if not wanted:
        raise NotOffered("TikTok has to be asked first what has become of these posts.")
    fields = {"fields": f"id,{','.join(_FIGURES)}"}
    found = objects_in(line.ask(permits.VIDEO, params=fields, json={"filters": {"video_ids": wanted}}), "videos")
    if found is None:
        raise NotSent("TikTok did not tell of these posts.")
    told = {id_of(video.get("id")): video for video in found}
    return {id: Metrics(_values(told[id], _FIGURES), told[id]) for id in wanted if id in told}


def _became(line: Line, publish_id: str) -> str:
    """The public post that a publish_id has become; Gone where TikTok refused it after all."""
    try:
        told = status.ask(line, publish_id)
    except Gone as error:
        words = "TikTok does not tell any more which post this has become."
        raise NotOffered(words, evidence=error.evidence) from None
    if told.has_failed:
        raise Gone(status.failure(told, line.clock()).words)
    if not told.post_ids:
        raise NotSent("TikTok tells figures of public posts only, and this one is not public.")
    return told.post_ids[0]


def account_metrics(line: Line) -> Metrics:
    data = line.ask(permits.FIGURES, params={"fields": "follower_count,following_count,likes_count,video_count"})
    user = data.get("user")
    if not isinstance(user, dict):
        raise NotSent("TikTok did not tell the figures of this account.")
    return Metrics(_values(user, _ACCOUNT_FIGURES), user)


def _values(said: Mapping[str, Any], names: Mapping[str, Metric]) -> dict[Metric, int | float]:
    return {metric: value for name, metric in names.items() if (value := number_in(said, name)) is not None}
