"""The simulated platforms, and a Postroom whose settings point to them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from pytest_django import Settings

from tests.support.sandbox import Sandbox, SandboxServer

INSTAGRAM_APP = ("900100200300400", "sandbox-instagram-secret")


@pytest.fixture(scope="session")
def _sandbox_process() -> Iterator[Sandbox]:
    with SandboxServer() as running:
        yield running


@pytest.fixture
def sandbox(_sandbox_process: Sandbox) -> Iterator[Sandbox]:
    """The sandbox with no faults, no posts and no tokens."""
    _sandbox_process.reset()
    yield _sandbox_process
    _sandbox_process.clear()


@pytest.fixture
def platforms(sandbox: Sandbox, settings: Settings) -> Sandbox:
    """The sandbox, with all adapters of this process talking to it."""
    instagram, bluesky = sandbox.origin("instagram"), sandbox.origin("bluesky")
    settings.PLATFORM_ENDPOINTS = {
        "instagram": {"login": instagram, "api": instagram, "graph": instagram, "version": "v26.0"},
        "mastodon": {},
        "bluesky": {"resolver": bluesky, "plc": bluesky, "app": bluesky, "development": "1"},
    }
    settings.OUTBOUND_TRUSTED_ORIGINS = (instagram, sandbox.origin("mastodon"), bluesky)
    settings.INSTAGRAM_CLIENT_ID, settings.INSTAGRAM_CLIENT_SECRET = INSTAGRAM_APP
    return sandbox


def answer_of(callback_url: str) -> dict[str, str]:
    """The query string that a platform sent the browser back with."""
    return dict(parse_qsl(urlsplit(callback_url.partition("#")[0]).query))
