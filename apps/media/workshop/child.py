"""An order as JSON in, an answer as JSON out, and the end."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

# Of the machine, not of the file: another try may do better.
OURS: Final = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE}


def main() -> None:
    order = json.load(sys.stdin)
    try:
        answer = VERBS[order["verb"]](order)
    except OSError as error:
        answer = {"refused": f"{type(error).__name__}: {error}", "is_ours": error.errno in OURS}
    except Exception as error:  # Decoders stumble over odd bytes in every way there is.
        answer = {"refused": f"{type(error).__name__}: {error}", "words": getattr(error, "words", "")}
    print(json.dumps(answer), flush=True)  # noqa: T201


def _picture(order: dict[str, Any]) -> dict[str, Any]:
    from apps.media.workshop import drawing

    return drawing.draw(order["recipe"], Path(order["source"]), to=Path(order["to"]))


def _look(order: dict[str, Any]) -> dict[str, Any]:
    from apps.media.workshop import reading

    return reading.read(Path(order["path"]))


VERBS: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {"picture": _picture, "look": _look}
