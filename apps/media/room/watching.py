"""Watching a process from outside: what it writes, what it fills, how long it takes."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from apps.media.room.endings import Killed, Stopped, TooHungry, TooSlow
from apps.media.room.process import Limits

TICK_MILLISECONDS: Final = 20
PIECE: Final = 64 * 1024
LAST_WORDS: Final = 2000


class Watch:
    """Over one process. `peak` is the most memory it was seen to fill, `said` the end of what it wrote to standard
    error."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits, should_stop: Callable[[], bool]) -> None:
        self.peak, self.said = 0, b""
        self._process, self._memory, self._should_stop = process, limits.memory, should_stop
        self._deadline = time.monotonic() + limits.seconds

    def pieces(self) -> Iterator[bytes]:
        """What it writes to its output until it closes it; raises Stopped, TooSlow and TooHungry."""
        output, errors = self._process.stdout.fileno(), self._process.stderr.fileno()  # type: ignore[union-attr]
        poll, pipes = select.poll(), {output, errors}
        for pipe in pipes:
            poll.register(pipe, select.POLLIN)
        while pipes:
            for pipe, _ in poll.poll(TICK_MILLISECONDS):
                piece = os.read(pipe, PIECE)
                if not piece:
                    poll.unregister(pipe)
                    pipes.remove(pipe)
                elif pipe == output:
                    yield piece
                else:
                    self.said = (self.said + piece)[-LAST_WORDS:]
            self._look()

    def code(self) -> int:
        """How it ended; its output is closed, so that it is about to. If it only pretends, its time is over soon."""
        try:
            code = self._process.wait(timeout=max(self._deadline - time.monotonic(), 1))
        except subprocess.TimeoutExpired:
            raise TooSlow from None
        if code == -signal.SIGXCPU:
            raise TooSlow
        if code == -signal.SIGKILL:
            raise Killed
        return code

    def _look(self) -> None:
        self.peak = max(self.peak, _filled(self._process.pid))
        if self.peak > self._memory:
            raise TooHungry
        if time.monotonic() > self._deadline:
            raise TooSlow
        if self._should_stop():
            raise Stopped


def _filled(pid: int) -> int:
    """The most memory that the process has filled so far; 0 where the system does not tell. The kernel's limit counts
    only what is filled by the process itself; the pages of its libraries come on top."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
