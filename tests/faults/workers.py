"""Real Celery workers and a real beat, in processes that a test kills without a word."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).resolve().parents[2]
# A control by hand: workers that lack one of their guards (tests/faults/broken.py).
APP = "tests.faults.broken" if os.environ.get("POSTROOM_BREAK") else "config"
CELERY = [sys.executable, "-W", "ignore::Warning:celery.platforms", "-m", "celery", "--app", APP, "--quiet"]
WORKER = [
    *("worker", "--pool", "threads", "--concurrency", "6", "--loglevel", "WARNING", "--queues", "commit,stage,low"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
]


class Workers:
    """`count` workers and one beat. `kill_one` ends one by SIGKILL and starts another in its place."""

    def __init__(self, *, count: int, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._count = count
        self._folder = tempfile.TemporaryDirectory(prefix="postroom-workers-")
        self._said: IO[bytes] = open(Path(self._folder.name) / "said.log", "wb")  # noqa: SIM115 - __exit__ closes it
        self._workers: list[subprocess.Popen[bytes]] = []
        self._beat: subprocess.Popen[bytes] | None = None
        self._thaws: list[threading.Timer] = []
        self.kills = self.freezes = 0

    @property
    def said(self) -> str:
        """Everything the processes have logged."""
        self._said.flush()
        return Path(self._said.name).read_text(errors="replace")

    def kill_one(self) -> None:
        place = random.randrange(len(self._workers))
        self._end(self._workers[place], signal.SIGKILL)
        self.kills += 1
        self._workers[place] = self._start(*WORKER, "--hostname", f"w{self.kills}-{place}@%h")

    def freeze_one(self, *, seconds: float) -> None:
        """Stop one in its tracks, and let it go on, knowing nothing of that, some time later."""
        process = random.choice(self._workers)
        os.kill(process.pid, signal.SIGSTOP)
        self.freezes += 1
        self._thaws.append(threading.Timer(seconds, _thaw, [process]))
        self._thaws[-1].start()

    def __enter__(self) -> Self:
        schedule = str(Path(self._folder.name) / "beat")
        self._beat = self._start(
            "beat", "--scheduler", "celery.beat.PersistentScheduler", "--schedule", schedule, "--pidfile="
        )
        self._workers = [self._start(*WORKER, "--hostname", f"w{i}@%h") for i in range(self._count)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for thaw in self._thaws:
            thaw.cancel()
        for process in filter(None, [self._beat, *self._workers]):
            self._end(process, signal.SIGKILL)
        self._said.close()
        if error is not None:
            sys.stderr.write(Path(self._said.name).read_text(errors="replace")[-6000:])
        self._folder.cleanup()

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*CELERY, *arguments], cwd=ROOT, env=self._environment, stdout=self._said, stderr=self._said,
            start_new_session=True,
        )  # fmt: skip

    @staticmethod
    def _end(process: subprocess.Popen[bytes], how: int) -> None:
        if process.poll() is None:
            os.kill(process.pid, how)
        process.wait(10)


def _thaw(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.kill(process.pid, signal.SIGCONT)


def wait_until(is_so: Callable[[], bool], *, seconds: float, pause: float = 0.3) -> float:
    """Poll until `is_so()` holds; the seconds that took, or an AssertionError when the time is over."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if is_so():
            return time.monotonic() - began
        time.sleep(pause)
    raise AssertionError(f"Not within {seconds} s")
