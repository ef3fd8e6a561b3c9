"""The processes of Postroom on one machine."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from apps.core.running.ports import LOOPBACK
from apps.core.running.queue import Queue
from apps.core.running.supervisor import Program

ERRANDS: Final = 2
TELLING_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. Without `queue` an existing one is used; without `sandbox_port` no platform is simulated."""

    var: Path
    host: str
    port: int
    web_processes: int
    web_threads: int
    worker_threads: int
    media_workers: int
    queue: Queue | None = None
    sandbox_port: int | None = None

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the pages."""
        host = LOOPBACK if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{LOOPBACK}:{self.sandbox_port}" if self.sandbox_port else ""

    def environment(self) -> dict[str, str]:
        """The environment of every process: ours, and where they find each other."""
        found = {**os.environ, "PYTHONUNBUFFERED": "1"}
        found.setdefault("PUBLIC_URL", self.address)
        if self.queue:
            found["REDIS_URL"] = self.queue.url
        if self.sandbox_url:
            found["SANDBOX_URL"] = self.sandbox_url
        return found

    def programs(self) -> list[Program]:
        found = [
            Program("web", self._web()),
            Program("worker", self._worker(), can_wait=True),
            Program("chores", self._chores(), can_wait=True),
            Program("hooks", self._hooks(), can_wait=True),
            Program("media", self._media(), can_wait=True),
            Program("beat", self._beat(), can_wait=True),
        ]
        if self.sandbox_port:
            found.append(Program("sandbox", self._sandbox(self.sandbox_port), is_foundation=True))
        if self.queue:
            found.append(Program("queue", self.queue.command, is_foundation=True))
        return found

    def command(self, role: str) -> list[str]:
        """How to run one of them alone, as a container does."""
        return next(program.command for program in self.programs() if program.name == role)

    def _web(self) -> list[str]:
        return _module(
            "gunicorn", "config.wsgi:application", "--bind", f"{self.host}:{self.port}", "--log-level", "warning",
            "--worker-class", "gthread", "--workers", str(self.web_processes), "--threads", str(self.web_threads),
            "--no-control-socket",
        )  # fmt: skip

    def _worker(self) -> list[str]:
        # Messages nudge and tidy; the hands that do the work are threads of the worker's own rounds.
        return self._threads("worker", lanes="commit,stage", threads=ERRANDS)

    def _chores(self) -> list[str]:
        return self._threads("chores", lanes="low", threads=self.worker_threads)

    def _hooks(self) -> list[str]:
        # One that begins deliveries, one that waits for the slow of the round before, and two for what only nudges.
        return self._threads("hooks", lanes="hooks", threads=TELLING_ROUNDS)

    def _threads(self, name: str, *, lanes: str, threads: int) -> list[str]:
        # The threads pool waits for platforms cheaply; talk among workers serves nobody on one machine.
        return _module(
            "celery", "--app", "config", "--quiet", "worker", "--pool", "threads", "--loglevel", "WARNING",
            "--concurrency", str(threads), "--queues", lanes, "--hostname", f"{name}@%h",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        )  # fmt: skip

    def _media(self) -> list[str]:
        # Processes, not threads: each watches programs of its own, and one that dies takes no other with it. One more
        # than convert files at a time, so that somebody is free to look at what arrives meanwhile.
        return _module(
            "celery", "--app", "config", "--quiet", "worker", "--pool", "prefork", "--loglevel", "WARNING",
            "--concurrency", str(self.media_workers + 1), "--queues", "media", "--hostname", "media@%h",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        )  # fmt: skip

    def _beat(self) -> list[str]:
        return _module("celery", "--app", "config", "--quiet", "beat", "--loglevel", "WARNING", "--pidfile=")

    def _sandbox(self, port: int) -> list[str]:
        return _module("apps.sandbox", "--port", str(port), "--state", str(self.var / "sandbox.sqlite3"))


def _module(name: str, *arguments: str) -> list[str]:
    # Celery warns whoever tries Postroom as root on a fresh machine or in a container, which they know.
    return [sys.executable, "-W", "ignore::Warning:celery.platforms", "-m", name, *arguments]
