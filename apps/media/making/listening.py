"""Running FFmpeg in the room where foreign files are opened, and hearing from it while it works.

The room (`apps.media.probing.room`) asks a question and gets an answer; a conversion takes minutes and says how far it
has come. The process is the same: it gives up its rights, becomes the program, and ends with whoever started it.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import IO, Any, Final

from django.conf import settings

from apps.media.probing.room import START, Limits

GLANCE: Final = 0.1  # seconds between two questions whether to stop
LONGEST_LINE: Final = 64 * 1024
LAST_WORDS: Final = 2000


class Stopped(Exception):
    """It was asked for, and is done."""


class Broke(Exception):
    """It ended for reasons that need not come again: killed from outside, no room on the disk."""


class TooMuch(Exception):
    """It wanted more time than it was given."""


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    said: str  # the end of what it wrote to standard error


def run(
    command: Sequence[str],
    limits: Limits,
    *,
    heard: Callable[[str], None] = lambda line: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Ended:
    """Run a program, named by its full path, to its end; `heard` gets each line of its output. `limits.seconds` are
    those of the clock. Raises Stopped, TooMuch and Broke."""
    with tempfile.TemporaryFile() as said, _started(said) as process:
        _order(process, command, limits)
        until = time.monotonic() + limits.seconds
        for line in _lines(process):
            if line:
                heard(line)
            if should_stop():
                raise Stopped
            if time.monotonic() > until:
                raise TooMuch
        return Ended(_code(process, until), _end_of(said))


def _order(process: subprocess.Popen[bytes], command: Sequence[str], limits: Limits) -> None:
    # The clock is watched here; on so many processors a program cannot use up more of them meanwhile.
    all_of_them = replace(limits, seconds=limits.seconds * ((os.cpu_count() or 1) + 1))
    order: dict[str, Any] = {"verb": "run", "arguments": list(command), "limits": asdict(all_of_them)}
    assert process.stdin is not None  # noqa: S101
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(order).encode())
        process.stdin.close()


@contextlib.contextmanager
def _started(said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", START, str(settings.BASE_DIR)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env={}, cwd="/", start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        # Its own children belong to its group and end with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


def _lines(process: subprocess.Popen[bytes]) -> Iterator[str]:
    """The lines of its output until it closes it, and an empty one whenever there was none for a moment."""
    assert process.stdout is not None  # noqa: S101
    pipe, kept = process.stdout.fileno(), b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if not selector.select(GLANCE):
                yield ""
                continue
            piece = os.read(pipe, LONGEST_LINE)
            if not piece:
                break
            *lines, kept = (kept + piece).split(b"\n")
            kept = kept[-LONGEST_LINE:]
            yield from (line.decode(errors="replace") for line in lines or [b""])
    if kept:
        yield kept.decode(errors="replace")


def _code(process: subprocess.Popen[bytes], until: float) -> int:
    """How it ended; its output is closed, so that it is about to."""
    try:
        code = process.wait(timeout=max(until - time.monotonic(), 1.0))
    except subprocess.TimeoutExpired:
        raise TooMuch from None
    if code == -signal.SIGXCPU:
        raise TooMuch
    if code == -signal.SIGKILL:
        raise Broke("It was killed from outside")
    return code


def _end_of(said: IO[bytes]) -> str:
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - LAST_WORDS))
    return said.read().decode(errors="replace").strip()
