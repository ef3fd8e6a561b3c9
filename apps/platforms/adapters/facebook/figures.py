"""Figures of a Page and of its posts, by the names that hold in 2026.

https://developers.facebook.com/documentation/pages-api/platforminsights/page/deprecated-metrics: impressions, fans and
engaged users are gone. One name that Facebook does not know makes it refuse the whole call, so then each is asked by
itself. Insights and counters need different permissions; what one of them tells is kept where the other is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from apps.platforms.adapters.facebook import scopes
from apps.platforms.adapters.facebook.afterwards import is_named, post_of
from apps.platforms.adapters.facebook.faults import is_unseen
from apps.platforms.adapters.facebook.line import Line, entries_in, instant, mapping_in
from apps.platforms.calls import Call
from apps.platforms.contract import RemotePost
from apps.platforms.errors import Gone, MissingPermission, NotOffered, NotSent, PlatformError, Rejected
from apps.platforms.insights import Metric, Metrics

POST_NAMES: Final[Mapping[str, Metric]] = {
    "post_media_view": Metric.VIEWS,
    "post_total_media_view_unique": Metric.REACH,
    "post_clicks": Metric.CLICKS,
    "post_video_views": Metric.VIDEO_VIEWS,
}
REACTIONS: Final = "post_reactions_by_type_total"
POST_FIGURES: Final = (*POST_NAMES, REACTIONS)
LIFE: Final = {"period": "lifetime"}
PAGE_NAMES: Final[Mapping[str, Metric]] = {
    "page_media_view": Metric.VIEWS,
    "page_total_media_view_unique": Metric.REACH,
    "page_views_total": Metric.PROFILE_VIEWS,
    "page_daily_follows_unique": Metric.NEW_FOLLOWERS,
}
COUNTERS: Final = "shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"

Values = dict[Metric, int | float]
Raw = dict[str, Any]


def of_post(line: Line, post: RemotePost) -> Metrics:
    """Gone for a post that is not there; MissingPermission where neither insights nor counters may be read."""
    if post.facts.get("kind") == "story":
        raise NotOffered("Of stories, Facebook tells no figures here.")
    name = post_of(line, post)
    values: Values = {}
    raw: Raw = {}
    refused: list[MissingPermission] = []
    try:
        for read in (_counters, _post_insights):
            try:
                read(line, name, values, raw)
            except MissingPermission as error:
                refused.append(error)
    except NotSent as error:
        if not is_unseen(error):
            raise
        raise Gone("This post is not on Facebook any more.", evidence=error.evidence) from None
    if len(refused) == 2:
        raise refused[1]
    return Metrics(values, raw)


def of_posts(line: Line, posts: Sequence[RemotePost]) -> dict[str, Metrics]:
    """The same of many. Stories and videos without a name are left out, and whichever Facebook refuses: `of_post` says
    why. What is wrong with the token is wrong with all of them."""
    asked = [post for post in posts if post.facts.get("kind") != "story" and is_named(post)]
    if not asked:
        raise NotOffered("Of these posts, Facebook tells one by one.")
    line, told = line.together([read for post in asked for read in _reads(post)]), {}
    for post in asked:
        try:
            told[post.remote_id] = of_post(line, post)
        except (Gone, NotSent, Rejected, MissingPermission):
            continue
        except PlatformError:
            if not told:
                raise
            break
    return told


def _reads(post: RemotePost) -> tuple[tuple[Call, dict[str, str], dict[str, str]], ...]:
    """What `of_post` asks for."""
    return (
        (scopes.COUNTERS, {"post": post.remote_id}, {"fields": COUNTERS}),
        (scopes.FIGURES, {"object": post.remote_id}, {"metric": ",".join(POST_FIGURES), **LIFE}),
    )


def of_page(line: Line, day: date) -> Metrics:
    """Days end at midnight in California; the figures of one come with the time at which it ended."""
    values: Values = {}
    raw: Raw = {}
    refused: MissingPermission | None = None
    try:
        _page_insights(line, day, values, raw)
    except MissingPermission as error:
        refused = error
    _followers(line, values, raw)
    if not values and refused is not None:
        raise refused
    return Metrics(values, raw)


# --- insights ---------------------------------------------------------------------------------------------------------


def _post_insights(line: Line, name: str, values: Values, raw: Raw) -> None:
    found = _insights(line, name, POST_FIGURES, LIFE)
    raw["insights"] = found
    for entry in found:
        told = _sum(_last(entry))
        if told is None:
            continue
        if metric := POST_NAMES.get(str(entry.get("name"))):
            values[metric] = told
        elif entry.get("name") == REACTIONS:
            values.setdefault(Metric.LIKES, told)


def _page_insights(line: Line, day: date, values: Values, raw: Raw) -> None:
    span = {"period": "day", "since": day.isoformat(), "until": (day + timedelta(days=1)).isoformat()}
    found = _insights(line, line.page, tuple(PAGE_NAMES), span)
    raw["insights"] = found
    for entry in found:
        metric, told = PAGE_NAMES.get(str(entry.get("name"))), _sum(_of_day(entry, day))
        if metric and told is not None:
            values[metric] = told


def _insights(line: Line, object: str, names: tuple[str, ...], params: Mapping[str, str]) -> list[dict[str, Any]]:
    """What Facebook tells of `names`; those that it does not know are left out."""
    try:
        return _told(line, object, ",".join(names), params)
    except Rejected:
        if len(names) == 1:
            return []
    return [entry for name in names for entry in _insights(line, object, (name,), params)]


def _told(line: Line, object: str, names: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
    entries = entries_in(line.ask(scopes.FIGURES, {"object": object}, params={"metric": names, **params}))
    if entries is None:
        raise NotSent("Facebook gave an answer that makes no sense.")
    return entries


def _last(entry: Mapping[str, Any]) -> object:
    listed = entry.get("values")
    last = listed[-1] if isinstance(listed, list) and listed else None
    return last.get("value") if isinstance(last, dict) else None


def _of_day(entry: Mapping[str, Any], day: date) -> object:
    """The value whose day is `day`: it ended in the morning after, as London counts."""
    listed = entry.get("values")
    for one in listed if isinstance(listed, list) else ():
        ended_at = instant(one.get("end_time")) if isinstance(one, dict) else None
        if ended_at is not None and ended_at.date() == day + timedelta(days=1):
            return one.get("value")
    return None


def _sum(value: object) -> int | float | None:
    """A number, or the sum of those by kind; None where Facebook told neither."""
    if isinstance(value, dict):
        parts = [part for part in map(_sum, value.values()) if part is not None]
        return sum(parts) if parts else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and 0 <= value < 10**15 else None  # type: ignore[operator,return-value]


# --- counters ---------------------------------------------------------------------------------------------------------


def _counters(line: Line, name: str, values: Values, raw: Raw) -> None:
    try:
        said = line.ask(scopes.COUNTERS, {"post": name}, params={"fields": COUNTERS})
    except Rejected as error:  # A video node has no reactions, and one unknown field refuses them all.
        raw["counters_refused"] = error.evidence.text
        return
    raw["counters"] = {key: value for key, value in said.items() if key != "id"}
    found = {
        Metric.COMMENTS: mapping_in(mapping_in(said, "comments"), "summary").get("total_count"),
        Metric.LIKES: mapping_in(mapping_in(said, "reactions"), "summary").get("total_count"),
        Metric.SHARES: mapping_in(said, "shares").get("count"),
    }
    values.update({metric: told for metric, value in found.items() if (told := _sum(value)) is not None})


def _followers(line: Line, values: Values, raw: Raw) -> None:
    try:
        said = line.ask(scopes.FOLLOWERS, params={"fields": "followers_count,fan_count"})
    except (MissingPermission, Rejected) as error:
        raw["followers_refused"] = error.evidence.text
        return
    raw["page"] = {key: value for key, value in said.items() if key != "id"}
    told = _sum(said.get("followers_count"))
    if told is not None:
        values[Metric.FOLLOWERS] = told
