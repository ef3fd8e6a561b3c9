from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.facebook import FacebookAdapter
from apps.platforms.contract import Credential, OAuthClient, channel_secret
from tests.platforms.conformance.facebook_bench import FacebookBench
from tests.platforms.conformance.sandbox_bench import settings_of
from tests.platforms.conftest import Script
from tests.support.sandbox import Sandbox

PAGE, PERSON = "111", "222"

_numbers = itertools.count(1)


@pytest.fixture
def bench(platforms_sandbox: Sandbox, file_address: str) -> Iterator[FacebookBench]:
    """A Page of its own at the simulated Facebook."""
    opened = FacebookBench(platforms_sandbox, f"page{next(_numbers)}", file_address)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def credential(bench: FacebookBench) -> Credential:
    return bench.connect()


@pytest.fixture
def switch(platforms_sandbox: Sandbox) -> Iterator[Callable[..., None]]:
    """`switch(tasks="ANALYZE")`: the simulated Facebook is different until the test is over."""
    usual = settings_of(platforms_sandbox, "facebook")
    changed: set[str] = set()

    def change(**settings: Any) -> None:
        changed.update(settings)
        platforms_sandbox.set("facebook", **settings)

    yield change
    if changed:
        platforms_sandbox.set("facebook", **{name: usual[name] for name in changed})


@pytest.fixture
def facebook(serve, http, clock):
    """`facebook({"GET /path": [...]})`: a platform that follows a script, and an adapter that talks to it."""

    def start(answers):
        server = serve(Script(answers))
        names = ("login", "graph", "video", "upload")
        endpoints = dict.fromkeys(names, server.origin)
        return server, FacebookAdapter(http=http, endpoints=endpoints, clock=clock)

    return start


@pytest.fixture
def known(clock) -> Credential:
    """A credential as it is stored, of a person with one Page."""
    return Credential(
        remote_user_id=PERSON,
        access_token=Secret("EAA-person-token"),
        client=OAuthClient("1", Secret("app-secret-text")),
        extra={channel_secret(PAGE): Secret("EAA-page-token")},
        facts={"person_until": (clock() + timedelta(days=60)).isoformat(), "data_until": ""},
        channel_id=PAGE,
        channel_kind="page",
    )
