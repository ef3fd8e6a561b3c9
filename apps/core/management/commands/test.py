"""`manage.py test`: pytest does the work, once for each leg that this machine can run."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Runs the tests: everyday, platforms and browser on the embedded database, everyday and faults on PostgreSQL."
    )

    def run_from_argv(self, argv: list[str]) -> None:
        """Take our two options and leave every other argument, in its order, to pytest."""
        parser = argparse.ArgumentParser(
            prog="manage.py test", description=self.help, epilog="The rest goes to pytest."
        )
        parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
        parser.add_argument(
            "--leg", action="append", choices=["everyday", "platforms", "browser", "faults", "real"], default=[]
        )
        options, arguments = parser.parse_known_args(argv[2:])
        self.execute(
            database=options.database, legs=options.leg, arguments=arguments, force_color=False, no_color=False,
            skip_checks=True,
        )  # fmt: skip

    def handle(self, *, database: str, legs: list[str], arguments: list[str], **_: Any) -> None:
        from tests.support.legs import LEGS, REAL, Leg, Outcome, run

        signal.signal(signal.SIGTERM, _stop)
        wanted = [leg for leg in (*LEGS, *([REAL] if "real" in legs else [])) if not legs or leg.name in legs]
        outcomes: list[tuple[Leg, Outcome]] = []
        left_out: list[str] = []
        for leg in wanted:
            if database not in ("both", leg.database):
                continue
            if arguments and leg.only and not legs:
                continue  # Whoever names tests gets them once, in the everyday leg.
            if missing := leg.missing():
                left_out.append(f"Not run here: the {leg.title}, because {missing}.")
                continue
            self.stdout.write(f"\n--- {leg.title} ---", ending="\n")
            self.stdout.flush()
            outcomes.append((leg, run(leg, arguments)))
        self._conclude(outcomes, left_out, is_narrowed=bool(arguments))

    def _conclude(self, outcomes: list[Any], left_out: list[str], *, is_narrowed: bool) -> NoReturn:
        """Say what could not run and the sum of all legs, and leave with what that means."""
        is_good = all(outcome.is_good for _, outcome in outcomes)
        self.stdout.write("")
        for leg, outcome in outcomes:
            if outcome.broke:
                self.stdout.write(f"The {leg.title} broke off: the lines above say why.")
        if not any(outcome.collected for _, outcome in outcomes):
            self.stdout.write("No test was found.")
            is_good = False
        for sentence in left_out:
            self.stdout.write(sentence)
        if left_out and os.environ.get("POSTROOM_REQUIRE_ALL_LEGS") and not is_narrowed:
            self.stdout.write("That fails this run, because POSTROOM_REQUIRE_ALL_LEGS is set.")
            is_good = False
        passed = sum(outcome.passed for _, outcome in outcomes)
        failed = sum(outcome.failed for _, outcome in outcomes)
        self.stdout.write(f"{passed} passed, {failed} failed")
        sys.exit(0 if is_good else 1)


def _stop(_number: int, _frame: object) -> NoReturn:
    """Unwind, so that servers which this run has started are stopped on the way out."""
    raise SystemExit(143)
