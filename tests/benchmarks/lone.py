"""A client's single post while another organization's burst runs: how late it is, trial after trial.

The burst comes in waves of `count`: the next falls due before the last is out, so that there is always more to do than
hands. The lone posts are of one client of another organization, each on an account of its own, and known `ahead`
seconds before their hour.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.harness import figures, planting, stand
from tests.benchmarks.harness.planting import Planted

if TYPE_CHECKING:
    from tests.benchmarks.harness.course import Course

WAVES: Final = 5
ELSEWHERE: Final = 100_000  # numbers of the other organization's workspace and accounts
RUNNING: Final = 3.0  # seconds that the burst is under way before the first trial
LEFT: Final = 0.3  # of a wave, when the next is to come


def run(**options: Any) -> dict[str, Any]:
    """Figures of one run; it gives up after `most_seconds` with what it knows then."""
    return stand.measure("lone", options)


def measure(course: Course) -> dict[str, Any]:
    options = course.options
    crowd = course.places(options["accounts"], workspaces=options["workspaces"])
    waves = [course.plan(options["count"], on=crowd, what=f"Wave {number} post") for number in range(WAVES)]
    own = course.places(options["trials"], workspaces=1, first=ELSEWHERE)
    lone = course.plan(options["trials"], on=own, what="Lone post")
    with course.fleet:
        hours = _set_hours(course, lone)
        begins_at = min(hours.values()) - RUNNING
        tide = _Tide(course, waves, begins_at)
        disturbances = course.faults.while_publishing(course.out)
        is_all_out = course.watch_for(
            lambda: _all_out(course, lone), seconds=_patience(course), meanwhile=[tide.look, *disturbances]
        )
        course.faults.end(disturbances)
        accepted = course.stub.accepted()
        told = course.outcome([post for wave in waves for post in wave] + lone, accepted)
        used = course.meter.figures(len(accepted))
    course.write_profile(len(accepted))
    times = figures.first_times(accepted)
    late = [times[name] - hours[name] for name in hours if name in times]
    lasted = max(max(times.values(), default=begins_at) - begins_at, 0.001)
    return {
        **{name: options[name] for name in (*stand.SHOWN, "ahead", "trials", "gap_ms")},
        "is_all_out": is_all_out,
        "burst_per_second": figures.shown((len(times) - len(late)) / lasted, 1),
        "burst_outlasted_trials": tide.outlasts,
        "lateness_p50_s": figures.shown(figures.percentile(late, 50)),
        "lateness_p99_s": figures.shown(figures.percentile(late, 99)),
        "lateness_max_s": figures.shown(max(late, default=None)),
        "earliest_s": figures.shown(min(late, default=None)),
        "missing": len(lone) - len(late),
        **{name: told[name] for name in ("duplicates", "lost", "needs_attention", "states", "struck", "kills", "log")},
        **used,
    }


def _set_hours(course: Course, lone: Sequence[Planted]) -> dict[figures.Name, float]:
    """One after the other; the first so far ahead that all of them could be prepared."""
    first = datetime.now(UTC) + timedelta(seconds=course.options["ahead"] + RUNNING)
    gap = timedelta(milliseconds=course.options["gap_ms"])
    for number, post in enumerate(lone):
        planting.make_due([post], at=first + gap * number)
    course.begin_measuring()
    return {post.name: (first + gap * number).timestamp() for number, post in enumerate(lone)}


def _patience(course: Course) -> float:
    options = course.options
    trials = options["trials"] * options["gap_ms"] / 1000
    return float(options["ahead"] + RUNNING + trials + options["most_seconds"])


def _all_out(course: Course, lone: Sequence[Planted]) -> bool:
    return not course.stub.compared([post.name for post in lone])["missing"]


class _Tide:
    """Lets the next wave fall due when little of the last is left."""

    def __init__(self, course: Course, waves: Sequence[Sequence[Planted]], begins_at: float) -> None:
        self._course, self._waves, self._begins_at = course, list(waves), begins_at
        self._size = len(waves[0])
        self._due = 0

    @property
    def outlasts(self) -> bool:
        """Whether there was more to do to the end."""
        return self._out() < self._due

    def look(self) -> None:
        if not self._waves or time.time() < self._begins_at - 0.5:
            return
        if self._due - self._out() <= self._size * LEFT:
            now = datetime.now(UTC)
            at = max(now, datetime.fromtimestamp(self._begins_at, UTC))
            planting.make_due(self._waves.pop(0), at=at)
            self._due += self._size

    def _out(self) -> int:
        return int(self._course.stub.counts()["distinct"])
