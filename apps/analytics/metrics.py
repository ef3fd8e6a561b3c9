"""The normalised figures: one column each, and how each may be added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from apps.platforms.insights import Metric

# What an account has at a moment. Everything else of an account is what happened on a day, and of a post what happened
# since it went out.
LEVELS: Final = frozenset({Metric.FOLLOWERS, Metric.POSTS})
# Of a post, and the same of a day: what people did with it, which is more than to have seen it.
INTERACTIONS: Final = (Metric.LIKES, Metric.COMMENTS, Metric.SHARES, Metric.SAVES)
# How many people it was: of two days or two posts nobody knows how many were the same, so these are never added up.
NOT_ADDED_UP: Final = frozenset({Metric.REACH, *LEVELS})
COLUMNS: Final = tuple(metric.value for metric in Metric)
MOST: Final = 2**63 - 1
LABELS: Final[Mapping[Metric, str]] = {
    Metric.VIEWS: "Views",
    Metric.REACH: "People reached",
    Metric.LIKES: "Likes",
    Metric.COMMENTS: "Comments",
    Metric.SHARES: "Shares",
    Metric.SAVES: "Saves",
    Metric.CLICKS: "Clicks",
    Metric.VIDEO_VIEWS: "Video views",
    Metric.WATCH_SECONDS: "Seconds watched",
    Metric.PROFILE_VIEWS: "Profile views",
    Metric.FOLLOWERS: "Followers",
    Metric.NEW_FOLLOWERS: "New followers",
    Metric.POSTS: "Posts",
}


def columns_of(values: Mapping[Metric, int | float]) -> dict[str, int | float | None]:
    """A value for each column; None for what was not told, and for what no column could hold."""
    return {metric.value: _kept(metric, values.get(metric)) for metric in Metric}


def _kept(metric: Metric, value: int | float | None) -> int | float | None:
    if value is None or not -MOST <= value <= MOST:
        return None
    return float(value) if metric is Metric.WATCH_SECONDS else int(value)


def figures_of(row: Any) -> dict[str, int | float | None]:
    """The columns of a row, by name."""
    return {name: getattr(row, name) for name in COLUMNS}


def total(values: Sequence[int | None]) -> int | None:
    """The sum of what is known; None, and not 0, where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def interactions_of(row: Any) -> int | None:
    return total([getattr(row, metric.value) for metric in INTERACTIONS])
