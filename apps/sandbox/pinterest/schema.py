"""What a field may hold, refused in the words of Pinterest's validator. None is as good as absent."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlsplit

from apps.sandbox.pinterest.errors import invalid, shown
from apps.sandbox.pinterest.gate import Visit

MAX_LINK = 2048


def only(visit: Visit, body: dict[str, Any], known: Collection[str]) -> None:
    """Refuse fields that do not exist, unless the setting says that they are not looked at."""
    unknown = [name for name in body if name not in known]
    if unknown and visit.setting("refuse_unknown_fields"):
        raise invalid(f"Additional properties are not allowed ({shown(unknown[0])} was unexpected)")


def required(value: Any, name: str) -> Any:
    if value is None:
        raise invalid(f"'{name}' is a required property")
    return value


def text(
    body: dict[str, Any], name: str, *, most: int = 0, pattern: str = "", one_of: Sequence[str] = ()
) -> str | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid(f"{shown(value)} is not of type 'string'")
    if most and len(value) > most:
        raise invalid(f"{shown(value)} is too long, constraint: maxLength={most}")
    if pattern and not re.fullmatch(pattern, value, re.ASCII):
        raise invalid(f"{shown(value)} does not match '^{pattern}$'")
    if one_of and value not in one_of:
        raise invalid(f"{shown(value)} is not one of {list(one_of)}")
    return value


def digits(body: dict[str, Any], name: str) -> str | None:
    return text(body, name, pattern=r"\d+")


def flag(body: dict[str, Any], name: str, default: bool) -> bool:
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise invalid(f"{shown(value)} is not of type 'boolean'")
    return value


def whole(body: dict[str, Any], name: str, *, most: int | None = None) -> int | None:
    """A number from 0."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(f"{shown(value)} is not of type 'integer'")
    if value < 0 or (most is not None and value > most):
        raise invalid(f"{value} is out of range, constraint: {'minimum=0' if value < 0 else f'maximum={most}'}")
    return value


def records(body: dict[str, Any], name: str, *, fewest: int, most: int) -> list[dict[str, Any]]:
    value = body.get(name)
    if not isinstance(value, list):
        raise invalid(f"{shown(value)} is not of type 'array'")
    if len(value) > most:
        raise invalid(f"{shown(value)} is too long, constraint: maxItems={most}")
    if len(value) < fewest:
        raise invalid(f"{shown(value)} is too short, constraint: minItems={fewest}")
    for one in value:
        if not isinstance(one, dict):
            raise invalid(f"{shown(one)} is not of type 'object'")
    return value


def link(visit: Visit, body: dict[str, Any], name: str = "link") -> str | None:
    """A web address that Pinterest does not take for spam."""
    value = text(body, name, most=MAX_LINK)
    if not value:
        return value
    host = urlsplit(value).hostname or ""
    if not value.startswith(("https://", "http://")) or not host:
        raise invalid(f"{shown(value)} is not a 'uri'")
    blocked = str(visit.setting("blocked_domains")).split()
    if any(host == domain or host.endswith(f".{domain}") for domain in blocked):
        raise invalid(f"the link to {host} is blocked, it may lead to spam")
    return value
