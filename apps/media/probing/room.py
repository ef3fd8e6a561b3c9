"""The locked room in which foreign files are opened: one process for one file, which may die, hang or be hostile.

It gets no environment, no network and no files that are open here; memory, time and the size of what it writes are
limited by the kernel, and watched from outside. Whatever happens inside, the answer is what it found or `Refused`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from apps.media.decoding.refusals import DAMAGED, TOO_HUNGRY, TOO_SLOW, Refused

logger = logging.getLogger(__name__)

MB: Final = 1024 * 1024
MAX_ANSWER: Final = 64 * 1024
MAX_WORDS: Final = 300
TICK_MILLISECONDS: Final = 20
START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from apps.media.decoding.child import main; main()"
# A large picture unfolds to 200 MB and more, so few are unfolded at a time in one process.
_TURNS = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of memory, seconds (of the processor and of the clock), bytes of the largest file that may be written."""

    memory: int = 256 * MB
    seconds: int = 20
    file: int = 512 * MB


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code` is None where the process was ended from here, for the reason in `ended`."""

    code: int | None
    output: bytes
    ended: str
    peak: int


def ask(verb: str, arguments: dict[str, Any], limits: Limits = Limits()) -> dict[str, Any]:
    """What the verb of `apps.media.decoding` found; raises Refused, also for whatever went wrong inside."""
    outcome = _spend({"verb": verb, "arguments": arguments}, limits)
    answer = _read(outcome.output)
    if isinstance(found := answer.get("found"), dict):
        return found
    if (error := answer.get("error")) or "refused" not in answer:
        logger.info("%s of a file ended with %s (%s)", verb, outcome.code, error or outcome.ended)
    words = answer.get("refused")
    if isinstance(words, str) and len(words) <= MAX_WORDS:
        raise Refused(words)
    raise Refused(outcome.ended or _by_signal(outcome.code))


def _read(output: bytes) -> dict[str, Any]:
    """The answer, or nothing where it makes no sense: whoever wrote it may no longer be our program."""
    try:
        answer = json.loads(output)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def run(arguments: Sequence[str], limits: Limits, should_stop: Callable[[], bool] = lambda: False) -> Outcome:
    """Run a program by its full path in the room; what it wrote to its output, cut off, and how it ended."""
    return _spend({"verb": "run", "arguments": list(arguments)}, limits, should_stop)


def _by_signal(code: int | None) -> str:
    # The last of these comes from a system that runs out of memory.
    return {-signal.SIGXCPU: TOO_SLOW, -signal.SIGKILL: TOO_HUNGRY}.get(code or 0, DAMAGED)


def _spend(order: dict[str, Any], limits: Limits, should_stop: Callable[[], bool] = lambda: False) -> Outcome:
    began = time.monotonic()
    order = order | {"limits": asdict(limits)}
    with _TURNS, _process() as process:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(order).encode())  # type: ignore[union-attr]
            process.stdin.close()  # type: ignore[union-attr]
        outcome = _watch(process, limits, should_stop)
    logger.debug(
        "%s took %.2f s and %d MB", order["verb"], time.monotonic() - began, outcome.peak // MB,
        extra={"peak": outcome.peak, "spent": time.monotonic() - began},
    )  # fmt: skip
    return outcome


@contextlib.contextmanager
def _process() -> Iterator[subprocess.Popen[bytes]]:
    """The child, in a session of its own: whatever it should start ends with it."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", START, str(settings.BASE_DIR)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={}, cwd="/", close_fds=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            # A child that died before it read its order leaves the pipe full.
            with contextlib.suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]


def _watch(process: subprocess.Popen[bytes], limits: Limits, should_stop: Callable[[], bool]) -> Outcome:
    """Read until the end of the output, of the time, of the memory, or of the wish for an answer."""
    deadline, output, peak = time.monotonic() + limits.seconds, b"", 0
    pipe, poll = process.stdout.fileno(), select.poll()  # type: ignore[union-attr]
    poll.register(pipe, select.POLLIN)
    while True:
        readable = poll.poll(TICK_MILLISECONDS)
        peak = max(peak, _filled(process.pid))
        if readable:
            piece = os.read(pipe, MAX_ANSWER)
            output = (output + piece)[: MAX_ANSWER + 1]
            if not piece:
                break
        if len(output) > MAX_ANSWER or peak > limits.memory or time.monotonic() > deadline or should_stop():
            ended = TOO_HUNGRY if peak > limits.memory else TOO_SLOW if time.monotonic() > deadline else DAMAGED
            return Outcome(None, b"", ended, peak)
    # Its output is closed, so it is about to end; if it only pretends, its time is over soon.
    try:
        code = process.wait(timeout=max(deadline - time.monotonic(), 1))
    except subprocess.TimeoutExpired:
        return Outcome(None, b"", TOO_SLOW, peak)
    return Outcome(code, output, "", max(peak, _told(output)))


def _filled(pid: int) -> int:
    """The most memory that the process has filled so far; 0 where the system does not tell."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _told(output: bytes) -> int:
    peak = _read(output).get("peak")
    return peak if isinstance(peak, int) else 0
