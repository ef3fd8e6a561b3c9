"""The legs of a test run: which tests, on which database, and what is missing here to run them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import postgres, programs

ROOT = Path(__file__).resolve().parents[2]
NOTHING_COLLECTED = 5  # pytest's exit code
# What a person has set up for other purposes must not be what tests write to.
FOREIGN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SANDBOX_URL", "POSTROOM_DATABASE_OWNER", "POSTROOM_VAR")


@dataclass(frozen=True, slots=True)
class Leg:
    """One run of pytest: the tests that `marks` selects, on one database, shared out to `processes`; only those below
    `only`, where it names folders, and none below `ignored`."""

    name: str
    marks: str
    database: str = "sqlite"
    processes: str = "auto"
    only: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        where = "PostgreSQL and Redis, row-level security on" if self.database == "postgres" else "SQLite and Valkey"
        return f"{self.name} tests on {where}"

    def missing(self) -> str:
        """What this machine lacks for it, as the end of a sentence; empty if nothing."""
        if self.database == "postgres" and not programs.postgres():
            return "PostgreSQL's server programs were not found"
        if self.database == "postgres" and not programs.redis():
            return "neither redis-server nor valkey-server was found"
        if self.name == "browser" and not programs.chromium():
            return "Chromium was not found"
        return ""


EVERYDAY = "not browser and not faults and not real"
# Both sides of each platform's wire. They know no database, and whoever works on a room has no need to run them.
WIRES = ("tests/platforms", "tests/sandbox")

LEGS = (
    Leg("everyday", EVERYDAY, ignored=WIRES),
    Leg("platforms", EVERYDAY, only=WIRES),
    Leg("browser", "browser", processes="0"),
    # What knows no database of ours (processes, rendering) is tested once.
    Leg(
        "everyday",
        EVERYDAY,
        database="postgres",
        ignored=(
            *WIRES,
            "tests/core/test_outbound.py",
            "tests/core/test_run_command.py",
            "tests/core/test_supervisor.py",
            "tests/dashboard/test_templates.py",
        ),
    ),
    Leg("faults", "faults", database="postgres", processes="0"),
)
REAL = Leg("real", "real", processes="0")


@dataclass(slots=True)
class Outcome:
    """What came of a leg; `collected` is False when no test was selected."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    broke: bool = False
    collected: bool = True

    @property
    def is_good(self) -> bool:
        return not self.failed and not self.broke


def run(leg: Leg, arguments: list[str]) -> Outcome:
    """Run pytest for one leg with servers of its own, its words going to the terminal."""
    with _surroundings(leg) as env, tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable, "-m", "pytest", "-m", leg.marks, "-n", leg.processes, f"--junitxml={report}",
            # Whoever names tests wants those, on this database too.
            *(arguments or [*leg.only, *(f"--ignore={folder}" for folder in leg.ignored)]),
        ]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, env=env, check=False)
        outcome = _read(report)
    outcome.collected = done.returncode != NOTHING_COLLECTED
    outcome.broke = done.returncode not in (0, 1, NOTHING_COLLECTED) or (done.returncode == 1 and not outcome.failed)
    return outcome


@contextmanager
def _surroundings(leg: Leg) -> Iterator[dict[str, str]]:
    env = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in FOREIGN}
    env["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    # Some dozen processes start in a run; what the first has compiled serves the others.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    folder = programs.postgres()
    if leg.database != "postgres" or folder is None:
        yield env
        return
    with postgres.cluster(folder) as url:
        yield {**env, "DATABASE_URL": url, "POSTROOM_TEST_QUEUE": programs.redis() or ""}


def _read(report: Path) -> Outcome:
    """The counts of pytest's report; a run that broke down before writing one counts nothing."""
    outcome = Outcome()
    if not report.exists():
        return outcome
    for suite in ET.parse(report).getroot().iter("testsuite"):
        count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
        outcome.failed += count["failures"] + count["errors"]
        outcome.skipped += count["skipped"]
        outcome.passed += max(0, count["tests"] - count["failures"] - count["errors"] - count["skipped"])
    return outcome
