"""`fields=id,text,children{media_url}`: only what was asked for is answered."""

from __future__ import annotations

from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.meta.fields import Field, Reader, Readers, parse
from apps.sandbox.threads.errors import bad_parameter


def always(value: Any) -> Reader:
    return lambda _: value


def wanted(call: Call, default: str = "id") -> list[Field]:
    return parse(call.fields.text("fields") or default)


def pick(call: Call, readers: Readers) -> dict[str, Any]:
    """The id and the fields that the call asks for."""
    return select(wanted(call), readers)


def select(fields: list[Field], readers: Readers) -> dict[str, Any]:
    """One that does not exist fails the whole call; one that is empty is left out."""
    for one in fields:
        if one.name not in readers:
            raise bad_parameter(f"Tried accessing nonexisting field ({one.name})")
    chosen = {one.name: readers[one.name](one) for one in fields}
    if "id" in readers:
        chosen["id"] = readers["id"](Field("id"))
    return {name: value for name, value in chosen.items() if value is not None}
