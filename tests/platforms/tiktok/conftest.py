"""TikTok twice: following a script, for what no test can make it do, and as the sandbox simulates it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.tiktok import TikTokAdapter
from apps.platforms.contract import Credential, OAuthClient
from tests.platforms.conformance.sandbox_bench import settings_of
from tests.platforms.conformance.tiktok_bench import TikTokBench
from tests.platforms.conftest import Script

OPEN_ID = "-000TestOpenId"
CLIENT = OAuthClient("awtest", Secret("s3cr3t-of-the-app"))
_numbers = itertools.count(1)


def fine(**data: Any) -> tuple[int, dict[str, Any]]:
    return 200, {"data": data, "error": {"code": "ok", "message": "", "log_id": "L1"}}


def refused(status: int, code: str, message: str = "no") -> tuple[int, dict[str, Any]]:
    return status, {"data": {}, "error": {"code": code, "message": message, "log_id": "L2"}}


@pytest.fixture
def tiktok(serve, http, clock):
    """`tiktok({"POST /path": [...]})`: a platform that follows a script, and an adapter that talks to it."""

    def start(answers):
        server = serve(Script(answers))
        return server, TikTokAdapter(http=http, endpoints={"login": server.origin, "api": server.origin}, clock=clock)

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
        remote_user_id=OPEN_ID,
        access_token=Secret("act.testAccess01"),
        refresh_token=Secret("rft.testRefresh01"),
        expires_at=clock() + timedelta(hours=2),
        scopes=TikTokAdapter.scopes,
        client=CLIENT,
        facts={"username": "demo.shop"},
    )


@pytest.fixture
def bench(platforms_sandbox, file_address) -> Iterator[TikTokBench]:
    """The simulated TikTok, with an account of its own."""
    opened = TikTokBench(platforms_sandbox, f"creator{next(_numbers)}", file_address)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def connected(bench) -> Credential:
    return bench.connect()


@pytest.fixture
def switch(bench):
    """Settings of the simulated TikTok for one test: `switch(audited=False)`."""
    usual, changed = settings_of(bench.sandbox, "tiktok"), {}

    def to(**settings: object) -> None:
        changed.update({name: usual[name] for name in settings})
        bench.sandbox.set("tiktok", **settings)

    yield to
    if changed:
        bench.sandbox.set("tiktok", **changed)
