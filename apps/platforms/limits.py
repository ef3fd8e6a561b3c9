"""Limits as data: how much a platform lets us do in which window, and how its headers tell what is left.

The adapters declare them; the rate governor keeps the counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Per(StrEnum):
    """Whose budget it is."""

    ACCOUNT = "account"  # the channel that is published to
    TOKEN = "token"
    APP = "app"  # our application, over all its accounts


class Window(StrEnum):
    ROLLING = "rolling"  # the last so many hours, at any moment
    FIRST_USE = "first_use"  # starts with the first call
    MIDNIGHT_UTC = "midnight_utc"
    MIDNIGHT_PACIFIC = "midnight_pacific"


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` units in each `span`; a call costs `costs[call.name]`, or 1. `amount` is None where only the platform's
    answer tells it."""

    name: str
    what: str  # for people: "posts published through the API"
    per: Per
    amount: int | None
    span: timedelta
    window: Window = Window.ROLLING
    costs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer's headers said of a limit. `share` is used / amount; what the platform left out is None."""

    limit: str
    amount: int | None = None
    remaining: int | None = None
    share: float | None = None
    reset_at: datetime | None = None
