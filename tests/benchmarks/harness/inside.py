"""What goes wrong inside a worker of a measurement: it has marked points, its clock can step back, a guard is out.

Set up by the settings of what is measured, in workers that publish and where a fault was asked for; the engine is the
one of production otherwise.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.harness import marks

STEPPED: Final = "clock-stepped"  # a file whose presence sets back the clock of the worker that it names
STEP: Final = timedelta(hours=1)
GLANCE: Final = 0.05  # seconds between two looks for it


def begin() -> None:
    """Prepare this process, if it is a worker that publishes, for what it is to meet."""
    folder, name = os.environ.get("BENCH_NOTES"), sys.argv[-1].partition("@")[0]
    if not folder or os.environ.get("BENCH_FAULT", "none") == "none" or not name.startswith("worker"):
        return
    from celery.signals import worker_init

    def set_up(**_: Any) -> None:
        from apps.core import clock

        if guard := os.environ.get("POSTROOM_BREAK"):
            from tests.faults import broken

            broken.BREAKS[guard]()
        marks.place(marks.Board(Path(folder)), os.environ["BENCH_PLATFORM"])
        clock.use(SteppedClock(Path(folder) / STEPPED, name).now)

    worker_init.connect(set_up, weak=False)


class SteppedClock:
    """The system's, or an hour before it while a file says so."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._looks_at, self._is_stepped = 0.0, False

    def now(self) -> datetime:
        if time.monotonic() >= self._looks_at:
            self._looks_at = time.monotonic() + GLANCE
            self._is_stepped = self._path.exists() and self._path.read_text() == self._name
        return datetime.now(UTC) - (STEP if self._is_stepped else timedelta(0))
