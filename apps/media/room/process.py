"""The process of the room: what it is started with, and that it ends with all that it has started itself."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

MB: Final = 1024 * 1024
START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from apps.media.decoding.child import main; main()"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of memory, seconds of the clock, bytes of the largest file that may be written; and how many processors may
    be busy all that time."""

    memory: int = 256 * MB
    seconds: int = 20
    file: int = 512 * MB
    processors: int = 1

    def for_the_kernel(self) -> dict[str, int]:
        """As the process imposes them on itself; its seconds are those of processors."""
        return {"memory": self.memory, "seconds": self.seconds * self.processors, "file": self.file}


@contextlib.contextmanager
def started(order: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has its order, in a session of its own: whatever it should start ends with it."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", START, str(settings.BASE_DIR)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={}, cwd="/", close_fds=True, start_new_session=True,
    )  # fmt: skip
    try:
        # One that dies before it has read its order leaves the pipe full; how it died is seen soon enough.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(order).encode())  # type: ignore[union-attr]
            process.stdin.close()  # type: ignore[union-attr]
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]
