"""Circuit breakers as pages and operators see them: which are open, since when, and until when.

A breaker opens after repeated refusals, failures or silence of one token, or of one app with several tokens. Until the
platform's own reset, or a growing pause, nothing is sent; then one request tries, and its success closes it. A person
may close one by hand.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.core import clock
from apps.governor.buckets import instant, key
from apps.governor.decisions import Change, link
from apps.governor.link import Unreachable
from apps.platforms import registry

logger = logging.getLogger(__name__)

MOST_CHANGES = 100  # at a time, of each platform
Listener = Callable[[Change], None]
_listeners: list[Listener] = []


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """`id` is the digest of a token or of an app. `until` may be over: then the next request that comes tries."""

    platform: str
    kind: str
    id: str
    since: datetime
    until: datetime
    why: str
    times: int
    organization_id: UUID | None  # whose request opened it

    @property
    def is_waiting_for_a_trial(self) -> bool:
        return self.until <= clock.now()


def listen(listener: Listener) -> None:
    """Be told of each breaker that opens or closes, in the process that found out, in the middle of a call. What this
    misses is among `take_changes`."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(change: Change) -> None:
    """Nothing that a listener does wrong may harm the request that found out."""
    logger.warning("Breaker of %s %s %s: %s", change.platform, change.kind, change.id, change)
    for listener in _listeners:
        try:
            listener(change)
        except Exception:
            logger.exception("A breaker's change was not passed on")


def open_breakers() -> list[OpenBreaker]:
    """Those that are open or half open, by platform; none where nobody can be asked."""
    names = registry.names()
    try:
        listed = link().call(lambda client: _read_lists(client, names))
    except Unreachable:
        return []
    found = [
        _breaker(name, field.decode(), json.loads(line))
        for name, lines in zip(names, listed, strict=True)
        for field, line in lines.items()
    ]
    return sorted((one for one in found if one is not None), key=lambda one: (one.platform, one.since))


def take_changes() -> list[Change]:
    """What has opened or closed and nobody was told of yet, once, oldest first of each platform. Raises Unreachable."""
    names = registry.names()

    def work(client: Any) -> Any:
        with client.pipeline() as together:
            for name in names:
                together.lpop(key(name, "changes"), MOST_CHANGES)
            return together.execute()

    return [
        _change(name, json.loads(line))
        for name, lines in zip(names, link().call(work), strict=True)
        for line in lines or ()
    ]


def close(*, platform: str, kind: str, id: str) -> Change | None:
    """Close one by hand: the next request is sent. None where it is not open. Raises Unreachable."""

    def work(client: Any) -> Any:
        with client.pipeline() as together:
            together.hdel(key(platform, "open"), f"{kind}:{id}")
            together.delete(key(platform, "breaker", kind, id))
            return together.execute()

    was_open, _ = link().call(work)
    return Change(platform, kind, id, is_open=False, why="by hand") if was_open else None


def _read_lists(client: Any, names: tuple[str, ...]) -> Any:
    with client.pipeline(transaction=False) as together:
        for name in names:
            together.hgetall(key(name, "open"))
        return together.execute()


def _change(platform: str, line: dict[str, Any]) -> Change:
    kind, _, id = line["field"].partition(":")
    return Change(platform, kind, id, line["open"], instant(line["till"]) if line["till"] else None, line["why"])


def _breaker(platform: str, field: str, line: dict[str, Any]) -> OpenBreaker | None:
    kind, _, id = field.partition(":")
    until = instant(line["till"])
    if (clock.now() - until).days >= 1:  # Nobody has tried for a day: the scripts have forgotten it.
        return None
    organization_id = UUID(line["organization"]) if line["organization"] else None
    return OpenBreaker(
        platform, kind, id, instant(line["since"]), until, line["why"], int(line["lasting"]), organization_id
    )
