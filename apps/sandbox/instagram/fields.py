"""`fields=id,caption,children{media_url}`: only what was asked for is answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.instagram.errors import bad_parameter

Reader = Callable[[], Any]


def pick(call: Call, readers: Mapping[str, Reader], *, node: str) -> dict[str, Any]:
    """The id and the fields that were asked for; one that this kind of node lacks fails the whole call."""
    return select(wanted(call), readers, node=node)


def wanted(call: Call) -> list[str]:
    return [name for name in re.findall(r"(\w+)(?:\{[^}]*\})?", call.fields.text("fields")) if name]


def select(names: list[str], readers: Mapping[str, Reader], *, node: str) -> dict[str, Any]:
    chosen = {name: _read(readers, name, node) for name in names}
    # Absent is absent: Graph leaves out what an object does not have.
    return {name: value for name, value in chosen.items() if value is not None} | {"id": readers["id"]()}


def _read(readers: Mapping[str, Reader], name: str, node: str) -> Any:
    if name not in readers:
        raise bad_parameter(f"Tried accessing nonexisting field ({name}) on node type ({node})")
    return readers[name]()
