"""Parts of a JSON body, and names in it that do not exist."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.google_business.errors import bad_request, invalid, unknown_name
from apps.sandbox.google_business.names import NAME


def body_of(call: Call) -> dict[str, Any]:
    told = call.json()
    if not isinstance(told, dict):
        raise bad_request("", "The body is no JSON object.", message="Invalid JSON payload received.")
    return told


def check_fields(call: Call, told: dict[str, Any], known: Collection[str], *, within: str) -> None:
    for name in told:
        if name not in known and call.world.setting(NAME, "refuses_unknown_names"):
            raise unknown_name(name, within=within)


def part(call: Call, told: dict[str, Any], name: str, *, within: str = "") -> dict[str, Any]:
    """An object in the body; refuses a value of another kind, and one that is missing."""
    path = f"{within}.{name}" if within else name
    if told.get(name) is None:
        raise invalid(call, "MISSING_VALUE", path)
    value = told[name]
    if not isinstance(value, dict):
        raise invalid(call, "INVALID_VALUE", path)
    return value


def is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
