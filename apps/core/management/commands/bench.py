"""`manage.py bench`: speed and memory, measured and told as JSON; no test judges them, for machines differ."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

MEBIBYTE = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Measures, and prints figures as JSON. videos: a large video to every platform that is sent one. media: files "
        "converted for platforms, and how much longer that takes than the bare program."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["videos", "media"])
        parser.add_argument("--size-mib", type=int, default=1024, help="videos: of the video (1024)")
        parser.add_argument("--platform", action="append", default=[], help="videos: only this one; may be given again")
        parser.add_argument("--rounds", type=int, default=3, help="media: how often each is made (3)")

    def handle(self, *, what: str, size_mib: int, platform: list[str], rounds: int, **_: Any) -> None:
        options: dict[str, dict[str, Any]] = {
            "videos": {"size": size_mib * MEBIBYTE, "platforms": tuple(platform)},
            "media": {"rounds": rounds},
        }
        measurement = import_module(f"tests.benchmarks.{what}")
        self.stdout.write(json.dumps({what: measurement.run(**options[what])}, indent=2))
