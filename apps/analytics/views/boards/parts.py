"""The pieces that boards are made of, in words: tiles, tables, lists and what figures mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from apps.analytics.boards.figures import Number, PlatformRow, PostRow
from apps.analytics.boards.own_clicks import LABEL, MEANING
from apps.analytics.boards.times import ENOUGH, Times
from apps.analytics.charting import Heat, Point, Spark, chart_of, heat_of, spark_of
from apps.analytics.definitions import BOOKS, NOTHING
from apps.analytics.metrics import LABELS
from apps.analytics.overview import Overview, Trend, titles_of
from apps.analytics.views.boards.asked import Asked, Chip
from apps.analytics.wording import change, compact, number, percent
from apps.core import clock
from apps.platforms import registry

TRENDS: Final = {
    Trend.VIEWS: gettext_noop("Views"),
    Trend.FOLLOWERS: gettext_noop("Followers"),
    Trend.INTERACTIONS: gettext_noop("Interactions"),
}
WEEKDAYS: Final = tuple(gettext_noop(day) for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the page. `note` says how much of what it is about is known, `taken_at` when it was last read."""

    label: str
    value: str
    change: str
    direction: str  # "up", "down" or ""
    note: str
    taken_at: datetime | None
    spark: Spark | None = None


@dataclass(frozen=True, slots=True)
class NetworkRow:
    platform: str
    posts: str
    followers: str
    views: str
    post_views: str
    interactions: str
    rate: str
    until: date | None
    taken_at: datetime | None
    stands_apart: bool
    is_unsummed: bool


@dataclass(frozen=True, slots=True)
class TopRow:
    """`url` is the post's own board; `usual` how it did for its account, "" where that cannot be said."""

    url: str
    words: str
    platform: str
    published_at: datetime
    interactions: str
    views: str
    usual: str = ""


@dataclass(frozen=True, slots=True)
class DayRow:
    day: date
    value: str
    before: str
    known: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a network calls a figure, and what it counts."""

    of: str
    label: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Meanings:
    platform: str
    days_in: str
    rows: tuple[Meaning, ...]


# --- tiles ------------------------------------------------------------------------------------------------------------


def tiles_of(found: Overview, *, of_posts_alone: bool = False) -> list[Tile]:
    """The figures of a period; those of accounts are left out where posts were chosen by what is not theirs."""
    of_accounts = [
        tile_of(gettext("Followers"), found.followers, "account", _spark(found, Trend.FOLLOWERS)),
        tile_of(gettext("Views of accounts"), found.views, "day", _spark(found, Trend.VIEWS)),
    ]
    of_posts = [
        tile_of(gettext("Posts published"), found.published, "", counted_at=clock.now()),
        tile_of(gettext("Views of these posts"), found.post_views, "post"),
        tile_of(gettext("Interactions"), found.interactions, "post", _spark(found, Trend.INTERACTIONS)),
    ]
    own = [own_clicks_tile(found.own_clicks)] if found.own_clicks is not None else []
    return [*([] if of_posts_alone else of_accounts), *of_posts, *own]


def own_clicks_tile(figure: Number) -> Tile:
    """What it counts is said on the tile itself, for it stands beside figures of networks."""
    return replace(tile_of(gettext(LABEL), figure, ""), note=gettext(MEANING))


def tile_of(
    label: str, figure: Number, about: str, spark: Spark | None = None, *, counted_at: datetime | None = None
) -> Tile:
    more = figure.change or 0
    # Where nothing can be known there is no share of it to tell.
    partly = about and figure.of and figure.known < figure.of
    known = f"{figure.known:,} of {figure.of:,} {about}s known" if partly else ""
    return Tile(
        label=label,
        value=compact(figure.value),
        change=change(figure.now, figure.before),
        direction="up" if more > 0 else "down" if more < 0 else "",
        note=known or ("" if figure.value is not None else gettext("no network here tells it")),
        taken_at=figure.taken_at or counted_at,
        spark=spark,
    )


def _spark(found: Overview, trend: Trend) -> Spark | None:
    return spark_of([point.value for point in found.trend(trend)])


# --- the trend --------------------------------------------------------------------------------------------------------


def trend_of(asked: Asked, found: Overview, *, of_posts_alone: bool = False) -> dict[str, Any]:
    """The context of _trend.html: what is asked for, or the first that anything is known of."""
    offered = [Trend.INTERACTIONS] if of_posts_alone else list(TRENDS)
    trend = _chosen(asked.trend, found, offered)
    now, before = found.trend(trend), found.trend(trend, before=True)
    label = gettext(TRENDS[trend])
    chips = [Chip(gettext(TRENDS[one]), asked.address(trend=one.value), one is trend) for one in offered]
    return {
        "chart": chart_of(now, before, label=label, from_nought=trend is not Trend.FOLLOWERS),
        "trend": trend.value,
        "trend_label": label,
        "trends": chips if len(chips) > 1 else [],
        "rows": [day_row(*pair) for pair in zip(now, before, strict=True)][::-1],
        "days": asked.days,
    }


def _chosen(wanted: str, found: Overview, offered: Sequence[Trend]) -> Trend:
    if wanted in offered:
        return Trend(wanted)
    told = (one for one in offered if any(point.value for point in found.trend(one)))
    return next(told, Trend.FOLLOWERS if Trend.FOLLOWERS in offered else offered[0])


def day_row(point: Point, before: Point) -> DayRow:
    known = f"{point.known} of {point.of}" if point.of and point.known < point.of else ""
    value = point.value if point.value is not None else point.part
    return DayRow(point.day, number(value), number(before.value), known)


# --- tables and lists -------------------------------------------------------------------------------------------------


def networks_of(found: Overview) -> list[NetworkRow]:
    return [_network(row, found) for row in found.platforms]


def _network(row: PlatformRow, found: Overview) -> NetworkRow:
    return NetworkRow(
        platform=row.platform,
        posts=number(row.posts),
        followers=number(row.followers),
        views=number(row.views),
        post_views=number(row.post_views),
        interactions=number(row.interactions),
        rate=percent(row.rate),
        until=row.until,
        taken_at=row.taken_at,
        stands_apart=row.platform in found.apart,
        is_unsummed=row.platform in found.unsummed,
    )


def posts_of(found: Overview) -> dict[str, list[TopRow]]:
    """The posts that did most, and those that did least against what is usual; one query for the words of both."""
    flops = [post for post, _ in found.flops]
    titles = titles_of([*found.top, *flops])
    ratios = {post.publication_id: ratio for post, ratio in found.flops}
    return {
        "top": [_post(post, found, titles) for post in found.top if post.publication_id in titles],
        "flops": [
            _post(post, found, titles, ratios[post.publication_id]) for post in flops if post.publication_id in titles
        ],
    }


def _post(post: PostRow, found: Overview, titles: Any, ratio: float | None = None) -> TopRow:
    post_id, words = titles[post.publication_id]
    return TopRow(
        url=reverse("analytics:post", args=[post_id]),
        words=words,
        platform=found.platform_of.get(post.account_id, ""),
        published_at=post.published_at,
        interactions=number(post.interactions),
        views=number(post.views),
        usual=times_words(ratio),
    )


def times_words(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.1f} ×"


# --- when -------------------------------------------------------------------------------------------------------------


def heat_of_times(times: Times) -> Heat | None:
    """Weekdays down, hours across, from the first to the last on which anything went out."""
    hours = times.hours
    samples = {(day, hour - hours.start): one for (day, hour), one in times.samples.items()}
    return heat_of(
        samples,
        rows=[gettext(day) for day in WEEKDAYS],
        columns=[f"{hour:02}" for hour in hours],
        spoken=[f"{hour:02}:00" for hour in hours],
        label=gettext("Interactions by hour of posting"),
        enough=ENOUGH,
    )


@dataclass(frozen=True, slots=True)
class Hour:
    place: str
    usual: str
    posts: int


def best_hours(times: Times, most: int = 5) -> list[Hour]:
    """The hours with enough posts that did best, the best first; none below the usual."""
    sure = [(place, one) for place, one in times.samples.items() if one.count >= ENOUGH and one.value > 1]
    best = sorted(sure, key=lambda pair: (-pair[1].value, pair[0]))[:most]
    return [
        Hour(f"{gettext(WEEKDAYS[day])} {hour:02}:00", times_words(one.value), one.count) for (day, hour), one in best
    ]


# --- what is known, and what it means ---------------------------------------------------------------------------------


def behind_of(found: Overview) -> list[tuple[str, date]]:
    """Accounts whose last day that was told is before that of the others."""
    latest = max(found.until.values(), default=None)
    if latest is None:
        return []
    names = {account.pk: f"{registry.label(account.platform)} @{account.handle}" for account in found.accounts}
    return sorted((names[pk], day) for pk, day in found.until.items() if day < latest and pk in names)


def meanings_of(platforms: Sequence[str]) -> list[Meanings]:
    return [_meanings(name) for name in sorted(set(platforms))]


def _meanings(platform: str) -> Meanings:
    book = BOOKS.get(platform, NOTHING)
    rows = [
        Meaning(of, LABELS[metric], one.name, one.words)
        for of, told in (("an account", book.accounts), ("a post", book.posts))
        for metric, one in told.items()
    ]
    return Meanings(platform, book.days_in, tuple(rows))
