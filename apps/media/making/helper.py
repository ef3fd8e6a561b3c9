"""Asking the Python child (`apps.media.workshop`): an order as JSON in, an answer as JSON out."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from apps.media.errors import CannotMake
from apps.media.making.children import MIB, Allowance, Broke, TooMuch, run

logger = logging.getLogger(__name__)

ROOT: Final = Path(__file__).resolve().parents[3]
# Isolated from the environment and the current folder, it finds the rooms by the path that it is handed.
START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from apps.media.workshop.child import main; main()"
# A picture of 50 million pixels unfolds to 200 MB, and is there twice while it is made smaller.
PICTURE: Final = Allowance(seconds=60.0, processor_seconds=60, memory=2048 * MIB, file_size=256 * MIB)
DAMAGED: Final = "This file cannot be read to its end. Export it again, or upload another."
TOO_MUCH: Final = "This file takes too long to convert. Use a smaller one."


def ask(verb: str, order: dict[str, Any], *, should_stop: Callable[[], bool] = lambda: False) -> dict[str, Any]:
    """The child's answer; raises CannotMake, Stopped and Broke."""
    lines: list[str] = []
    command = [sys.executable, "-I", "-c", START, str(ROOT)]
    given = json.dumps({"verb": verb, **order}).encode()
    try:
        ended = run(command, PICTURE, given=given, heard=lines.append, should_stop=should_stop)
    except TooMuch as error:
        raise CannotMake(TOO_MUCH) from error
    answer = _answer(lines)
    if ended.code == 0 and "refused" not in answer:
        return answer
    if answer.get("is_ours"):
        raise Broke(answer["refused"])
    logger.warning("%s ended with %d: %s", verb, ended.code, answer.get("refused") or ended.said)
    raise CannotMake(answer.get("words") or DAMAGED)


def _answer(lines: list[str]) -> dict[str, Any]:
    try:
        found = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
