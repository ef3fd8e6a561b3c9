"""The two ways into the room: a question, and a program's run."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

from apps.media.decoding.child import RUN
from apps.media.decoding.refusals import DAMAGED, Refused
from apps.media.room.endings import Ended, TalkedTooMuch
from apps.media.room.process import Limits, started
from apps.media.room.watching import Watch

logger = logging.getLogger(__name__)

MAX_ANSWER: Final = 64 * 1024
MAX_WORDS: Final = 300
# A large picture unfolds to 200 MB and more, so few are unfolded at a time in one process.
TURNS: Final = threading.BoundedSemaphore(2)
USUAL: Final = Limits()
FREELY: Final = nullcontext()  # for those whose number is limited elsewhere

Turns = AbstractContextManager[object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a process ended by itself: `output` is what it wrote and nobody heard, `said` the end of what it wrote to
    standard error, `peak` the most memory that it filled."""

    code: int
    output: bytes
    said: str
    peak: int


def _never() -> bool:
    return False


def ask(verb: str, arguments: dict[str, Any], limits: Limits = USUAL, *, turns: Turns = TURNS) -> dict[str, Any]:
    """What the verb of `apps.media.decoding` found; raises Refused, also for whatever went wrong inside."""
    try:
        outcome = _spend({"verb": verb, "arguments": arguments}, limits, turns=turns)
    except Ended as end:
        logger.info("%s of a file was ended: %s", verb, type(end).__name__)
        raise Refused(end.words) from end
    answer = _read(outcome.output)
    if isinstance(found := answer.get("found"), dict):
        return found
    if (error := answer.get("error")) or "refused" not in answer:
        logger.info("%s of a file ended with %s (%s)", verb, outcome.code, error)
    words = answer.get("refused")
    raise Refused(words if isinstance(words, str) and len(words) <= MAX_WORDS else DAMAGED)


def run(
    command: Sequence[str],
    limits: Limits,
    *,
    heard: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] = _never,
    turns: Turns = TURNS,
) -> Outcome:
    """Run a program, named by its full path, in the room; `heard` gets each line of its output, which is not kept then.
    `should_stop` is asked many times a second. Raises one of the family of Ended."""
    return _spend({"verb": RUN, "arguments": list(command)}, limits, heard, should_stop, turns)


def _spend(
    order: dict[str, Any],
    limits: Limits,
    heard: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] = _never,
    turns: Turns = TURNS,
) -> Outcome:
    began = time.monotonic()
    with turns, started(order | {"limits": limits.for_the_kernel()}) as process:
        watch = Watch(process, limits, should_stop)
        try:
            output = _gathered(watch, heard)
            watch.peak = max(watch.peak, _told(output))
            return Outcome(watch.code(), output, watch.said.decode(errors="replace").strip(), watch.peak)
        finally:
            logger.debug(
                "%s took %.2f s and %d MB", order["verb"], time.monotonic() - began, watch.peak // 2**20,
                extra={"peak": watch.peak, "spent": time.monotonic() - began},
            )  # fmt: skip


def _gathered(watch: Watch, heard: Callable[[str], None] | None) -> bytes:
    """All that is written, or what is left when each line was heard: nothing."""
    kept = b""
    for piece in watch.pieces():
        kept += piece
        if heard:
            *lines, kept = kept.split(b"\n")
            for line in lines:
                heard(line.decode(errors="replace"))
        if len(kept) > MAX_ANSWER:
            raise TalkedTooMuch
    if heard and kept:
        heard(kept.decode(errors="replace"))
    return b"" if heard else kept


def _read(output: bytes) -> dict[str, Any]:
    """The answer, or nothing where it makes no sense: whoever wrote it may no longer be our program."""
    try:
        answer = json.loads(output)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _told(output: bytes) -> int:
    """What the process says of its memory: it knows better than who looks now and then."""
    peak = _read(output).get("peak")
    return peak if isinstance(peak, int) else 0
