"""A child process that may be hostile inside: limits from the kernel, no environment, a group that is killed as one."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from apps.core.running.supervisor import ending_with_us

logger = logging.getLogger(__name__)

MIB: Final = 1024 * 1024
GLANCE: Final = 0.1  # seconds between two questions whether to stop
LONGEST_LINE: Final = 64 * 1024
LAST_WORDS: Final = 2000
HANDED_OVER: Final = ("PATH", "LD_LIBRARY_PATH")


class Stopped(Exception):
    """It was asked for, and is done."""


class Broke(Exception):
    """The child ended for reasons that need not come again: killed from outside, no room on the disk."""


class TooMuch(Exception):
    """It wanted more time than it was given."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a child may use up: seconds of the clock and of processors, bytes of memory (as addresses) and of a file."""

    seconds: float
    processor_seconds: int
    memory: int
    file_size: int


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    said: str  # the end of what it wrote to standard error


def run(
    command: Sequence[str],
    allowance: Allowance,
    *,
    given: bytes = b"",
    heard: Callable[[str], None] = lambda line: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Ended:
    """Run a program to its end; `heard` gets each line of its output. Raises Stopped, TooMuch and Broke."""
    with tempfile.TemporaryFile() as said, _started(command, allowance, said) as process:
        assert process.stdin is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(given)
            process.stdin.close()
        until = time.monotonic() + allowance.seconds
        for line in _lines(process):
            if line:
                heard(line)
            if should_stop():
                raise Stopped
            if time.monotonic() > until:
                raise TooMuch
        code = _code(process, until)
        return Ended(code, _end_of(said))


@contextlib.contextmanager
def _started(command: Sequence[str], allowance: Allowance, said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    # Should this process be killed itself, the kernel ends the child.
    process = subprocess.Popen(
        ending_with_us(list(command), by=signal.SIGKILL),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        env={name: os.environ[name] for name in HANDED_OVER if name in os.environ},
        cwd="/",
        start_new_session=True,
    )
    try:
        _limit(process.pid, allowance)
        yield process
    finally:
        # Its own children belong to its group and end with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


def _limit(pid: int, allowance: Allowance) -> None:
    """Set from outside, because nothing of ours may run between fork and exec in a process that has threads."""
    if not hasattr(resource, "prlimit"):
        return  # only Linux has it; elsewhere the clock remains
    limits = {
        resource.RLIMIT_AS: allowance.memory,
        resource.RLIMIT_CPU: allowance.processor_seconds,
        resource.RLIMIT_FSIZE: allowance.file_size,
        resource.RLIMIT_CORE: 0,
    }
    with contextlib.suppress(ProcessLookupError):
        for kind, most in limits.items():
            # A moment between the warning, which names the reason, and the end.
            resource.prlimit(pid, kind, (most, most + 2 if kind == resource.RLIMIT_CPU else most))


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
