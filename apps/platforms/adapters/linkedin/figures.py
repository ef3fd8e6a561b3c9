"""Figures of posts and accounts, in our words.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics and
.../members/post-statistics. Pages are told several figures at once, members one in each answer. Days are UTC; LinkedIn
is a day or two behind, and what it has not counted yet is absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from apps.platforms.adapters.linkedin import permits
from apps.platforms.adapters.linkedin.line import (
    Line,
    encoded,
    milliseconds,
    number_of,
    object_of,
    objects_of,
)
from apps.platforms.calls import Call
from apps.platforms.contract import RemotePost
from apps.platforms.errors import NotOffered, Rejected
from apps.platforms.insights import Metric, Metrics

_SHARE_FIELDS: Final[Mapping[str, Metric]] = {
    "impressionCount": Metric.VIEWS,
    "uniqueImpressionsCount": Metric.REACH,
    "clickCount": Metric.CLICKS,
    "likeCount": Metric.LIKES,
    "commentCount": Metric.COMMENTS,
    "shareCount": Metric.SHARES,
}
_MEMBER_QUERIES: Final[Mapping[str, Metric]] = {
    "IMPRESSION": Metric.VIEWS,
    "MEMBERS_REACHED": Metric.REACH,
    "LINK_CLICKS": Metric.CLICKS,
    "REACTION": Metric.LIKES,
    "COMMENT": Metric.COMMENTS,
    "RESHARE": Metric.SHARES,
    "POST_SAVE": Metric.SAVES,
}

Values = dict[Metric, int | float]
Raw = dict[str, Any]


def of_post(line: Line, post: RemotePost) -> Metrics:
    """Raises NotOffered for a comment, Gone for a post that is not there any more."""
    if not post.remote_id.startswith(("urn:li:share:", "urn:li:ugcPost:")):
        raise NotOffered("LinkedIn tells no figures of a comment.")
    return _of_page_post(line, post.remote_id) if line.is_page else _of_member_post(line, post.remote_id)


def of_account(line: Line, day: date) -> Metrics:
    return _of_page(line, day) if line.is_page else _of_member(line, day)


# --- pages ------------------------------------------------------------------------------------------------------------


def _of_page_post(line: Line, urn: str) -> Metrics:
    name = "shares" if urn.startswith("urn:li:share:") else "ugcPosts"
    said = _statistics(line, permits.SHARE_STATISTICS, "organizationalEntity", f"&{name}=List({encoded(urn)})")
    values: Values = {}
    raw: Raw = {"shareStatistics": said}
    element = next((one for one in _elements(said) if urn in (one.get("share"), one.get("ugcPost"))), None)
    if element is not None:
        values = _numbers(object_of(element, "totalShareStatistics"), _SHARE_FIELDS)
    elif line.allows(permits.ONE_POST):
        # A post without figures is left out of the answer, and so is one that was deleted: this read tells them apart.
        line.read(permits.ONE_POST, f"/rest/posts/{encoded(urn)}?viewContext=AUTHOR")
    if not values and line.allows(permits.SOCIAL_METADATA):
        raw["socialMetadata"] = line.read(permits.SOCIAL_METADATA, f"/rest/socialMetadata/{encoded(urn)}")
        values = _social(raw["socialMetadata"])
    return Metrics(values, raw)


def _social(said: Raw) -> Values:
    values: Values = {}
    reactions = object_of(said, "reactionSummaries")
    counts = [number_of(one, "count") for one in reactions.values() if isinstance(one, dict)]
    if counts:
        values[Metric.LIKES] = sum(count for count in counts if count is not None)
    if (comments := number_of(object_of(said, "commentSummary"), "count")) is not None:
        values[Metric.COMMENTS] = comments
    return values


def _of_page(line: Line, day: date) -> Metrics:
    interval = _interval(day)
    shares = _statistics(line, permits.SHARE_STATISTICS, "organizationalEntity", interval)
    gains = _statistics(line, permits.FOLLOWER_STATISTICS, "organizationalEntity", interval)
    views = _statistics(line, permits.PAGE_STATISTICS, "organization", interval)
    size_path = permits.NETWORK_SIZE.path.replace("{urn}", encoded(line.author))
    size = line.read(permits.NETWORK_SIZE, f"{size_path}?edgeType=COMPANY_FOLLOWED_BY_MEMBER")

    values = _numbers(object_of(_first(shares), "totalShareStatistics"), _SHARE_FIELDS)
    gained = object_of(_first(gains), "followerGains")
    told = [number_of(gained, name) for name in ("organicFollowerGain", "paidFollowerGain")]
    if any(one is not None for one in told):
        values[Metric.NEW_FOLLOWERS] = sum(one for one in told if one is not None)
    all_views = object_of(object_of(object_of(_first(views), "totalPageStatistics"), "views"), "allPageViews")
    if (seen := number_of(all_views, "pageViews")) is not None:
        values[Metric.PROFILE_VIEWS] = seen
    if (followers := number_of(size, "firstDegreeSize")) is not None:
        values[Metric.FOLLOWERS] = followers
    raw = {"shareStatistics": shares, "followerStatistics": gains, "pageStatistics": views, "networkSize": size}
    return Metrics(values, raw)


def _statistics(line: Line, call: Call, key: str, more: str) -> Raw:
    return line.read(call, f"{call.path}?q={key}&{key}={encoded(line.author)}{more}", restli="FINDER")


def _interval(day: date) -> str:
    start = datetime.combine(day, time.min, tzinfo=UTC)
    span = f"start:{milliseconds(start)},end:{milliseconds(start + timedelta(days=1))}"
    return f"&timeIntervals=(timeRange:({span}),timeGranularityType:DAY)"


# --- members ----------------------------------------------------------------------------------------------------------


def _of_member_post(line: Line, urn: str) -> Metrics:
    # What a post of the other kind is called here is told differently: the first name that LinkedIn takes is the one.
    names = ("share",) if urn.startswith("urn:li:share:") else ("ugc", "ugcPost")
    for position, name in enumerate(names, start=1):
        try:
            return _of_queries(line, f"q=entity&entity=({name}:{encoded(urn)})", "&aggregation=TOTAL")
        except Rejected:
            if position == len(names):
                raise
    raise AssertionError("every name was tried")


def _of_member(line: Line, day: date) -> Metrics:
    after = day + timedelta(days=1)
    span = f"&aggregation=DAILY&dateRange=(start:{_date(day)},end:{_date(after)})"
    told = _of_queries(line, "q=me", span)
    values, raw = dict(told.values), dict(told.raw)
    if line.allows(permits.MEMBER_FOLLOWERS):
        raw["followers"] = line.read(permits.MEMBER_FOLLOWERS, f"{permits.MEMBER_FOLLOWERS.path}?q=me", restli="FINDER")
        if (followers := number_of(_first(raw["followers"]), "memberFollowersCount")) is not None:
            values[Metric.FOLLOWERS] = followers
    return Metrics(values, raw)


def _of_queries(line: Line, which: str, span: str) -> Metrics:
    """One request for each figure. A figure that LinkedIn does not know, while it knows others, is absent."""
    values: Values = {}
    raw: Raw = {}
    unknown: Rejected | None = None
    for query, metric in _MEMBER_QUERIES.items():
        path = f"{permits.MEMBER_POSTS.path}?{which}&queryType={query}{span}"
        try:
            raw[query] = line.read(permits.MEMBER_POSTS, path, restli="FINDER")
        except Rejected as refused:
            if not raw:  # The first is the oldest of them: if that is refused, the rest will be.
                raise
            unknown = refused
            continue
        counts = [number_of(one, "count") for one in _elements(raw[query]) if _metric_type(one) in {"", query}]
        if any(count is not None for count in counts):
            values[metric] = sum(count for count in counts if count is not None)
    if unknown is not None:
        raw["unknown"] = unknown.evidence.text
    return Metrics(values, raw)


def _metric_type(element: Raw) -> str:
    """Plain text since version 202605; before it an object whose only value is the name."""
    told = element.get("metricType")
    if isinstance(told, dict):
        told = next(iter(told.values()), "")
    return told if isinstance(told, str) else ""


def _date(day: date) -> str:
    return f"(day:{day.day},month:{day.month},year:{day.year})"


# --- answers ----------------------------------------------------------------------------------------------------------


def _elements(said: Raw) -> list[Raw]:
    return objects_of(said, "elements") or []


def _first(said: Raw) -> Raw:
    return next(iter(_elements(said)), {})


def _numbers(said: Raw, names: Mapping[str, Metric]) -> Values:
    told = {metric: number_of(said, name) for name, metric in names.items()}
    return {metric: number for metric, number in told.items() if number is not None}
