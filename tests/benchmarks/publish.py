"""How many publications a second the engine sustains, against a bare loop with as many threads on the same platform.

All are due at one instant, on accounts of clients of the same size; workers and beat run as in production, and are
awake before. With `prepared` they were planned earlier, and are prepared when their hour comes, as most posts are;
without, all of the work begins at that instant. A post is out the moment that the platform has accepted it. With
`comments`, so many are written below what is out when all of it is, and the same goes wrong once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.harness import commenting, figures, stand

if TYPE_CHECKING:
    from tests.benchmarks.harness.course import Course

AHEAD: Final = 3.0  # seconds between planning and the instant: enough to be told of it


def run(**options: Any) -> dict[str, Any]:
    """Figures of one run; it gives up after `most_seconds` with what it knows then."""
    return stand.measure("publish", options)


def measure(course: Course) -> dict[str, Any]:
    options = course.options
    planted = course.plan(options["count"], on=course.places(options["accounts"], workspaces=options["workspaces"]))
    bare = course.bare_per_second()
    with course.fleet:
        prepared = course.prepare(planted) if options["prepared"] else None
        passed = course.run(planted, ahead=AHEAD)
        comments = commenting.run(course, options["comments"], below=planted) if options["comments"] else None
    course.write_profile(len(planted))
    late = list(passed.waits.values())
    return {
        **{name: options[name] for name in stand.SHOWN},
        **passed.pace(bare, prepared=prepared),
        "lateness_p50_s": figures.shown(figures.percentile(late, 50)),
        "lateness_p99_s": figures.shown(figures.percentile(late, 99)),
        "worst_wait_ratio": figures.shown(figures.worst_wait_ratio(planted, passed.waits)),
        **passed.told,
        "is_sound": passed.told["is_sound"] and (comments is None or comments["is_sound"]),
        "comments": comments,
    }
