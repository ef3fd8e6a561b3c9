"""What the person who asked to be forgotten may see: what became of it, and nothing about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from apps.compliance.models import DataRequest
from apps.compliance.states import RequestState
from apps.platforms import registry

# What a receipt counts, in words for one and for several.
WORDS: Final = {
    "accounts": ("connected account: its name and address", "connected accounts: names and addresses"),
    "grants": ("permission with its tokens", "permissions with their tokens"),
    "sessions": ("sign-in that was under way", "sign-ins that were under way"),
    "publications": ("post: the platform's id and address of it", "posts: the platform's ids and addresses of them"),
    "comments": ("comment or reply: its id and address", "comments and replies: their ids and addresses"),
    "attempts": ("record of sending: what the platform answered", "records of sending: what the platform answered"),
    "events": ("notification: what it said about the account", "notifications: what they said about the account"),
    "notices": ("message that the platform sent us", "messages that the platform sent us"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Status:
    platform: str
    code: str
    state: str
    received_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    removed: tuple[str, ...]


def status_of(code: str) -> Status | None:
    """The truth about a request; None where nobody was given this code."""
    request = DataRequest.objects.filter(code=code.upper()).first()
    if request is None:
        return None
    counts = [(WORDS[name], count) for name, count in request.receipt.items() if name in WORDS and count]
    removed = tuple(f"{count} {words[count != 1]}" for words, count in sorted(counts))
    return Status(
        platform=registry.label(request.platform),
        code=request.code,
        state=request.state,
        received_at=request.received_at,
        started_at=request.started_at,
        done_at=request.done_at,
        removed=removed if request.state == RequestState.DONE else (),
    )
