"""LinkedIn twice: following a script, for what no test can make it do, and as the sandbox simulates it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.linkedin import LinkedInAdapter
from apps.platforms.contract import Credential, OAuthClient
from tests.platforms.conformance.linkedin_bench import PAGE_SCOPES, LinkedInBench
from tests.platforms.conftest import Script

PAGE, MEMBER = "urn:li:organization:555", "urn:li:person:abc123"
MEMBER_SCOPES = ("openid", "profile", "w_member_social")
CLIENT = OAuthClient("77x", Secret("client-secret"))

_numbers = itertools.count(1)


@pytest.fixture
def linkedin(serve, http, clock):
    """`linkedin({"GET /path": [...]})`: a platform that follows a script, and an adapter that talks to it."""

    def start(answers, **endpoints):
        server = serve(Script(answers))
        origins = {"www": server.origin, "api": server.origin}
        return server, LinkedInAdapter(http=http, endpoints={**origins, **endpoints}, clock=clock)

    return start


@pytest.fixture
def sent(http):
    """Every request that left, with its headers."""
    requests = []
    http.event_hooks["request"].append(requests.append)
    return requests


@pytest.fixture
def page(clock) -> Credential:
    return Credential(
        remote_user_id=MEMBER,
        access_token=Secret("AQV-access"),
        refresh_token=Secret("AQX-refresh"),
        expires_at=clock() + timedelta(days=60),
        scopes=PAGE_SCOPES,
        client=CLIENT,
        channel_id=PAGE,
        channel_kind="page",
    )


@pytest.fixture
def member(clock) -> Credential:
    """A member whose app only shares: it may write, and read nothing."""
    return Credential(
        remote_user_id=MEMBER,
        access_token=Secret("AQV-access"),
        expires_at=clock() + timedelta(days=60),
        scopes=MEMBER_SCOPES,
        client=CLIENT,
        channel_id=MEMBER,
        channel_kind="profile",
    )


class MemberBench(LinkedInBench):
    scopes = MEMBER_SCOPES

    def seen(self):
        handle = self.account["data"]["member_handle"] if "data" in self.account else f"ann-{self.handle}"
        return [post for post in self.sandbox.posts(self.name, handle) if not post["deleted_at"]]


def opened(kind, sandbox, files) -> Iterator[LinkedInBench]:
    bench = kind(sandbox, f"linked{next(_numbers)}", files)
    try:
        yield bench
    finally:
        bench.close()


@pytest.fixture
def bench(platforms_sandbox, file_address) -> Iterator[LinkedInBench]:
    """A page of the simulated LinkedIn."""
    yield from opened(LinkedInBench, platforms_sandbox, file_address)


@pytest.fixture
def member_bench(platforms_sandbox, file_address) -> Iterator[MemberBench]:
    """A member of the simulated LinkedIn, whose app only shares."""
    yield from opened(MemberBench, platforms_sandbox, file_address)
