from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.pinterest import PinterestAdapter
from apps.platforms.adapters.pinterest.permits import SCOPES
from apps.platforms.contract import Credential, OAuthClient
from tests.platforms.conformance.pinterest_bench import PinterestBench
from tests.platforms.conformance.sandbox_bench import settings_of
from tests.platforms.conftest import Script

_numbers = itertools.count(1)


@pytest.fixture
def bench(platforms_sandbox, file_address) -> Iterator[PinterestBench]:
    """The simulated Pinterest, with an account of its own."""
    opened = PinterestBench(platforms_sandbox, f"pinner{next(_numbers)}", file_address)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def connected(bench) -> Credential:
    return bench.connect()


@pytest.fixture
def switch(bench):
    """Settings of the simulated Pinterest for one test: `switch(access="trial")`."""
    usual = settings_of(bench.sandbox, "pinterest")
    changed: dict[str, object] = {}

    def to(**settings: object) -> None:
        changed.update({name: usual[name] for name in settings})
        bench.sandbox.set("pinterest", **settings)

    yield to
    if changed:
        bench.sandbox.set("pinterest", **changed)


@pytest.fixture
def pinterest(serve, http, clock):
    """`pinterest({"GET /path": [...]})`: a platform that follows a script, and an adapter that talks to it."""

    def start(answers, **endpoints):
        server = serve(Script(answers))
        origins = dict.fromkeys(("login", "api"), server.origin)
        return server, PinterestAdapter(http=http, endpoints={**origins, **endpoints}, clock=clock)

    return start


@pytest.fixture
def credential(clock) -> Credential:
    return Credential(
        remote_user_id="2783136121146311751",
        access_token=Secret("pina_A1-token"),
        refresh_token=Secret("pinr_R1-token"),
        expires_at=clock() + timedelta(days=30),
        scopes=SCOPES,
        client=OAuthClient("my_client_id", Secret("my_client_secret")),
        facts={"username": "acme", "account_type": "BUSINESS"},
    )
