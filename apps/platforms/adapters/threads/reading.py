"""What Threads tells afterwards: the account's posts, and figures.

https://developers.facebook.com/documentation/threads/insights. Figures are "in development" in part, and a day is cut
as Meta cuts it, at midnight in California. `shares` in our words are all ways of passing a post on: reposts, quotes and
shares, as far as Threads tells them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from apps.platforms import http as wire
from apps.platforms.adapters.threads import requests
from apps.platforms.adapters.threads.line import Line, entries, next_cursor, remote_id
from apps.platforms.adapters.threads.reposts import FACADE
from apps.platforms.contract import RemotePost
from apps.platforms.errors import NotOffered
from apps.platforms.insights import Demographics, Metric, Metrics, OwnPost, OwnPosts
from apps.platforms.meta import demographics

OWN_FIELDS: Final = "id,media_type,media_url,thumbnail_url,permalink,text,timestamp,is_quote_post"
PAGE: Final = "25"
PACIFIC: Final = ZoneInfo("America/Los_Angeles")
FIRST_DAY: Final = date(2024, 4, 14)  # no figures before; those before June 2024 are unreliable

_POST_METRICS: Final[Mapping[str, Metric]] = {
    "views": Metric.VIEWS,
    "likes": Metric.LIKES,
    "replies": Metric.COMMENTS,
    "reposts": Metric.SHARES,
    "quotes": Metric.SHARES,
    "shares": Metric.SHARES,
}
_ACCOUNT_METRICS: Final[Mapping[str, Metric]] = {
    "views": Metric.PROFILE_VIEWS,
    "likes": Metric.LIKES,
    "replies": Metric.COMMENTS,
    "reposts": Metric.SHARES,
    "quotes": Metric.SHARES,
    "clicks": Metric.CLICKS,
    "followers_count": Metric.FOLLOWERS,
}


def own_posts(line: Line, *, cursor: str) -> OwnPosts:
    params = {"fields": OWN_FIELDS, "limit": PAGE} | ({"after": cursor} if cursor else {})
    said, answer = line.read(requests.OWN_POSTS, params)
    page = entries(said)
    if page is None:
        raise line.unreadable(answer)
    posts = tuple(_own_post(post) for post in page if remote_id(post) and post.get("media_type") != FACADE)
    return OwnPosts(posts, next_cursor(said))


def quotable(line: Line) -> tuple[tuple[str, str], ...]:
    """The newest posts as choices: id and the beginning of the text."""
    posts = own_posts(line, cursor="").posts
    return tuple((post.remote_id, " ".join(post.text.split())[:60] or post.kind) for post in posts)


def _own_post(post: Mapping[str, Any]) -> OwnPost:
    addresses = (post.get("media_url"), post.get("thumbnail_url"))
    return OwnPost(
        remote_id=remote_id(post),
        text=_text(post.get("text")),
        published_at=wire.instant(post.get("timestamp")),
        url=_text(post.get("permalink")),
        kind=_text(post.get("media_type")),
        media_urls=tuple(address for address in addresses if isinstance(address, str) and address),
        facts={"is_quote": post.get("is_quote_post") is True},
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


# --- figures ----------------------------------------------------------------------------------------------------------


def post_metrics(line: Line, post: RemotePost) -> Metrics:
    """Over the life of the post. A repost has none."""
    said, answer = line.read(requests.POST_INSIGHTS, _asked(_POST_METRICS), at=post.remote_id, of_post=True)
    return _metrics(line, said, answer, _POST_METRICS)


def account_metrics(line: Line, day: date) -> Metrics:
    if day < FIRST_DAY:
        raise NotOffered("Threads tells no figures of days before 14 April 2024.")
    begin, end = (datetime.combine(one, time(), PACIFIC).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    window = {
        "since": str(int(begin.timestamp())),
        "until": str(int(end.timestamp())),
    }
    said, answer = line.read(requests.ACCOUNT_INSIGHTS, _asked(_ACCOUNT_METRICS) | window)
    return _metrics(line, said, answer, _ACCOUNT_METRICS, within=(begin, end))


def followers(line: Line) -> Demographics:
    """One request for each breakdown."""
    groups: dict[str, dict[str, int]] = {}
    raw: dict[str, Any] = {}
    for name in demographics.BREAKDOWNS:
        said, answer = line.read(requests.ACCOUNT_INSIGHTS, {"metric": demographics.METRIC, "breakdown": name})
        if (told := entries(said)) is None:
            raise line.unreadable(answer)
        raw[name] = told
        if found := demographics.groups_in(told):
            groups[name] = found
    if not groups:
        raise NotOffered("Threads tells who follows a profile from 100 followers on.")
    return Demographics(groups, raw)


def _asked(names: Mapping[str, Metric]) -> dict[str, str]:
    return {"metric": ",".join(names)}


def _metrics(
    line: Line,
    said: dict[str, Any],
    answer: wire.Answer,
    names: Mapping[str, Metric],
    within: tuple[datetime, datetime] | None = None,
) -> Metrics:
    told = entries(said)
    if told is None:
        raise line.unreadable(answer)
    values: dict[Metric, int | float] = {}
    for entry in told:
        metric, value = names.get(_text(entry.get("name"))), _value(entry, within)
        if metric is not None and value is not None:
            values[metric] = values.get(metric, 0) + value
    return Metrics(values, {"data": told})


def _value(entry: Mapping[str, Any], within: tuple[datetime, datetime] | None) -> int | float | None:
    """A figure in any of the shapes it comes in: a total, a sum by link, a single value or a series of days."""
    total = entry.get("total_value")
    if isinstance(total, dict):
        return _number(total.get("value"))
    found = [
        number
        for name in ("link_total_values", "values")
        for one in _objects(entry.get(name))
        if (number := _number(one.get("value"))) is not None and _is_within(one, within)
    ]
    return sum(found) if found else None


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_within(one: Mapping[str, Any], within: tuple[datetime, datetime] | None) -> bool:
    """Whether a day of a series ends in the window; a value without an end belongs to all of it."""
    at = wire.instant(one.get("end_time"))
    return within is None or at is None or within[0] < at <= within[1]


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
