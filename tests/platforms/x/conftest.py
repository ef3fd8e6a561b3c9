"""X twice: following a script, for what no test can make it do, and as the sandbox simulates it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.x import XAdapter
from apps.platforms.contract import Credential, OAuthClient, Staged
from tests.platforms.conformance.sandbox_bench import settings_of
from tests.platforms.conformance.x_bench import XBench
from tests.platforms.conftest import Script
from tests.support.sandbox import Sandbox

ME = "2244994945"
CLIENT = OAuthClient("my_client_id", Secret("my_client_secret"))

_numbers = itertools.count(1)


@pytest.fixture
def x(serve, http, clock):
    """`x({"GET /path": [...]})`: a platform that follows a script, and an adapter that talks to it."""

    def start(answers, **endpoints):
        server = serve(Script(answers))
        origins = {"login": server.origin, "api": server.origin}
        return server, XAdapter(http=http, endpoints={**origins, **endpoints}, clock=clock)

    return start


@pytest.fixture
def sent(http):
    """Every request that left, with its headers."""
    requests: list[Any] = []
    http.event_hooks["request"].append(requests.append)
    return requests


@pytest.fixture
def credential(clock) -> Credential:
    return Credential(
        remote_user_id=ME,
        access_token=Secret("access-token-1"),
        refresh_token=Secret("refresh-token-1"),
        expires_at=clock() + timedelta(hours=2),
        scopes=XAdapter.scopes,
        client=CLIENT,
        facts={"username": "acme", "subscription_type": "None"},
    )


@pytest.fixture
def staged(clock) -> Staged:
    """What is prepared for a text."""
    return Staged({"started_at": clock().isoformat(), "media": []})


@pytest.fixture
def bench(platforms_sandbox: Sandbox, file_address: str) -> Iterator[XBench]:
    """An account of its own at the simulated X."""
    opened = XBench(platforms_sandbox, f"acme{next(_numbers)}", file_address)
    yield opened
    opened.close()


@pytest.fixture
def connected(bench: XBench) -> Credential:
    return bench.connect()


@pytest.fixture
def switch(platforms_sandbox: Sandbox) -> Iterator[Callable[..., None]]:
    """`switch(self_reply=False)`: the simulated X behaves otherwise until the end of the test."""
    usual = settings_of(platforms_sandbox, "x")
    changed: set[str] = set()

    def change(**settings: Any) -> None:
        changed.update(settings)
        platforms_sandbox.set("x", **settings)

    yield change
    platforms_sandbox.set("x", **{name: usual[name] for name in changed})


def problem(status: int, detail: str, *, title: str = "Forbidden", type: str = "about:blank", **more: Any) -> tuple:
    """An error in the first of X's shapes."""
    return (status, {"title": title, "detail": detail, "type": type, "status": status, **more})
