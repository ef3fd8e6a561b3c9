from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.instagram import InstagramAdapter
from apps.platforms.contract import Credential
from tests.platforms.conformance.instagram_bench import InstagramBench
from tests.platforms.conformance.sandbox_bench import settings_of
from tests.platforms.conftest import Script
from tests.platforms.drafts import draft, picture
from tests.platforms.instagram.answers import ME, staged_for

_numbers = itertools.count(1)
ORIGINS = ("login", "api", "graph", "facebook", "facebook_graph", "upload")


@pytest.fixture
def bench(platforms_sandbox, file_address) -> Iterator[InstagramBench]:
    """The simulated Instagram, with an account of its own."""
    opened = InstagramBench(platforms_sandbox, f"harbour{next(_numbers)}", file_address)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def connected(bench) -> Credential:
    return bench.connect()


@pytest.fixture
def switch(bench):
    """Settings of the simulated Instagram for one test: `switch(daily_posts=3)`."""
    usual = settings_of(bench.sandbox, "instagram")
    changed: dict[str, object] = {}

    def to(**settings: object) -> None:
        changed.update({name: usual[name] for name in settings})
        bench.sandbox.set("instagram", **settings)

    yield to
    if changed:
        bench.sandbox.set("instagram", **changed)


@pytest.fixture
def instagram(serve, http, clock):
    """`instagram({"GET /path": [...]})`: a platform that follows a script, and an adapter that talks to it."""

    def start(answers, **endpoints):
        server = serve(Script(answers))
        return server, InstagramAdapter(
            http=http, endpoints={**dict.fromkeys(ORIGINS, server.origin), **endpoints}, clock=clock
        )

    return start


@pytest.fixture
def credential(clock) -> Credential:
    return Credential(
        remote_user_id=ME,
        access_token=Secret("IGAA-long-token"),
        expires_at=clock() + timedelta(days=60),
        scopes=InstagramAdapter.scopes,
        facts={"issued_at": clock().isoformat(), "username": "acme", "app_scoped_id": "99"},
    )


@pytest.fixture
def written():
    return draft("Hello #x", picture(alt="A"))


@pytest.fixture
def staged(written):
    return staged_for(written)
