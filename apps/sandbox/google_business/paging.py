"""Lists in pages. A size beyond the greatest is cut down to it; a page token belongs to the list that gave it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from apps.sandbox.core.calls import Call
from apps.sandbox.google_business.errors import bad_request

T = TypeVar("T")


def page(call: Call, rows: Sequence[T], *, usual: int, most: int) -> tuple[Sequence[T], str]:
    """The rows of the wanted page, and the token of the next one ("": this was the last)."""
    size, start = _size(call, usual, most), _start(call)
    end = start + size
    return rows[start:end], _token(call, end) if end < len(rows) else ""


def _size(call: Call, usual: int, most: int) -> int:
    told = call.fields.text("pageSize") or "0"
    if not told.lstrip("-").isdigit() or int(told) < 0:
        raise bad_request("page_size", "The page size is no number of rows.")
    return min(int(told) or usual, most)


def _token(call: Call, start: int) -> str:
    return base64.urlsafe_b64encode(f"{start} {call.path}".encode()).decode()


def _start(call: Call) -> int:
    told = call.fields.text("pageToken")
    if not told:
        return 0
    try:
        start, _, path = base64.urlsafe_b64decode(told).decode().partition(" ")
    except (binascii.Error, ValueError):
        start, path = "", ""
    if not start.isdigit() or path != call.path:
        raise bad_request("page_token", "The page token is not one of this list.")
    return int(start)
