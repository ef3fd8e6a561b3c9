"""The syntax of Rest.li 2.0 in addresses: `List(a,b)`, `(key:value)`, and everything else percent-encoded.

What is structure stays raw, what is data is encoded; an encoded parenthesis is a letter like any other, and a raw colon
within data is refused.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from apps.sandbox.core.calls import Call
from apps.sandbox.linkedin.errors import illegal

ENDS = ",()"


def query(call: Call) -> dict[str, Any]:
    """Parameters by name: text, lists and dicts of text."""
    raw = call.request.scope["query_string"].decode("ascii")
    pairs = (part.partition("=")[::2] for part in raw.split("&") if part)
    return {unquote(name): parse(value) for name, value in pairs}


def path_key(call: Call, place: int = 3) -> Any:
    """The key in the path, `place` counted from the slash at its beginning: /rest/posts/{3}."""
    path = call.request.scope["raw_path"].partition(b"?")[0].decode("ascii")
    return parse(path.split("/")[place])


def parse(raw: str) -> Any:
    """Raises ILLEGAL_ARGUMENT for what is no Rest.li 2.0."""
    value, at = _value(raw, 0)
    if at != len(raw):
        raise illegal(f"Invalid Rest.li 2.0 syntax: {raw}")
    return value


def _value(raw: str, at: int) -> tuple[Any, int]:
    if raw.startswith("List(", at):
        return _list(raw, at + len("List("))
    if raw.startswith("(", at):
        return _map(raw, at + 1)
    end = at
    while end < len(raw) and raw[end] not in ENDS:
        end += 1
    text = raw[at:end]
    if ":" in text:
        raise illegal(f"Invalid Rest.li 2.0 syntax: a colon in {text} has to be encoded")
    return unquote(text), end


def _list(raw: str, at: int) -> tuple[list[Any], int]:
    values: list[Any] = []
    while at < len(raw) and raw[at] != ")":
        value, at = _value(raw, at)
        values.append(value)
        at = _after_comma(raw, at)
    return values, _closed(raw, at)


def _map(raw: str, at: int) -> tuple[dict[str, Any], int]:
    values: dict[str, Any] = {}
    while at < len(raw) and raw[at] != ")":
        name, colon, _ = raw[at:].partition(":")
        if not colon or any(end in name for end in ENDS):
            raise illegal(f"Invalid Rest.li 2.0 syntax: {raw}")
        values[unquote(name)], at = _value(raw, at + len(name) + 1)
        at = _after_comma(raw, at)
    return values, _closed(raw, at)


def _after_comma(raw: str, at: int) -> int:
    return at + 1 if raw[at : at + 1] == "," else at


def _closed(raw: str, at: int) -> int:
    if raw[at : at + 1] != ")":
        raise illegal(f"Invalid Rest.li 2.0 syntax: {raw}")
    return at + 1
