"""What a stretch of a measurement has used: processor seconds by group, memory, statements."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

from tests.benchmarks.harness import usage
from tests.benchmarks.harness.fleet import Fleet
from tests.benchmarks.harness.statements import Statements


class Meter:
    """From `begin` until `figures`. `pids` are the servers, by name."""

    def __init__(self, fleet: Fleet, pids: Mapping[str, int], statements: Statements) -> None:
        self._fleet, self._pids, self.statements = fleet, pids, statements
        self._before: dict[str, float] = {}
        self._busy = self._began = 0.0

    def begin(self) -> None:
        self.statements.begin()
        self._before, self._busy, self._began = self._spent(), usage.machine_busy_seconds(), time.monotonic()

    def figures(self, count: int) -> dict[str, Any]:
        """`busy_elsewhere`: so many processors were taken by what is none of ours; it is to be near 0."""
        # A server that was started anew has forgotten what it used.
        spent = {name: max(value - self._before[name], 0.0) for name, value in self._spent().items()}
        spent["together"] = sum(spent.values())
        seconds = max(time.monotonic() - self._began, 0.001)
        elsewhere = usage.machine_busy_seconds() - self._busy - spent["together"]
        return {
            "cpu_seconds": {name: round(value, 2) for name, value in spent.items()},
            "cpu_ms_per_publication": {name: round(1000 * value / max(count, 1), 2) for name, value in spent.items()},
            "busy_elsewhere": round(max(elsewhere, 0.0) / seconds, 2),
            "peak_rss_mb": self._fleet.peaks_mib(),
            **self.statements.figures(count),
        }

    def _spent(self) -> dict[str, float]:
        servers = {name: usage.cpu_seconds(pid) for name, pid in self._pids.items()}
        return {**self._fleet.cpu_seconds(), **servers, "watching": sum(os.times()[:2])}
