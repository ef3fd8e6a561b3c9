"""How many publications a second the engine sustains, against a bare loop with as many threads on the same platform.

All are due at one instant, on accounts of clients of the same size; workers and beat run as in production, and are
awake before. A post is out the moment that the platform has accepted it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.harness import figures, stand

if TYPE_CHECKING:
    from tests.benchmarks.harness.course import Course

AHEAD: Final = 3.0  # seconds between planning and the instant: enough to be told of it, and no time to prepare


def run(**options: Any) -> dict[str, Any]:
    """Figures of one run; it gives up after `most_seconds` with what it knows then."""
    return stand.measure("publish", options)


def measure(course: Course) -> dict[str, Any]:
    options = course.options
    places = course.places(options["accounts"], workspaces=options["workspaces"])
    planted = course.plan(options["count"], on=places)
    bare = course.bare_per_second()
    with course.fleet:
        disturbances = course.disturbances()
        due_at = course.begin(planted, ahead=AHEAD).timestamp()
        is_all_out = course.watch(len(planted), meanwhile=disturbances)
        is_settled = course.settle()
        accepted = course.stub.accepted()
        used = course.meter.figures(len(planted))
        outcome = course.outcome(planted, accepted)
    course.write_profile(len(planted))
    waits = {name: at - due_at for name, at in figures.first_times(accepted).items()}
    # The last answer is awaited as well, as in the bare loop.
    seconds = max(waits.values(), default=0.0) + options["latency_ms"] / 1000
    per_second = len(waits) / seconds
    late = list(waits.values())
    return {
        **{name: options[name] for name in stand.SHOWN},
        "is_all_out": is_all_out,
        "is_settled": is_settled,
        "seconds": figures.shown(seconds, 2),
        "per_second": figures.shown(per_second, 1),
        "bare_per_second": figures.shown(bare, 1),
        "ratio": figures.shown(per_second / bare, 3),
        "lateness_p50_s": figures.shown(figures.percentile(late, 50)),
        "lateness_p99_s": figures.shown(figures.percentile(late, 99)),
        "earliest_s": figures.shown(min(late, default=None)),
        "worst_wait_ratio": figures.shown(figures.worst_wait_ratio(planted, waits)),
        **outcome,
        **used,
    }
