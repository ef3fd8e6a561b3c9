from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.threads import ThreadsAdapter
from apps.platforms.adapters.threads.requests import SCOPES
from apps.platforms.contract import Credential, OAuthClient
from tests.platforms.conformance.sandbox_bench import settings_of
from tests.platforms.conformance.threads_bench import ThreadsBench
from tests.platforms.conftest import Script
from tests.platforms.threads.answers import ME

_numbers = itertools.count(1)


@pytest.fixture
def bench(platforms_sandbox, file_address) -> Iterator[ThreadsBench]:
    """The simulated Threads, with a profile of its own."""
    opened = ThreadsBench(platforms_sandbox, f"profile{next(_numbers)}", file_address)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def connected(bench) -> Credential:
    return bench.connect()


@pytest.fixture
def switch(bench):
    """Settings of the simulated Threads for one test: `switch(max_links=3)`."""
    usual = settings_of(bench.sandbox, "threads")
    changed: dict[str, object] = {}

    def to(**settings: object) -> None:
        changed.update({name: usual[name] for name in settings})
        bench.sandbox.set("threads", **settings)

    yield to
    if changed:
        bench.sandbox.set("threads", **changed)


@pytest.fixture
def threads(serve, http, clock):
    """`threads({"GET /path": [...]})`: a platform that follows a script, and an adapter that talks to it."""

    def start(answers):
        server = serve(Script(answers))
        origins = dict.fromkeys(("login", "web", "graph"), server.origin)
        return server, ThreadsAdapter(http=http, endpoints=origins, clock=clock)

    return start


@pytest.fixture
def credential(clock) -> Credential:
    return Credential(
        remote_user_id=ME,
        access_token=Secret("THLONG-token"),
        expires_at=clock() + timedelta(days=60),
        scopes=SCOPES,
        client=OAuthClient("123456", Secret("threads-secret")),
        facts={"issued_at": clock().isoformat(), "username": "acme"},
    )
