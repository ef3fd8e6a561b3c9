"""Lists in pages: an opaque token for the page that follows, sizes with a documented most."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from apps.sandbox.core.calls import Call
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.parameters import etag

Item = TypeVar("Item")


def timestamp(at: datetime | float) -> str:
    instant = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def listed(kind: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": kind, "etag": etag(kind, items), "items": items}


def page(
    call: Call,
    kind: str,
    found: Sequence[Item],
    show: Callable[[Item], dict[str, Any]],
    *,
    key: Callable[[Item], str],
    usual: int = 5,
    most: int = 50,
) -> dict[str, Any]:
    """One page of `found`. The token of the next page is the last item of this one: what is new does not shift it."""
    size = _size(call, usual, most)
    keys = [key(item) for item in found]
    start = 0
    if token := call.fields.text("pageToken"):
        after = _decoded(token)
        if after not in keys:
            raise refused("invalidPageToken", location="pageToken")
        start = keys.index(after) + 1
    shown = found[start : start + size]
    answer = listed(kind, [show(item) for item in shown])
    if shown and start + size < len(found):
        answer["nextPageToken"] = _encoded(keys[start + len(shown) - 1])
    return answer | {"pageInfo": {"totalResults": len(found), "resultsPerPage": size}}


def _size(call: Call, usual: int, most: int) -> int:
    value = call.fields.text("maxResults", str(usual))
    if not value.isdigit() or int(value) > most:
        message = f"Invalid value '{value}'. Values must be within the range: [0, {most}]"
        raise refused("badRequest", message, location="maxResults")
    return int(value)


def _encoded(key: str) -> str:
    return base64.urlsafe_b64encode(f"\x08{key}".encode()).decode()


def _decoded(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token).decode()[1:]
    except (binascii.Error, UnicodeDecodeError):
        raise refused("invalidPageToken", location="pageToken") from None
