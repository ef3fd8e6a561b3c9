"""To which room a notice goes. The post room has no opinion on what it means.

Rooms below are called by `apps.webhooks.services.passing`; a room above takes what is meant for it:

    routing.take(NoticeKind.DATA_DELETION, "compliance", forget_person)      # in its AppConfig.ready
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.platforms.inbound import NoticeKind
from apps.webhooks.models import InboundNotice

Taker = Callable[[InboundNotice], Any]
_takers: dict[tuple[NoticeKind, str], Taker] = {}


def take(kind: NoticeKind, room: str, taker: Taker) -> None:
    """Hand every notice of this kind to `taker` too. It is called outside of any transaction, may be called again
    after a failure, and raises what shall be tried again."""
    _takers[kind, room] = taker


def takers_of(kind: str) -> list[Taker]:
    return [taker for (wanted, _), taker in _takers.items() if wanted == kind]
