"""Pages of a list: `page_size` from 1 to 250, and a `bookmark` that nobody but Pinterest reads; null at the end."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from starlette.responses import JSONResponse, Response

from apps.sandbox.pinterest.errors import invalid
from apps.sandbox.pinterest.gate import Visit

One = TypeVar("One")
USUAL, MOST = 25, 250


def page(
    visit: Visit, found: Sequence[One], show: Callable[[One], dict[str, Any]], key: Callable[[One], str]
) -> Response:
    size, start = _size(visit), 0
    if bookmark := visit.query("bookmark"):
        last = _read(bookmark)
        start = next((place + 1 for place, one in enumerate(found) if key(one) == last), len(found))
    shown = found[start : start + size]
    following = _write(key(shown[-1])) if shown and start + size < len(found) else None
    return JSONResponse({"items": [show(one) for one in shown], "bookmark": following})


def _size(visit: Visit) -> int:
    value = visit.query("page_size", str(USUAL))
    if not (value.isascii() and value.isdigit()) or not 1 <= int(value) <= MOST:
        raise invalid(f"page_size {value} is out of range, constraint: minimum=1, maximum={MOST}")
    return int(value)


def _write(key: str) -> str:
    return base64.urlsafe_b64encode(f"after:{key}".encode()).decode()


def _read(bookmark: str) -> str:
    try:
        kind, _, key = base64.urlsafe_b64decode(bookmark).decode().partition(":")
    except ValueError:
        kind, key = "", ""
    if kind != "after":
        raise invalid("the bookmark is not valid")
    return key
