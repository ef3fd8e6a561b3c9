"""The process of a measurement that knows its database: it plants, starts workers and beat, watches, and counts.

    python -m tests.benchmarks.harness.course '{"what": "publish", ...}'

`what` is a module of tests.benchmarks whose `measure(course)` gives the figures.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.harness import bare, figures, planting, profiles, watching
from tests.benchmarks.harness.faults import Faults
from tests.benchmarks.harness.fleet import Fleet
from tests.benchmarks.harness.meter import Meter
from tests.benchmarks.harness.planting import Place, Planted
from tests.benchmarks.harness.statements import Statements
from tests.benchmarks.harness.stub import Accepted, Stub

FAR: Final = timedelta(hours=8)  # nobody prepares what is due so late
SOON: Final = timedelta(minutes=20)  # whoever prepares begins at once
UNREADY: Final = frozenset({"scheduled", "staging"})
LOOK: Final = 0.25  # seconds between two looks at the stub
LOOK_AT_ROWS: Final = 2.0
TELL: Final = 10.0
SETTLE_SECONDS: Final = 20.0  # for the answers of the last requests to be stored
OVER: Final = frozenset({"published", "removed", "failed", "canceled", "held", "needs_attention"})
# Whoever is in one of these and was not accepted is lost: no one will look again.
GIVEN_UP: Final = frozenset({"published", "removed", "failed", "canceled"})
# Whoever was accepted and is in one of these is told that it is not out.
DENIED: Final = frozenset({"failed", "canceled", "held"})
WENT_OUT: Final = frozenset({"published", "removed"})


@dataclass(frozen=True, slots=True)
class Passage:
    """What has come of publications that were due at one instant: how long each waited, and what else is told."""

    waits: dict[figures.Name, float]
    latency: float
    told: dict[str, Any]

    @property
    def seconds(self) -> float:
        """Until the last answer, which a bare loop awaits as well."""
        return max(self.waits.values(), default=0.0) + self.latency

    def pace(self, bare: float, *, prepared: float | None = None) -> dict[str, Any]:
        """`prepared`: so many seconds went into preparing them before their hour."""
        per_second = len(self.waits) / max(self.seconds, 0.001)
        with_preparing = len(self.waits) / max(self.seconds + (prepared or 0.0), 0.001)
        return {
            "prepare_seconds": figures.shown(prepared, 2),
            "per_second_with_preparing": figures.shown(with_preparing, 1),
            "seconds": figures.shown(self.seconds, 2),
            "per_second": figures.shown(per_second, 1),
            "bare_per_second": figures.shown(bare, 1),
            "ratio": figures.shown(per_second / bare, 3),
            "earliest_s": figures.shown(min(self.waits.values(), default=None)),
        }


class Course:
    """One measurement on its stand. `options` are those of the command."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.stub = Stub(options["stub"])
        self.folder = Path(options["folder"])
        self.fleet = Fleet(options["workers"], self.folder)
        self._owner = _owner_connection() if options["database"] == "postgres" else None
        self.meter = Meter(self.fleet, options["pids"], Statements(self._owner, self.folder))
        self.faults = Faults(self, options["count"])
        self._ends_at = 0.0

    # before

    def places(self, count: int, *, workspaces: int, big_share: float = 0.0, first: int = 0) -> list[Place]:
        return planting.accounts(
            count, workspaces=workspaces, platform=self.options["platform"], origin=self.stub.url,
            big_share=big_share, first=first,
        )  # fmt: skip

    def plan(self, count: int, *, on: Sequence[Place], what: str = "Post") -> list[Planted]:
        """Put publications on the plan, in a future that is too far to matter."""
        began = time.monotonic()
        planted = planting.publications(count, on=on, due_at=datetime.now(UTC) + FAR, what=what)
        self.analyze()
        say(f"planted {count} publications in {time.monotonic() - began:.1f} s")
        return planted

    def analyze(self) -> None:
        if self._owner is not None:
            self._owner.execute("ANALYZE")

    def bare_per_second(self) -> float:
        """What the same client makes with nothing in between; the stub has forgotten it afterwards."""
        found = bare.per_second(
            self.stub.url, platform=self.options["platform"], processes=self.options["workers"],
            threads=self.options["threads"],
        )  # fmt: skip
        self.stub.reset()
        # What is sent twice is published twice, so that nothing but Postroom prevents it.
        self.stub.set(honours_keys=False)
        say(f"the bare loop makes {found:.0f} posts a second")
        return found

    def prepare(self, planted: Sequence[Planted]) -> float:
        """Let them fall due within the span in which posts are prepared, and wait until all of them are; the seconds
        that took."""
        began = time.monotonic()
        planting.make_due(planted, at=datetime.now(UTC) + SOON)
        disturbances = self.faults.while_preparing(lambda: len(planted) - self.unready())
        self.watch_for(lambda: not self.unready(), seconds=self.options["most_seconds"], meanwhile=disturbances)
        self.faults.end(disturbances)
        say(f"prepared {len(planted)} publications in {time.monotonic() - began:.1f} s")
        return time.monotonic() - began

    def begin(self, planted: Sequence[Planted], *, ahead: float) -> datetime:
        """All of it falls due `ahead` seconds from now, at the instant that is given back; the measuring begins."""
        due_at = datetime.now(UTC) + timedelta(seconds=ahead)
        planting.make_due(planted, at=due_at)
        self.begin_measuring()
        self.ends_in(ahead + self.options["most_seconds"])
        return due_at

    def ends_in(self, seconds: float) -> None:
        """Whatever waits gives up then."""
        self._ends_at = time.monotonic() + seconds

    def begin_measuring(self) -> None:
        (self.folder / watching.BEGUN).touch()
        self.meter.begin()

    # under way

    def watch(self, wanted: int, *, meanwhile: Sequence[Callable[[], object]] = ()) -> bool:
        """Until the stub has accepted `wanted` different ones or nothing more will come; False if the time is up."""
        looks_at = time.monotonic() + LOOK_AT_ROWS

        def is_over() -> bool:
            nonlocal looks_at
            if self.out() >= wanted:
                return True
            if self.options["fault"] == "none" or time.monotonic() < looks_at:
                return False
            looks_at = time.monotonic() + LOOK_AT_ROWS
            return self.is_quiet()

        return self.watch_for(is_over, seconds=self._ends_at - time.monotonic(), meanwhile=meanwhile)

    def watch_for(
        self, is_over: Callable[[], bool], *, seconds: float, meanwhile: Sequence[Callable[[], object]] = (),
        tells: Callable[[], int] | None = None,
    ) -> bool:  # fmt: skip
        """Look again and again, calling what is to be done meanwhile; False if the time is up."""
        ends_at, tells_at = time.monotonic() + seconds, time.monotonic() + TELL
        while time.monotonic() < ends_at:
            for act in meanwhile:
                act()
            if is_over():
                return True
            if time.monotonic() > tells_at:
                tells_at += TELL
                say(f"{(tells or self.out)()} are {'told' if tells else 'out'}")
            time.sleep(LOOK)
        return False

    def settle(self) -> bool:
        """Until every answer is stored, or looked for where it was lost; False if that is not so in time."""
        give_up = time.monotonic() + SETTLE_SECONDS
        if self.options["fault"] != "none":
            give_up = max(give_up, self._ends_at)
        while not (is_quiet := self.is_quiet()) and time.monotonic() < give_up:
            self.fleet.revive()
            time.sleep(LOOK)
        return is_quiet

    def is_quiet(self) -> bool:
        """Nothing that fell due is under way any more."""
        from apps.core import tenancy
        from apps.publishing.models import FollowUp, Publication

        soon = datetime.now(UTC) + FAR / 2
        with tenancy.across_tenants("a benchmark looks whether all is over"):
            tables = (Publication.across_tenants, FollowUp.across_tenants)
            return not any(rows.exclude(state__in=OVER).filter(due_at__lt=soon).exists() for rows in tables)

    def run(self, planted: Sequence[Planted], *, ahead: float) -> Passage:
        """All of it falls due at one instant: bring it out, with whatever disturbs it, and tell what has come of it."""
        due_at = self.begin(planted, ahead=ahead).timestamp()
        disturbances = self.faults.while_publishing(self.out)
        is_all_out = self.watch(len(planted), meanwhile=disturbances)
        self.faults.end(disturbances)
        is_settled = self.settle()
        accepted = self.stub.accepted()
        return Passage(
            waits={name: at - due_at for name, at in figures.first_times(accepted).items()},
            latency=self.options["latency_ms"] / 1000,
            told={
                "is_all_out": is_all_out,
                "is_settled": is_settled,
                **self.outcome(planted, accepted),
                **self.meter.figures(len(planted)),
            },
        )

    # after

    def outcome(self, planted: Sequence[Planted], accepted: Sequence[Accepted]) -> dict[str, Any]:
        """What became of them, by the stub's count, and what the rows say of those that it has not."""
        compared = self.stub.compared([one.name for one in planted])
        rows = self._rows()
        gone = set(map(tuple, compared["missing"]))
        states = Counter(rows[one.publication_id][0] for one in planted)
        missing = Counter(rows[one.publication_id][0] for one in planted if one.name in gone)
        found = {
            "accepted": len(accepted),
            "duplicates": len(accepted) - len({(one.account, one.text) for one in accepted}),
            "missing": len(gone),
            "missing_by_state": dict(missing),
            "lost": sum(times for state, times in missing.items() if state in GIVEN_UP),
            "denied": sum(rows[one.publication_id][0] in DENIED for one in planted if one.name not in gone),
            "unexpected": len(compared["unexpected"]),
            "needs_attention": states["needs_attention"],
            "stuck": sum(times for state, times in states.items() if state not in OVER),
            "states": dict(states),
            "words": dict(Counter(": ".join(row) for row in rows.values() if row[0] not in WENT_OUT)),
            "struck": self.stub.hits(),
            "kills": self.kills(),
            "falls": sum(process.falls for process in self.fleet.processes),
            **self.faults.told(),
            "log": self.fleet.troubles(),
        }
        return {"is_sound": sound(found), **found}

    def reconnect(self) -> None:
        """The database was away."""
        from django.db import connections

        connections.close_all()
        if self._owner is not None:
            self._owner.close()
            self._owner = self.meter.statements.owner = _owner_connection()

    def write_profile(self, count: int) -> None:
        if self.options["profile"]:
            profiles.write(self.folder, Path(self.options["profile"]), count=count)
            say(f"the profile is in {self.options['profile']}")

    def kills(self) -> int:
        return sum(process.kills for process in self.fleet.processes)

    def out(self) -> int:
        """How many different ones the stub has accepted."""
        return int(self.stub.counts()["distinct"])

    def unready(self) -> int:
        from apps.core import tenancy
        from apps.publishing.models import Publication

        soon = datetime.now(UTC) + SOON
        with tenancy.across_tenants("a benchmark looks whether all is prepared"):
            return Publication.across_tenants.filter(state__in=UNREADY, due_at__lt=soon).count()

    def _rows(self) -> dict[Any, tuple[str, str]]:
        """The state of each, comments among them, and the words that a person reads there."""
        from apps.core import tenancy
        from apps.publishing.models import FollowUp, Publication

        with tenancy.across_tenants("a benchmark looks what has become of its publications"):
            tables = (Publication.across_tenants, FollowUp.across_tenants)
            found = [row for rows in tables for row in rows.values_list("pk", "state", "problem_words")]
            return {pk: (state, words) for pk, state, words in found}


def sound(found: dict[str, Any]) -> bool:
    """Nothing twice, nothing lost, nothing on its way for ever; what is not out is asked of a person, in words."""
    wordless = "needs_attention: " in found["words"]
    wrong = sum(found[name] for name in ("duplicates", "lost", "denied", "unexpected", "stuck"))
    return not wrong and not wordless and set(found["missing_by_state"]) <= {"needs_attention"}


def say(words: str) -> None:
    """Progress, for whoever waits."""
    sys.stderr.write(f"  {time.strftime('%H:%M:%S')} {words}\n")
    sys.stderr.flush()


def _owner_connection() -> Any:
    import psycopg

    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


if __name__ == "__main__":
    import django

    django.setup()
    given = json.loads(sys.argv[1])
    found = import_module(f"tests.benchmarks.{given['what']}").measure(Course(given))
    sys.stdout.write(json.dumps(found) + "\n")
