"""`manage.py bench`: speed and memory, measured and told as JSON; no test judges them, for machines differ."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

MEBIBYTE = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Measures, and prints figures as JSON. videos: a large video to every platform that is sent one. "
        "refresh: a day of refreshes and health reads, against each platform's limits."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["videos", "refresh"])
        parser.add_argument("--size-mib", type=int, default=1024, help="of the video (1024)")
        parser.add_argument("--platform", action="append", default=[], help="only this one; may be given again")

        parser.add_argument("--accounts", type=int, default=10_000, help="so many are kept alive (10,000)")
        parser.add_argument("--hours", type=int, default=4, help="of refreshes in the simulated day (4)")

    def handle(self, *, what: str, **options: Any) -> None:
        measurement = import_module(f"tests.benchmarks.{what}")
        if what == "videos":
            chosen = {"size": options["size_mib"] * MEBIBYTE, "platforms": tuple(options["platform"])}
        else:
            chosen = {"accounts": options["accounts"], "hours": options["hours"]}
        self.stdout.write(json.dumps({what: measurement.run(**chosen)}, indent=2))
