"""How long data of platforms, and of a client's people, may be kept: the rules, as data. docs/operations.md shows the
same table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.conf import settings


class What(StrEnum):
    """What a rule is about, in the words of the table."""

    UNVERIFIED = "an account that could not be verified"
    DISCONNECTED = "an account that was disconnected"
    NOTICES = "notices of platforms, once settled"
    RECEIPTS = "receipts of requests to be forgotten"
    GUESTS = "guests of clients, once their links are over and nothing waits"


class Act(StrEnum):
    REFRESH_OR_DELETE = "asked again, and deleted if {label} says no"
    DELETE = "deleted"
    FORGET = "forgotten by name and address; what they decided stays"


@dataclass(frozen=True, slots=True)
class Rule:
    """`platform` is "" for a rule of our own; `source` is where it is written."""

    platform: str
    what: What
    after: timedelta
    act: Act
    source: str


RULES: Final = (
    Rule("youtube", What.UNVERIFIED, timedelta(days=30), Act.REFRESH_OR_DELETE, "YouTube Developer Policies III.E.4"),
    Rule("youtube", What.DISCONNECTED, timedelta(days=7), Act.DELETE, "YouTube Developer Policies III.E.4"),
    Rule("tiktok", What.DISCONNECTED, timedelta(days=30), Act.DELETE, "ours: TikTok names no time"),
    Rule("", What.NOTICES, timedelta(days=30), Act.DELETE, "ours: platforms repeat a notice for three days at most"),
    Rule("", What.RECEIPTS, timedelta(days=1095), Act.DELETE, "ours: three years to prove that it was done"),
    Rule("", What.GUESTS, settings.GUESTS_KEPT, Act.FORGET, "ours: three years to ask who it was that approved"),
)
