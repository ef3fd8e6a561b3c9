"""Lists of Graph in pages: opaque cursors, and a `next` that repeats the request."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from apps.sandbox.core.calls import Call
from apps.sandbox.meta.graph import graph_error

Item = TypeVar("Item")


def page(
    call: Call,
    items: Sequence[Item],
    show: Callable[[Item], dict[str, Any]],
    *,
    key: Callable[[Item], str],
    usual: int = 25,
    longest: int = 100,
    is_sparse: bool = False,
) -> dict[str, Any]:
    """One page of `items`. With `is_sparse` the first one is empty and has a `next` all the same, as Graph's may be."""
    size = limit(call, usual=usual, longest=longest)
    after = _decode(call.fields.text("after"))
    if is_sparse and not after and items:
        return {"data": [], "paging": {"next": _next(call, "-")}}
    start, end = _edges([key(item) for item in items], after, _decode(call.fields.text("before"), name="before"), size)
    shown = items[start:end]
    answer: dict[str, Any] = {"data": [show(item) for item in shown]}
    if shown:
        last = key(shown[-1])
        answer["paging"] = {"cursors": {"before": _encode(key(shown[0])), "after": _encode(last)}}
        if end < len(items):
            answer["paging"]["next"] = _next(call, last)
    return answer


def _edges(keys: Sequence[str], after: str, before: str, size: int) -> tuple[int, int]:
    """Where the page begins and ends that follows `after`, or else precedes `before`; a cursor may have gone."""
    if before and not after:
        end = keys.index(before) if before in keys else 0
        return max(0, end - size), end
    start = keys.index(after) + 1 if after in keys else 0 if after in {"", "-"} else len(keys)
    return start, start + size


def limit(call: Call, *, usual: int, longest: int) -> int:
    value = call.fields.text("limit", str(usual))
    if not value.isdigit():
        raise graph_error(100, "(#100) Param limit must be an integer greater than or equal to 0")
    return min(int(value), longest)


def _next(call: Call, after: str) -> str:
    """Carries a token only when the request had it among its parameters."""
    return str(call.request.url.include_query_params(after=_encode(after)))


def _encode(key: str) -> str:
    return base64.urlsafe_b64encode(f"k{key}".encode()).decode()


def _decode(cursor: str, *, name: str = "after") -> str:
    try:
        return base64.urlsafe_b64decode(cursor).decode()[1:] if cursor else ""
    except (binascii.Error, UnicodeDecodeError):
        raise graph_error(100, f"(#100) The value for the parameter {name} is not a valid cursor") from None
