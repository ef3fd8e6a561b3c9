"""`manage.py bench`: speed and memory, measured and told as JSON; no test judges them, for machines differ."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

MEBIBYTE = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Measures, and prints figures as JSON. videos: a large video to every platform that is sent one; uploads: a "
        "large file on its way in, through the web process and past it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["uploads", "videos"])
        parser.add_argument("--size-mib", type=int, default=1024, help="of the file (1024)")
        parser.add_argument("--platform", action="append", default=[], help="only this one; may be given again")

    def handle(self, *, what: str, size_mib: int, platform: list[str], **_: Any) -> None:
        measurement = import_module(f"tests.benchmarks.{what}")
        figures = {what: measurement.run(size=size_mib * MEBIBYTE, platforms=tuple(platform))}
        self.stdout.write(json.dumps(figures, indent=2))
