"""Parameters in whatever dress they came: query, form, multipart or JSON, with JSON text inside of forms."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.facebook.errors import bad_parameter


def value(call: Call, name: str) -> Any:
    """Nested values are JSON, or JSON text in a form."""
    content = call.json() if call.body else None
    found = content[name] if isinstance(content, dict) and name in content else call.fields.raw(name)
    if isinstance(found, str) and found[:1] in {"[", "{"}:
        try:
            return json.loads(found)
        except ValueError:
            return found
    return found


def items(call: Call, name: str) -> list[Any]:
    """A list: as JSON, or as `name[0]`, `name[1]` of a form."""
    found = value(call, name)
    if isinstance(found, list):
        return found
    if found is not None:
        raise bad_parameter(f"Param {name} must be an array.")
    listed: list[Any] = []
    while (one := value(call, f"{name}[{len(listed)}]")) is not None:
        listed.append(one)
    return listed


def flag(call: Call, name: str, default: bool) -> bool:
    text = call.fields.text(name).lower()
    if text and text not in {"true", "false", "1", "0"}:
        raise bad_parameter(f"Param {name} must be a boolean")
    return default if not text else text in {"true", "1"}


def instant(call: Call, name: str) -> datetime | None:
    """Unix seconds or ISO 8601. (The other spellings that strtotime knows are left out.)"""
    text = call.fields.text(name)
    if not text:
        return None
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise bad_parameter(f"Param {name} must be a valid time") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def wording(instant: datetime) -> str:
    """Graph's own spelling, without a colon in the offset."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000"


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant at which `day` begins there."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
