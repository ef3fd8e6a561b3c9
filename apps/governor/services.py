"""The verbs of this room, for rooms above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from apps.governor.breakers import OpenBreaker, close, listen, open_breakers, take_changes
from apps.governor.buckets import app_digest, token_digest
from apps.governor.calling import GovernedTransport, governed
from apps.governor.decisions import Change, link
from apps.governor.lanes import Lane
from apps.governor.link import Unreachable

__all__ = [
    "Change",
    "GovernedTransport",
    "Health",
    "Lane",
    "OpenBreaker",
    "Unreachable",
    "app_digest",
    "close",
    "governed",
    "health",
    "listen",
    "open_breakers",
    "take_changes",
    "token_digest",
]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the counts are kept, as this process finds; `words` for the health page."""

    is_well: bool
    words: str
    silent_since: datetime | None = None


def health() -> Health:
    """Ask the server that keeps the counts. While it was found silent a moment ago nobody waits for it again."""
    try:
        link().call(lambda client: client.ping())
    except Unreachable:
        since = link().silent_since
        words = (
            "The rate governor cannot reach its queue server: each worker publishes on by what it knew last, at "
            f"{settings.GOVERNOR_OUTAGE_PERCENT} % of each platform's limits."
        )
        return Health(False, words, since)
    return Health(True, "The rate governor keeps the counts.")
