"""Whatever the application emits in a test is held against what `apps.events.payloads` says of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from apps.events import services
from apps.events.models import Event
from apps.events.payloads import PAYLOADS

APPS = Path(services.__file__).resolve().parents[1]


class PayloadUnknown(AssertionError):
    """An event says something that nobody is told to expect."""


def objection_to(name: str, payload: Mapping[str, Any]) -> str:
    """What is wrong with the data of an event; "" where nothing is."""
    errors = Draft202012Validator(closed(PAYLOADS[name]), format_checker=FormatChecker()).iter_errors(payload)
    return "; ".join(f"{'.'.join(map(str, error.path))} {error.message}".strip() for error in errors)


def closed(schema: Any) -> Any:
    """The schema, which here allows nothing beyond what it names."""
    if isinstance(schema, Mapping):
        own = {name: closed(value) for name, value in schema.items()}
        return {**own, "additionalProperties": False} if schema.get("type") == "object" else own
    return schema


def _is_ours() -> bool:
    """Whether the application emits, and not the test itself."""
    frame = sys._getframe(2)
    while frame and frame.f_globals.get("__name__", "").startswith("apps.events"):
        frame = frame.f_back
    return bool(frame) and Path(frame.f_code.co_filename).resolve().is_relative_to(APPS)


@pytest.fixture(autouse=True, scope="session")
def _payloads_are_as_described() -> Iterator[None]:
    plain = services._event

    def checked(news: Any, sequence: int) -> Event:
        event = plain(news, sequence)
        if _is_ours() and (objection := objection_to(event.name, event.payload)):
            raise PayloadUnknown(f"{event.name}: {objection}")
        return event

    services._event = checked
    yield
    services._event = plain
