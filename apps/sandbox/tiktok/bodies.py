"""JSON bodies: what must be there, of which kind, and how long.

Fields that a call does not know are ignored, or refused with `refuse_unknown_fields`: that is not documented.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeGuard

from apps.sandbox.core.calls import Call
from apps.sandbox.tiktok import errors
from apps.sandbox.tiktok.names import NAME

Body = dict[str, Any]


def read(call: Call, *, may_be_empty: bool = False) -> Body:
    """The body, which is a JSON object and says so."""
    if may_be_empty and not call.body.strip():
        return {}
    if call.request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise errors.invalid(call, "The Content-Type must be application/json")
    body = call.json()
    if not isinstance(body, dict):
        raise errors.invalid(call, "The body is not a JSON object")
    return body


def part(call: Call, body: Body, name: str) -> Body:
    if not isinstance(body.get(name), dict):
        raise errors.invalid(call, f"{name} is missing or no object")
    found: Body = body[name]
    return found


def refuse_unknown(call: Call, body: Body, known: Collection[str]) -> None:
    if call.world.setting(NAME, "refuse_unknown_fields") and (unknown := sorted(set(body) - set(known))):
        raise errors.invalid(call, f"{unknown[0]} is not known here")


def text(call: Call, body: Body, name: str, *, most: int = 0, needed: bool = False) -> str:
    """Text of at most so many UTF-16 units."""
    value = body.get(name)
    if value is None and not needed:
        return ""
    if not _is_text(value) or (needed and not value):
        raise errors.invalid(call, f"{name} is missing or no text")
    if most and len(value.encode("utf-16-le")) // 2 > most:
        raise errors.invalid(call, f"{name} is longer than {most} UTF-16 units")
    return value


def _is_text(value: Any) -> TypeGuard[str]:
    """Half a surrogate pair is none: it cannot be written down."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def one_of(call: Call, body: Body, name: str, values: Collection[str]) -> str:
    value = body.get(name)
    if value not in values:
        raise errors.invalid(call, f"{name} is one of {', '.join(values)}")
    return str(value)


def flag(call: Call, body: Body, name: str, *, needed: bool = False) -> bool:
    value = body.get(name, None if needed else False)
    if not isinstance(value, bool):
        raise errors.invalid(call, f"{name} is true or false")
    return value


def whole(call: Call, body: Body, name: str, *, least: int = 0) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**63:
        raise errors.invalid(call, f"{name} is a whole number from {least}")
    return value


def texts(call: Call, body: Body, name: str, *, most: int) -> list[str]:
    value = body.get(name)
    if not isinstance(value, list) or not all(_is_text(one) and one for one in value):
        raise errors.invalid(call, f"{name} is a list of texts")
    if not 1 <= len(value) <= most:
        raise errors.invalid(call, f"{name} has between 1 and {most} items")
    return value
