"""Everything due at one instant: how soon the last is out, and whether clients of every size have had their share.

One client has a quarter of all, the others the rest in equal parts, so that a sender who serves whoever came first
shows it. They were planned before, and are prepared; the instant is moved to `ahead` seconds from then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.harness import figures, stand

if TYPE_CHECKING:
    from tests.benchmarks.harness.course import Course

BIG_SHARE: Final = 0.25


def run(**options: Any) -> dict[str, Any]:
    """Figures of one run; it gives up after `most_seconds` with what it knows then."""
    return stand.measure("burst", options)


def measure(course: Course) -> dict[str, Any]:
    options = course.options
    places = course.places(options["accounts"], workspaces=options["workspaces"], big_share=BIG_SHARE)
    planted = course.plan(options["count"], on=places)
    bare = course.bare_per_second()
    with course.fleet:
        prepared = course.prepare(planted)
        passed = course.run(planted, ahead=options["ahead"])
    course.write_profile(len(planted))
    late = list(passed.waits.values())
    over = figures.worst_over_fair_share(planted, passed.waits, seconds=passed.seconds)
    return {
        **{name: options[name] for name in (*stand.SHOWN, "ahead")},
        "big_share": BIG_SHARE,
        **passed.pace(bare, prepared=prepared),
        "lateness_p50_s": figures.shown(figures.percentile(late, 50)),
        "lateness_p99_s": figures.shown(figures.percentile(late, 99)),
        "worst_over_fair_share": figures.shown(over),
        **passed.told,
    }
