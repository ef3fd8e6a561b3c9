"""The process that opens one foreign file: reads an order from its input, gives up its rights, writes an answer.

The order is JSON: a verb ("pictures.look") with its arguments, and limits. The answer is JSON too: `found`, or
`refused` with words, and `peak`, the most memory that was filled. An order to run a program (FFmpeg) becomes that
program, under the same limits.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from apps.media.decoding.confinement import confine
from apps.media.decoding.refusals import DAMAGED, TOO_HUNGRY, Refused

RUN: Final = "run"
# Pillow alone starts in a fraction of the time that FFmpeg's libraries take, so each module comes when it is asked for.
MODULES: Final = frozenset({"drawing", "pictures", "videos"})


def main() -> None:
    order = json.loads(sys.stdin.buffer.read())
    confine(**order["limits"], may_exec=order["verb"] == RUN)
    if order["verb"] == RUN:
        os.execve(order["arguments"][0], order["arguments"], {})  # noqa: S606 (no shell is wanted)
    answer = answer_to(order["verb"], order["arguments"])
    sys.stdout.write(json.dumps(answer | {"peak": _peak()}))
    sys.stdout.flush()
    # Decoders may hold threads and memory that take long to tidy up, and there is nothing to tidy.
    os._exit(0)


def answer_to(verb: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What the verb found, or why the file is refused."""
    try:
        module, name = verb.split(".")
        if module not in MODULES:
            raise ValueError(verb)
        return {"found": getattr(importlib.import_module(f"apps.media.decoding.{module}"), name)(**arguments)}
    except Refused as refusal:
        return {"refused": refusal.words}
    except MemoryError:
        return {"refused": TOO_HUNGRY}
    except Exception as error:  # Decoders stumble over hostile bytes in every way there is.
        return {"refused": DAMAGED, "error": f"{type(error).__name__}: {error}"[:200]}


def _peak() -> int:
    """Bytes; the figure of getrusage would count what the parent had filled before this process began."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
