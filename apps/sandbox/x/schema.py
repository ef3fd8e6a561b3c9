"""What a JSON body has to look like. X refuses unknown keys, wrong types and null, and names the parameter.

    BODY = record(required=("text",), text=text(longest=25), ids=each(text(pattern=ID), fewest=1, most=4))
    body = read(call, BODY)             # the dict, or a Refusal with 400

A check is called with the call, the parameter's name and its value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.x.errors import invalid

Check = Callable[[Call, str, Any], None]
ID = r"[0-9]{1,19}"


def read(call: Call, check: Check) -> dict[str, Any]:
    body = call.json() if call.request.headers.get("content-type", "").startswith("application/json") else None
    if not isinstance(body, dict):
        raise invalid(call, "$", "", "$: The body has to be a JSON object with Content-Type application/json")
    check(call, "$", body)
    return body


def record(*, required: Sequence[str] = (), **fields: Check) -> Check:
    def check(call: Call, name: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise _wrong(call, name, value, "object")
        path = "" if name == "$" else f"{name}."
        for key in value:
            if key not in fields:
                message = (
                    f"[{path}{key}] is not defined in the schema and the schema does not allow additional properties"
                )
                raise invalid(call, path + key, value[key], message)
        for key in required:
            if key not in value:
                raise invalid(call, path + key, "", f"[{path}{key}] is missing but it is required")
        for key, inner in value.items():
            fields[key](call, path + key, inner)

    return check


def text(*, pattern: str = "", shortest: int = 0, longest: int = 0) -> Check:
    def check(call: Call, name: str, value: Any) -> None:
        if not isinstance(value, str):
            raise _wrong(call, name, value, "string")
        if pattern and not re.fullmatch(pattern, value):
            raise invalid(call, name, value, f"[{name}] does not match the regex pattern ^{pattern}$")
        if len(value) < shortest:
            raise invalid(call, name, value, f"[{name}] must be at least {shortest} characters long")
        if longest and len(value) > longest:
            raise invalid(call, name, value, f"[{name}] must be at most {longest} characters long")

    return check


def flag() -> Check:
    def check(call: Call, name: str, value: Any) -> None:
        if not isinstance(value, bool):
            raise _wrong(call, name, value, "boolean")

    return check


def whole(lowest: int, highest: int) -> Check:
    def check(call: Call, name: str, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong(call, name, value, "integer")
        if not lowest <= value <= highest:
            raise invalid(call, name, value, f"[{name}] must be between {lowest} and {highest}")

    return check


def one_of(*values: str) -> Check:
    def check(call: Call, name: str, value: Any) -> None:
        if value not in values:
            raise invalid(call, name, value, f"[{name}] is not one of [{', '.join(values)}]")

    return check


def each(inner: Check, *, fewest: int = 0, most: int = 10_000) -> Check:
    def check(call: Call, name: str, value: Any) -> None:
        if not isinstance(value, list):
            raise _wrong(call, name, value, "array")
        if not fewest <= len(value) <= most:
            raise invalid(call, name, value, f"[{name}] must have between {fewest} and {most} items")
        for place, one in enumerate(value):
            inner(call, f"{name}[{place}]", one)

    return check


def anything() -> Check:
    """For what is passed on and not looked at."""
    return lambda call, name, value: None


def _wrong(call: Call, name: str, value: Any, kind: str) -> Exception:
    found = "null" if value is None else type(value).__name__
    return invalid(call, name, value, f"[{name}] is not a {kind} ({found} found)")
