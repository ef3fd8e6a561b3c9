"""`manage.py bench`: speed and memory, measured and told as JSON; no test judges them, for machines differ."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

MEBIBYTE = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Measures, and prints figures as JSON. videos: a large video to every platform that is sent one. inbound: how "
        "soon platforms are answered that tell us something."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["videos", "inbound"])
        parser.add_argument("--size-mib", type=int, default=1024, help="of the video (1024)")
        parser.add_argument("--platform", action="append", default=[], help="only this one; may be given again")
        parser.add_argument("--rate", type=int, default=200, help="deliveries a second (200)")
        parser.add_argument("--seconds", type=int, default=20, help="how long they come (20)")
        parser.add_argument("--batch", type=int, default=1, help="notices in each (1)")

    def handle(self, *, what: str, **options: Any) -> None:
        measurement = import_module(f"tests.benchmarks.{what}")
        figures = {what: measurement.run(**_asked(what, options))}
        self.stdout.write(json.dumps(figures, indent=2))


def _asked(what: str, options: dict[str, Any]) -> dict[str, Any]:
    if what == "videos":
        return {"size": options["size_mib"] * MEBIBYTE, "platforms": tuple(options["platform"])}
    return {name: options[name] for name in ("rate", "seconds", "batch")}
