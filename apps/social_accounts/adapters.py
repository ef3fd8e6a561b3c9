"""Adapters ready to work: the guarded and governed client, the deployment's endpoints, the house's clock."""

from __future__ import annotations

import atexit
import itertools
import threading
from datetime import timedelta
from typing import Final
from uuid import UUID

import httpx
from django.conf import settings

from apps.core import clock, outbound
from apps.governor import services as governor
from apps.governor.lanes import Lane
from apps.platforms import registry
from apps.platforms.contract import Adapter

POOLS: Final = 64
_turns = itertools.count()
_lock = threading.Lock()
_clients: dict[tuple[timedelta, int], httpx.Client] = {}


def _client(timeout: timedelta, pool: int) -> httpx.Client:
    # A client is safe to share between threads, but its pool has one lock, which a hundred hands would wait for.
    with _lock:
        if (timeout, pool) not in _clients:
            _clients[timeout, pool] = outbound.client(timeout=timeout, around=governor.GovernedTransport)
        return _clients[timeout, pool]


def close_lines() -> None:
    """Close all connections that are kept open; whoever calls a platform opens new ones."""
    with _lock:
        while _clients:
            _clients.popitem()[1].close()


atexit.register(close_lines)


def adapter_for(
    platform: str, *, lane: Lane, organization_id: UUID | None = None, timeout: timedelta | None = None
) -> Adapter:
    """The adapter of `platform`, whose calls may raise Throttled without having left: `lane` is what they are for, and
    `organization_id` whose share of a limit they take. `timeout` bounds each of its requests as a whole. Raises
    UnknownPlatform."""
    adapter = registry.build(
        platform,
        http=_client(timeout or settings.OUTBOUND_TIMEOUT, next(_turns) % POOLS),
        endpoints=endpoints_of(platform),
        clock=clock.now,
    )
    return governor.governed(adapter, lane=lane, organization_id=organization_id)


def endpoints_of(platform: str) -> dict[str, str]:
    """Where `platform` answers for this deployment: its own addresses, the sandbox in their place, or what the
    environment says."""
    usual = registry.adapter_class(platform).default_endpoints
    simulated = settings.PLATFORM_SANDBOXES.get(platform)
    here = {name: simulated for name, value in usual.items() if value.startswith("http")} if simulated else {}
    return {**usual, **here, **settings.PLATFORM_ENDPOINTS.get(platform, {})}
