"""What the sandbox says of a simulation: whether anything was above a limit, and how much of each was used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.harness.minutes.course import Course

Line = dict[str, int]


@dataclass(frozen=True)
class Verdict:
    course: Course
    limits: dict[str, Line]  # of the sandbox, at the end

    @property
    def refused(self) -> dict[str, int]:
        """By platform, requests that were one too many."""
        found = Counter(dict.fromkeys(sorted({kind.platform for kind in self.course.kinds}), 0))
        for name, line in self.limits.items():
            found[name.partition(" ")[0]] += line["refused"]
        return dict(found)

    @property
    def over_limit(self) -> int:
        """What was refused, and windows that were fuller than they may be."""
        return sum(self.refused.values()) + sum(line["fullest"] > line["allowed"] for line in self.limits.values())

    def kept_full(self) -> list[dict[str, Any]]:
        """The limits that work waited for; where each account has its own, the one that was used least tells."""
        return [self._told(name, buckets) for name, buckets in sorted(self.course.jobs.kept_full().items())]

    def _told(self, name: str, buckets: list[str]) -> dict[str, Any]:
        lines = [self.limits[bucket] for bucket in buckets]
        parts = [self._used(bucket) / (self.limits[bucket]["allowed"] * self._times(bucket)) for bucket in buckets]
        return {
            "limit": name,
            "accounts": len(buckets),
            "allowed": lines[0]["allowed"],
            "fullest": max(line["fullest"] for line in lines),
            "used": sum(map(self._used, buckets)),
            "utilisation": round(min(parts), 3),
        }  # fmt: skip

    def _used(self, bucket: str) -> int:
        """Days and quarters of an hour begin before the minutes in question, and what was used by then counts too."""
        before = self.course.before.get(bucket, {"counted": 0}) if _is_of_a_minute(bucket) else {"counted": 0}
        return self.limits[bucket]["counted"] - before["counted"]

    def _times(self, bucket: str) -> float:
        """How often the minutes in question allow it: X's windows and YouTube's day end on the way."""
        if _is_of_a_minute(bucket):
            return max(1.0, self.course.minutes)
        return 1 if bucket.startswith("tiktok daily") else 2


def _is_of_a_minute(bucket: str) -> bool:
    return "_per_minute" in bucket


def least(figures: Iterable[dict[str, Any]]) -> float:
    return float(min(one["utilisation"] for one in figures))
