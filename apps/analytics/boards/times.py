"""When posts do well: by weekday and hour of the workspace's clock, with how many posts each hour stands on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.analytics.boards.usual import times_usual
from apps.analytics.charting import Sample

if TYPE_CHECKING:
    from apps.analytics.boards.figures import PostRow

ENOUGH: Final = 3  # posts of one hour of the week, to call it good or bad
WORK: Final = range(7, 19)
Place = tuple[int, int]  # weekday from Monday, hour


@dataclass(frozen=True, slots=True)
class Times:
    """`samples` by weekday and hour: the mean of what posts did against the usual of their accounts. `left_out`: posts
    that cannot be compared, being too young, not told of, or of an account with too few."""

    samples: Mapping[Place, Sample]
    counted: int
    left_out: int

    @property
    def hours(self) -> range:
        """The hours that are worth a column: from the first to the last with a post, and those of a day's work."""
        known = [hour for _, hour in self.samples]
        return range(min(*known, WORK.start), max(*known, WORK.stop - 1) + 1) if known else range(0)


def times_of(posts: Iterable[PostRow], usual: Mapping[UUID, float], zone: str) -> Times:
    there = ZoneInfo(zone)
    found: dict[Place, list[float]] = defaultdict(list)
    left_out = 0
    for post in posts:
        ratio = times_usual(post, usual)
        if ratio is None:
            left_out += 1
            continue
        at = post.published_at.astimezone(there)
        found[at.weekday(), at.hour].append(ratio)
    samples = {place: Sample(fmean(values), len(values)) for place, values in found.items()}
    return Times(samples, sum(one.count for one in samples.values()), left_out)
