"""The demo of a trial: made once for a database, and who may sign in to it, remembered for the next start."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.management import get_commands
from django.db import connection

from apps.core.running.database import MANAGE


@dataclass(frozen=True, slots=True)
class Demo:
    """`note` keeps the words of `manage.py demo`, which makes the demo where there is nothing yet."""

    note: Path

    @classmethod
    def of_this_database(cls, var: Path, *, may_be_new: bool) -> Demo:
        """A database that was just migrated may know nothing of a demo, whatever the note says."""
        facts = connection.settings_dict
        place = "{HOST}:{PORT}/{NAME}".format(**facts)
        demo = cls(var / f"demo-{zlib.crc32(place.encode()):08x}.txt")
        if may_be_new:
            demo.note.unlink(missing_ok=True)
        return demo

    def sign_ins(self, env: Mapping[str, str]) -> str:
        """Who may sign in, as text for the terminal; makes the demo the first time."""
        if self.note.exists():
            return self.note.read_text(encoding="utf-8")
        if "demo" not in get_commands():
            return ""
        done = subprocess.run(
            [sys.executable, str(MANAGE), "demo"],
            capture_output=True, text=True, check=False, env=env, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            reasons = done.stderr.strip().splitlines() or ["it did not say why"]
            return f"The demo could not be made: {reasons[-1].removeprefix('CommandError: ')}"
        if words := done.stdout.strip():
            self.note.write_text(words, encoding="utf-8")
        return words
