"""Workers and beat, started by the commands of production; what they have used; and their violent deaths."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from django.conf import settings

from apps.core.running.programs import Plan
from apps.core.running.supervisor import ending_with_us
from tests.benchmarks.harness import usage
from tests.benchmarks.harness.stub import ROOT

START_SECONDS: Final = 90.0
STOP_SECONDS: Final = 5.0
LAST_WORDS: Final = 3000
NOT_NEEDED: Final = frozenset({"web", "media", "sandbox", "queue"})
TROUBLES: Final = ("database is locked", "Traceback", "CRITICAL")


@dataclass
class Process:
    """One process, started anew when it was killed; the figures are those of all its lives."""

    name: str
    command: list[str]
    log: Path
    spent: float = 0.0
    peak_mib: float = 0.0
    kills: int = 0
    falls: int = 0
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as said:
            self.running = subprocess.Popen(
                ending_with_us(self.command), cwd=ROOT, stdout=said, stderr=said, start_new_session=True
            )

    @property
    def cpu_seconds(self) -> float:
        return self.spent + (usage.cpu_seconds(self.running.pid) if self.running else 0.0)

    def look(self) -> None:
        if self.running:
            self.peak_mib = max(self.peak_mib, usage.peak_mib(self.running.pid))

    def kill(self) -> None:
        """SIGKILL for it and its children, in the middle of whatever they do."""
        if self.running is None:
            return
        self.look()
        self.spent = self.cpu_seconds
        os.killpg(self.running.pid, signal.SIGKILL)
        self._bury()

    def signal(self, number: signal.Signals) -> None:
        if self.running is not None and self.running.poll() is None:
            os.killpg(self.running.pid, number)

    def revive(self) -> None:
        """Start it anew if it has ended, killed at a mark or by a mistake of its own, as whoever runs it would."""
        if self.running is not None and self.running.poll() is not None:
            self._bury()
            self.start()

    def _bury(self) -> None:
        assert self.running is not None
        is_killed = self.running.wait() == -signal.SIGKILL
        if not is_killed:
            sys.stderr.write(f"  {self.name} fell: {self.log.read_text(errors='replace')[-LAST_WORDS:]}\n")
        self.running = None
        self.kills += is_killed
        self.falls += not is_killed


@dataclass
class Fleet:
    """All that publishing takes: `workers` worker processes, and one of whatever else a deployment runs beside them.

    Use it as a context manager: it waits until they are awake, and leaves none of them behind."""

    workers: int
    folder: Path
    of: str = "worker"  # the role of which there are so many
    processes: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        unused = {"web_processes": 1, "web_threads": 1, "media_workers": 1}
        plan = Plan(var=self.folder, host="127.0.0.1", port=0, worker_threads=settings.WORKER_THREADS, **unused)
        for program in plan.programs():
            if program.name in NOT_NEEDED:
                continue
            for number in range(1, (self.workers if program.name == self.of else 1) + 1):
                name = f"{program.name}{number}"
                # As on machines of their own, each worker has a name of its own.
                named = ["--hostname", f"{name}@bench"] if "worker" in program.command else []
                process = Process(program.name, [*program.command, *named], self.folder / f"{name}.log")
                self.processes.append(process)

    def __enter__(self) -> Self:
        try:
            for process in self.processes:
                process.start()
            self.wait_until_up()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def wait_until_up(self) -> None:
        """Until every worker answers."""
        from config.celery import app

        give_up = time.monotonic() + START_SECONDS
        expected = sum("worker" in process.command for process in self.processes)
        while len(app.control.ping(timeout=0.5)) < expected:
            if time.monotonic() > give_up:
                raise RuntimeError(f"The workers did not start: {self.words()}")

    def revive(self) -> None:
        for process in self.processes:
            process.revive()

    def named(self, name: str) -> list[Process]:
        return [process for process in self.processes if process.name == name]

    def cpu_seconds(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for process in self.processes:
            found[process.name] = found.get(process.name, 0.0) + process.cpu_seconds
        return found

    def peaks_mib(self) -> list[float]:
        for process in self.named(self.of):
            process.look()
        return [process.peak_mib for process in self.named(self.of)]

    def peak_mib_of(self, name: str) -> float:
        """The most that one process of this name has held, in any of its lives."""
        for process in self.named(name):
            process.look()
        return max((process.peak_mib for process in self.named(name)), default=0.0)

    def words(self) -> str:
        return "\n".join(process.log.read_text(errors="replace")[-2000:] for process in self.processes)

    def troubles(self) -> dict[str, int]:
        """How often the logs speak of what nobody wants to read."""
        said = "\n".join(process.log.read_text(errors="replace") for process in self.processes)
        return {words: said.count(words) for words in TROUBLES if words in said}

    def _stop(self) -> None:
        self._signal_all(signal.SIGTERM)
        give_up = time.monotonic() + STOP_SECONDS
        for process in self.processes:
            if process.running:
                # One in the middle of a round stays for it; but all that is measured has been.
                with suppress(subprocess.TimeoutExpired):
                    process.running.wait(max(0.1, give_up - time.monotonic()))
        self._signal_all(signal.SIGKILL)

    def _signal_all(self, number: signal.Signals) -> None:
        for process in self.processes:
            if process.running and process.running.poll() is None:
                os.killpg(process.running.pid, number)
        if number is signal.SIGKILL:
            for process in self.processes:
                if process.running:
                    process.running.wait()
