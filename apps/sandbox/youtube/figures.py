"""What the Analytics API counts: figures of some videos over some days, which are days in Los Angeles."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from apps.sandbox.core.world import World
from apps.sandbox.youtube import growth
from apps.sandbox.youtube.clips import Clip
from apps.sandbox.youtube.quota import PACIFIC

DAY = timedelta(days=1)
USUAL_SECONDS = 60.0  # of a video whose length is not known
INTEGER, FLOAT = "INTEGER", "FLOAT"
METRICS = {
    "views": INTEGER,
    "engagedViews": INTEGER,
    "estimatedMinutesWatched": INTEGER,
    "averageViewDuration": INTEGER,
    "averageViewPercentage": FLOAT,
    "likes": INTEGER,
    "dislikes": INTEGER,
    "comments": INTEGER,
    "shares": INTEGER,
    "subscribersGained": INTEGER,
    "subscribersLost": INTEGER,
    "estimatedRevenue": FLOAT,
}
# One in so many views becomes one of these.
ONE_IN = {"dislikes": 500, "shares": 100, "subscribersGained": 200, "subscribersLost": 1000}


@dataclass(slots=True)
class Tally:
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("views", "likes", "comments", *ONE_IN), 0))
    seconds_watched: float = 0.0
    percent_watched: float = 0.0

    def value(self, metric: str) -> int | float:
        views = self.counts["views"]
        if metric in self.counts:
            return self.counts[metric]
        if metric == "engagedViews":
            return views * 6 // 10
        if metric == "estimatedMinutesWatched":
            return int(self.seconds_watched // 60)
        if metric == "averageViewDuration":
            return int(self.seconds_watched / views) if views else 0
        if metric == "averageViewPercentage":
            return round(self.percent_watched / views, 2) if views else 0.0
        return round(views * 0.002, 3)


def tally(world: World, films: Sequence[Clip], first: date, last: date) -> Tally:
    """Of these videos, from the beginning of the first day to the end of the last."""
    since, until = midnight(first), midnight(last + DAY)
    total = Tally()
    for clip in films:
        _add(world, total, clip, since, until)
    return total


def _add(world: World, total: Tally, clip: Clip, since: datetime, until: datetime) -> None:
    before, after = growth.views(clip, since), growth.views(clip, until)
    views = after - before
    total.counts["views"] += views
    total.counts["likes"] += growth.likes(after) - growth.likes(before)
    for name, share in ONE_IN.items():
        total.counts[name] += after // share - before // share
    for thread in world.replies_to(clip.post):
        written = [thread, *world.replies_to(thread)]
        total.counts["comments"] += sum(1 for one in written if since <= one.created_at < until)
    percent = 30 + zlib.crc32(clip.id.encode()) % 500 / 10
    total.percent_watched += views * percent
    total.seconds_watched += views * (clip.file.seconds or USUAL_SECONDS) * percent / 100


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PACIFIC).astimezone(UTC)


def last_complete_day(world: World) -> date:
    """The last day of which the figures are there by now."""
    lag = timedelta(hours=float(world.setting("youtube", "analytics_lag_hours")))
    return (world.now() - lag).astimezone(PACIFIC).date() - DAY
