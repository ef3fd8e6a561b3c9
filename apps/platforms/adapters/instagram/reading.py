"""What Instagram tells afterwards: the account's posts, and figures by the names that hold in 2026.

https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media/insights. Impressions, plays
and video views are gone. One name that a post of this kind does not have fails the whole call, so then each is asked by
itself. Counters and insights need different permissions: what one of them tells is kept where the other is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from apps.platforms import http as wire
from apps.platforms.adapters.instagram import containers, requests
from apps.platforms.adapters.instagram.faults import TooFewViewers
from apps.platforms.adapters.instagram.line import Line, entries, next_cursor, remote_id, text_in
from apps.platforms.calls import Call
from apps.platforms.contract import RemotePost
from apps.platforms.errors import Gone, MissingPermission, NotOffered, NotSent, PlatformError, Rejected, StagedLost
from apps.platforms.insights import Demographics, Metric, Metrics, OwnPost, OwnPosts
from apps.platforms.meta import demographics

OWN_FIELDS: Final = "id,caption,timestamp,media_type,media_product_type,permalink,media_url,thumbnail_url"
COUNTER_FIELDS: Final = "id,media_type,media_product_type,like_count,comments_count"
PAGE: Final = "25"
# How Instagram cuts days is not documented; Meta's other platforms do so at midnight in California.
PACIFIC: Final = ZoneInfo("America/Los_Angeles")

Values = dict[Metric, int | float]
Names = Mapping[str, Metric]

_WATCHED: Final = "ig_reels_video_view_total_time"  # milliseconds
_EVERY_POST: Final[Names] = {"views": Metric.VIEWS, "reach": Metric.REACH, "shares": Metric.SHARES}
_WITH_LIKES: Final[Names] = {
    **_EVERY_POST, "likes": Metric.LIKES, "comments": Metric.COMMENTS, "saved": Metric.SAVES,
}  # fmt: skip
_VISITS: Final[Names] = {"follows": Metric.NEW_FOLLOWERS, "profile_visits": Metric.PROFILE_VIEWS}
_POST_NAMES: Final[Mapping[str, Names]] = {
    "FEED": {**_WITH_LIKES, **_VISITS},
    "REELS": {**_WITH_LIKES, _WATCHED: Metric.WATCH_SECONDS},
    "STORY": {**_EVERY_POST, **_VISITS, "replies": Metric.COMMENTS, "link_clicks": Metric.CLICKS},
}
_KINDS: Final[Mapping[str, str]] = {"reel": "REELS", "story": "STORY"}
_ACCOUNT_NAMES: Final[Names] = {
    **_EVERY_POST,
    "likes": Metric.LIKES,
    "comments": Metric.COMMENTS,
    "saves": Metric.SAVES,
    "profile_links_taps": Metric.CLICKS,
}


def own_posts(line: Line, *, cursor: str) -> OwnPosts:
    """Without stories, which Instagram lists elsewhere and only while they are to be seen."""
    params = {"fields": OWN_FIELDS, "limit": PAGE} | ({"after": cursor} if cursor else {})
    said, answer = line.read_with_answer(requests.OWN_POSTS, params)
    page = entries(said)
    if page is None:
        raise line.unreadable(answer)
    return OwnPosts(tuple(_own_post(post) for post in page if remote_id(post)), next_cursor(said))


def _own_post(post: Mapping[str, Any]) -> OwnPost:
    addresses = (post.get("media_url"), post.get("thumbnail_url"))
    kinds = {"CAROUSEL_ALBUM": "carousel", "IMAGE": "feed", "VIDEO": "reel"}
    is_story = post.get("media_product_type") == "STORY"
    return OwnPost(
        remote_id=remote_id(post),
        text=text_in(post, "caption"),
        published_at=wire.instant(post.get("timestamp")),
        url=text_in(post, "permalink"),
        kind=text_in(post, "media_product_type") or text_in(post, "media_type"),
        media_urls=tuple(address for address in addresses if isinstance(address, str) and address),
        facts={"kind": "story" if is_story else kinds.get(text_in(post, "media_type"), "")},
    )


# --- of a post --------------------------------------------------------------------------------------------------------


def post_metrics(line: Line, post: RemotePost) -> Metrics:
    """Over the life of the post, and of a story as long as it is to be seen. Gone for one that is not there."""
    values: Values = {}
    raw: dict[str, Any] = {}
    product = _KINDS.get(str(post.facts.get("kind")), "FEED")
    product = _counters(line, post, values, raw) or product
    try:
        _insights(line, requests.POST_INSIGHTS, post.remote_id, _POST_NAMES[product], {}, values, raw)
    except TooFewViewers as error:
        raw["insights_refused"] = error.evidence.text
    except MissingPermission:
        if not values:
            raise
    return Metrics(values, raw)


def many_post_metrics(line: Line, posts: Sequence[RemotePost]) -> dict[str, Metrics]:
    """The same of many, of an account that is reached through its Page; graph.instagram.com is not known to take
    batches. Left out is what Instagram refuses: `post_metrics` says why. What is wrong with the token is wrong with
    all of them."""
    if not line.is_by_facebook:
        raise NotOffered("Signed in with Instagram, it tells of one post at a time.")
    line, told = line.together([read for post in posts for read in _reads(post)]), {}
    for post in posts:
        try:
            told[post.remote_id] = post_metrics(line, post)
        except (Gone, NotSent, Rejected, StagedLost, MissingPermission):
            continue
        except PlatformError:
            if not told:
                raise
            break
    return told


def _reads(post: RemotePost) -> tuple[tuple[Call, str, dict[str, str]], ...]:
    """What `post_metrics` asks for, of a post that is what we take it for."""
    names = _POST_NAMES[_KINDS.get(str(post.facts.get("kind")), "FEED")]
    return (
        (requests.POST, post.remote_id, {"fields": COUNTER_FIELDS}),
        (requests.POST_INSIGHTS, post.remote_id, {"metric": ",".join(names)}),
    )


def _counters(line: Line, post: RemotePost, values: Values, raw: dict[str, Any]) -> str:
    """Likes and comments, which need no permission of their own; returns what Instagram says the post is."""
    try:
        said = line.read(requests.POST, {"fields": COUNTER_FIELDS}, at=post.remote_id)
    except (NotSent, StagedLost) as error:
        raise _gone_or(error) from None
    except Rejected as error:
        raw["counters_refused"] = error.evidence.text
        return ""
    raw["counters"] = said
    for name, metric in (("like_count", Metric.LIKES), ("comments_count", Metric.COMMENTS)):
        if (told := _number(said.get(name))) is not None:
            values[metric] = told
    product = text_in(said, "media_product_type")
    return product if product in _POST_NAMES else ""


def _gone_or(error: PlatformError) -> PlatformError:
    if error.evidence.code in containers.UNSEEN_CODES:
        return Gone("This post is no longer on Instagram.", evidence=error.evidence)
    return error


# --- of an account ----------------------------------------------------------------------------------------------------


def account_metrics(line: Line, day: date) -> Metrics:
    """Most figures are one number for a window, so the window is the day."""
    begin, end = (datetime.combine(one, time(), PACIFIC).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    window = {"period": "day", "metric_type": "total_value"}
    window |= {"since": str(int(begin.timestamp())), "until": str(int(end.timestamp()))}
    values: Values = {}
    raw: dict[str, Any] = {}
    refused: MissingPermission | None = None
    try:
        _insights(line, requests.ACCOUNT_INSIGHTS, "", _ACCOUNT_NAMES, window, values, raw)
    except MissingPermission as error:
        refused = error
    _size(line, values, raw)
    if not values and refused is not None:
        raise refused
    return Metrics(values, raw)


def _size(line: Line, values: Values, raw: dict[str, Any]) -> None:
    """Followers and posts as they are now."""
    call = requests.ACCOUNT if line.is_by_facebook else requests.ME
    try:
        said = line.read(call, {"fields": "followers_count,media_count"})
    except (MissingPermission, Rejected) as error:
        raw["account_refused"] = error.evidence.text
        return
    raw["account"] = said
    for name, metric in (("followers_count", Metric.FOLLOWERS), ("media_count", Metric.POSTS)):
        if (told := _number(said.get(name))) is not None:
            values[metric] = told


def followers(line: Line) -> Demographics:
    """One request for each breakdown."""
    window = {"period": "lifetime", "metric_type": "total_value", "timeframe": "this_month"}
    told = {
        one: _told(line, requests.ACCOUNT_INSIGHTS, "", (demographics.METRIC,), {**window, "breakdown": one})
        for one in demographics.BREAKDOWNS
    }
    groups = {name: found for name, entries_ in told.items() if (found := demographics.groups_in(entries_))}
    if not groups:
        raise NotOffered("Instagram tells who follows an account from 100 followers on.")
    return Demographics(groups, told)


# --- insights ---------------------------------------------------------------------------------------------------------


def _insights(
    line: Line, call: Call, at: str, names: Names, window: Mapping[str, str], values: Values, raw: dict[str, Any]
) -> None:
    found = _told(line, call, at, tuple(names), window)
    raw["insights"] = found
    for entry in found:
        name = text_in(entry, "name")
        told = _value(entry)
        if name in names and told is not None:
            values[names[name]] = told / 1000 if name == _WATCHED else told


def _told(line: Line, call: Call, at: str, names: tuple[str, ...], window: Mapping[str, str]) -> list[dict[str, Any]]:
    """What Instagram tells of `names`; those that it does not know here are left out."""
    try:
        said, answer = line.read_with_answer(call, {"metric": ",".join(names), **window}, at=at)
    except Rejected:
        if len(names) == 1:
            return []
        return [entry for name in names for entry in _told(line, call, at, (name,), window)]
    if (found := entries(said)) is None:
        raise line.unreadable(answer)
    return found


def _value(entry: Mapping[str, Any]) -> int | float | None:
    """A figure in any of the shapes it comes in: a total, or a series of which the window has one."""
    total = entry.get("total_value")
    if isinstance(total, dict):
        return _number(total.get("value"))
    listed = entry.get("values")
    last = listed[-1] if isinstance(listed, list) and listed else None
    return _number(last.get("value")) if isinstance(last, dict) else None


def _number(value: object) -> int | float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and 0 <= value < 10**15 else None  # type: ignore[operator,return-value]
