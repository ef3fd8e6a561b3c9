"""YouTube twice: following a script, for what no test can make it do, and as the sandbox simulates it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.youtube import YouTubeAdapter
from apps.platforms.contract import Credential, OAuthClient
from apps.platforms.errors import HeldBack
from tests.platforms.conformance.sandbox_bench import settings_of
from tests.platforms.conformance.youtube_bench import YouTubeBench
from tests.platforms.conftest import Script
from tests.platforms.youtube.answers import CHANNEL
from tests.support.sandbox import Sandbox

_numbers = itertools.count(1)


@pytest.fixture
def youtube(serve, http, clock):
    """`youtube({"GET /path": [...]})`: a platform that follows a script, and an adapter that talks to it."""

    def start(answers):
        server = serve(Script(answers))
        names = (name for name, value in YouTubeAdapter.default_endpoints.items() if value.startswith("http"))
        return server, YouTubeAdapter(http=http, endpoints=dict.fromkeys(names, server.origin), clock=clock)

    return start


@pytest.fixture
def sent(http):
    """Every request that left, with its headers."""
    requests: list[Any] = []
    http.event_hooks["request"].append(requests.append)
    return requests


class Pace:
    """Our own, as the governor keeps it: what leaves for `path` is held back so many times, each for so long."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.path, self.times, self.pause = "", 0, timedelta(0)

    def holds_back(self, path: str, *, times: int, pause: timedelta) -> None:
        self.path, self.times, self.pause = path, times, pause

    def __call__(self, request: httpx.Request) -> None:
        if self.times and request.url.path == self.path:
            self.times -= 1
            raise HeldBack("What YouTube lets us do in this time is used up.", retry_at=self.clock() + self.pause)


@pytest.fixture
def pace(http, clock) -> Pace:
    kept = Pace(clock)
    http.event_hooks["request"].append(kept)
    return kept


@pytest.fixture
def credential(clock) -> Credential:
    return Credential(
        remote_user_id=CHANNEL,
        access_token=Secret("ya29.test01"),
        refresh_token=Secret("1//0test-refresh"),
        expires_at=clock() + timedelta(hours=1),
        scopes=YouTubeAdapter.scopes,
        client=OAuthClient("client-1", Secret("client-secret-1")),
        facts={"uploads": "UUtest00000000000000001"},
        channel_id=CHANNEL,
        channel_kind="channel",
    )


@pytest.fixture
def bench(platforms_sandbox: Sandbox, file_address: str) -> Iterator[YouTubeBench]:
    """A channel of its own at the simulated YouTube."""
    opened = YouTubeBench(platforms_sandbox, f"channel{next(_numbers)}", file_address)
    yield opened
    opened.close()


@pytest.fixture
def connected(bench: YouTubeBench) -> Credential:
    return bench.connect()


@pytest.fixture
def switch(platforms_sandbox: Sandbox) -> Iterator[Callable[..., None]]:
    """`switch(forces_private=True)`: the simulated YouTube behaves otherwise until the end of the test."""
    usual = settings_of(platforms_sandbox, "youtube")
    changed: set[str] = set()

    def change(**settings: Any) -> None:
        changed.update(settings)
        platforms_sandbox.set("youtube", **settings)

    yield change
    platforms_sandbox.set("youtube", **{name: usual[name] for name in changed})
