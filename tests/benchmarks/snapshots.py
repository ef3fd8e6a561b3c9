"""A night of many accounts, and the posts that are due at the same time, against a platform that takes its time.

Each account has published some posts an hour ago; all of them and all accounts fall due at one instant. Workers and
beat run as in production. Meanwhile posts of the same accounts are published, prepared as most are: how late they are
shows whether whoever reads figures stands in the way. What is in the rows is counted at the end, and what was asked by
the sandbox. With `pressure` the platform takes so few requests that both want the same grants: the run is over when the
posts are out, for the night goes on for as long as its grants last.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.harness import figures, planting, pressure, snapshot_rows, stand
from tests.benchmarks.harness.disturbing import Killer, Paced

if TYPE_CHECKING:
    from tests.benchmarks.harness.course import Course

AHEAD: Final = 20.0  # seconds from the beginning to the first post that is published meanwhile
AHEAD_UNDER_PRESSURE: Final = 3.0  # then figures ask most when they have just fallen due
SOON: Final = timedelta(minutes=5)
LEASE_SECONDS: Final = "30"  # nobody waits five minutes for what a worker that was killed had in hand
SETTINGS: Final = {
    # The night of yesterday has begun, whatever o'clock it is, and all of it at once.
    "ANALYTICS_NIGHT_HOUR": "0",
    "ANALYTICS_SPREAD_SECONDS": "0",
}
LOOK: Final = 2.0


def run(**options: Any) -> dict[str, Any]:
    """Figures of one run; it gives up after `most_seconds` with what it knows then."""
    lease = {"ANALYTICS_LEASE_SECONDS": LEASE_SECONDS} if options["fault"] != "none" else {}
    few = {pressure.VARIABLE: str(options["pressure"])}
    return stand.measure("snapshots", {**options, "settings": {**SETTINGS, **lease, **few}})


def measure(course: Course) -> dict[str, Any]:
    options = course.options
    places = course.places(options["accounts"], workspaces=options["workspaces"])
    snapshot_rows.born_long_ago()
    posts = snapshot_rows.published(options["count"], on=places)
    lone = course.plan(options["lone"], on=places[:: max(1, len(places) // max(options["lone"], 1))])
    course.stub.set(tells_many=options["batches"])
    course.analyze()
    wanted = options["accounts"] + posts
    with course.fleet:
        hours = _set_hours(course, lone)
        before, began = course.stub.counts()["requests"], time.monotonic()
        snapshot_rows.begin()
        waiting = _Sampled(pressure.PutOff())
        killer = Killer(course.fleet, Paced(_Progress(), step=wanted // 2, times=1), of="chores")
        meanwhile = [killer] if options["fault"] == "kill" else []
        is_over = _Over(wanted)
        course.watch_for(
            (lambda: is_over() or _all_out(course, lone)) if options["pressure"] else is_over,
            seconds=options["most_seconds"], meanwhile=[*meanwhile, waiting], tells=snapshot_rows.told,
        )  # fmt: skip
        is_whole = is_over()
        took = time.monotonic() - began
        course.watch_for(lambda: _all_out(course, lone), seconds=60)
        counts, accepted = course.stub.counts(), course.stub.accepted()
        used = course.meter.figures(wanted) | {"peak_rss_mb": course.fleet.peak_mib_of("chores")}
    course.write_profile(wanted)
    times = figures.first_times(accepted)
    late = [times[name] - hour for name, hour in hours.items() if name in times]
    return {
        **{name: options[name] for name in ("accounts", "count", "workspaces", "latency_ms", "fault", "batches")},
        "is_whole": is_whole,
        "seconds": figures.shown(took, 1),
        "per_second": figures.shown(snapshot_rows.told() / took, 1),
        "calls": counts["requests"] - before - len(accepted),
        "asked": counts["asked"],
        **snapshot_rows.outcome(wanted),
        "kills": sum(process.kills for process in course.fleet.processes),
        **_who_went_first(options["pressure"], waiting.look.most, lone, is_all_out=len(late) == len(lone)),
        "published_meanwhile": len(late),
        "publish_lateness_p50_s": figures.shown(figures.percentile(late, 50)),
        "publish_lateness_p99_s": figures.shown(figures.percentile(late, 99)),
        "log": course.fleet.troubles(),
        **used,
    }


class _Progress:
    """How many were told, looked at now and then."""

    def __init__(self) -> None:
        self._at, self._count = 0.0, 0

    def __call__(self) -> int:
        if time.monotonic() >= self._at:
            self._count, self._at = snapshot_rows.told(), time.monotonic() + LOOK
        return self._count


class _Over:
    """Whether every account and every post has its row."""

    def __init__(self, wanted: int) -> None:
        self._wanted, self._progress = wanted, _Progress()

    def __call__(self) -> bool:
        return self._progress() >= self._wanted


class _Sampled:
    """Calls `look` every few seconds."""

    def __init__(self, look: Any) -> None:
        self.look, self._at = look, 0.0

    def __call__(self) -> None:
        if time.monotonic() >= self._at:
            self.look()
            self._at = time.monotonic() + LOOK


def _who_went_first(
    per_second: int, figures_put_off: int, lone: Sequence[planting.Planted], *, is_all_out: bool
) -> dict[str, Any]:
    """Publishing went first if figures had to wait for grants, and no post had."""
    if not per_second:
        return {}
    posts = pressure.posts_put_off([one.publication_id for one in lone])
    return {
        "pressure_per_second": per_second,
        "figures_put_off": figures_put_off,
        "posts_put_off": posts,
        "publishing_went_first": is_all_out and figures_put_off > 0 and posts == 0,
    }


def _set_hours(course: Course, lone: Sequence[planting.Planted]) -> dict[figures.Name, float]:
    """Prepared first, and then one after the other while figures are read."""
    planting.make_due(lone, at=datetime.now(UTC) + SOON)
    course.watch_for(lambda: not course.unready(), seconds=120)
    first = datetime.now(UTC) + timedelta(seconds=AHEAD_UNDER_PRESSURE if course.options["pressure"] else AHEAD)
    gap = timedelta(milliseconds=course.options["gap_ms"])
    for number, post in enumerate(lone):
        planting.make_due([post], at=first + gap * number)
    course.begin_measuring()
    return {post.name: (first + gap * number).timestamp() for number, post in enumerate(lone)}


def _all_out(course: Course, lone: Sequence[planting.Planted]) -> bool:
    return not course.stub.compared([post.name for post in lone])["missing"]
