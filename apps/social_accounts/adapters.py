"""Adapters ready to work: the guarded and governed client, the deployment's endpoints, the house's clock.

What is only a test goes to the simulation that the operator runs for that, and its client reaches nothing else: an
address that a server names, or that somebody has typed, does not lead out of it.
"""

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
from apps.social_accounts.models import Grant, SocialAccount

POOLS: Final = 64
# What only the app has that the operator entered at the real platform.
OF_THE_REAL_APP: Final = frozenset({"client_key", "config_id", "application"})
LETS_IN: Final = {"bluesky": {"development": "1"}}  # plain http
NOWHERE: Final = "https://no-sandbox.invalid"
_turns = itertools.count()
_lock = threading.Lock()
_clients: dict[tuple[timedelta, int, tuple[str, ...] | None], httpx.Client] = {}


def _client(timeout: timedelta, pool: int, only: tuple[str, ...] | None) -> httpx.Client:
    # A client is safe to share between threads, but its pool has one lock, which a hundred hands would wait for.
    wanted = (timeout, pool, only)
    with _lock:
        if wanted not in _clients:
            _clients[wanted] = outbound.client(timeout=timeout, around=governor.GovernedTransport, only=only)
        return _clients[wanted]


def close_lines() -> None:
    """Close all connections that are kept open; whoever calls a platform opens new ones."""
    with _lock:
        while _clients:
            _clients.popitem()[1].close()


atexit.register(close_lines)


def adapter_for(
    platform: str,
    *,
    is_test: bool,
    lane: Lane,
    organization_id: UUID | None = None,
    timeout: timedelta | None = None,
) -> Adapter:
    """The adapter of `platform`, whose calls may raise Throttled without having left: `lane` is what they are for, and
    `organization_id` whose share of a limit they take. `timeout` bounds each of its requests as a whole. Raises
    UnknownPlatform.

    `is_test` says of every call whether it is for a test account; without a simulation those are NotSent."""
    adapter = registry.build(
        platform,
        http=_client(timeout or settings.OUTBOUND_TIMEOUT, next(_turns) % POOLS, _origins() if is_test else None),
        endpoints=endpoints_of(platform, is_test=is_test),
        clock=clock.now,
    )
    return governor.governed(adapter, lane=lane, organization_id=organization_id, is_test=is_test)


def adapter_of(whose: SocialAccount | Grant, *, lane: Lane, timeout: timedelta | None = None) -> Adapter:
    """The adapter for calls with the tokens of this account or grant: to the platform, or for a test to the
    simulation."""
    return adapter_for(
        whose.platform, is_test=whose.is_test, lane=lane, organization_id=whose.organization_id, timeout=timeout
    )


def has_sandbox() -> bool:
    """Whether there is a simulation that tests can be sent to."""
    return bool(settings.PLATFORM_TEST_SANDBOXES)


def sandbox_of(platform: str) -> str:
    """The origin of the simulated platform that tests are sent to; "" where there is none."""
    origin: str = settings.PLATFORM_TEST_SANDBOXES.get(platform, "")
    return origin


def _origins() -> tuple[str, ...]:
    return tuple(settings.PLATFORM_TEST_SANDBOXES.values())


def endpoints_of(platform: str, *, is_test: bool = False) -> dict[str, str]:
    """Where `platform` answers for this deployment: its own addresses, the sandbox in their place, or what the
    environment says. For a test it is the simulation, whatever the environment says of the platform."""
    if is_test:
        return _simulated(platform)
    usual = registry.adapter_class(platform).default_endpoints
    simulated = settings.PLATFORM_SANDBOXES.get(platform)
    here = {name: simulated for name, value in usual.items() if value.startswith("http")} if simulated else {}
    return {**usual, **here, **settings.PLATFORM_ENDPOINTS.get(platform, {})}


def _simulated(platform: str) -> dict[str, str]:
    usual = registry.adapter_class(platform).default_endpoints
    origin = sandbox_of(platform) or NOWHERE
    # What the environment says is of the real platform: a version or a way of spelling holds here too, an address not.
    said = {
        name: value for name, value in settings.PLATFORM_ENDPOINTS.get(platform, {}).items()
        if "://" not in value and name not in OF_THE_REAL_APP
    }  # fmt: skip
    addresses = {name: origin for name, value in usual.items() if value.startswith("http")}
    return {**usual, **said, **addresses, **LETS_IN.get(platform, {}), **_trusting(platform, origin)}


def _trusting(platform: str, origin: str) -> dict[str, str]:
    return {"trusted": origin} if platform == "mastodon" else {}
