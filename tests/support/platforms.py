"""The simulated platforms, and a Postroom whose settings point to them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from pytest_django import Settings

from config.platforms import SANDBOX_APPS
from tests.support.sandbox import Sandbox, SandboxServer


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
    settings.PLATFORM_SANDBOXES = sandbox_origins(sandbox)
    settings.PLATFORM_TEST_SANDBOXES = settings.PLATFORM_SANDBOXES
    settings.PLATFORM_ENDPOINTS = {"bluesky": {"development": "1"}}
    settings.OUTBOUND_TRUSTED_ORIGINS = tuple(settings.PLATFORM_SANDBOXES.values())
    settings.PLATFORM_APPS = SANDBOX_APPS
    return sandbox


def answer_of(callback_url: str) -> dict[str, str]:
    """The query string that a platform sent the browser back with."""
    return dict(parse_qsl(urlsplit(callback_url.partition("#")[0]).query))


def sandbox_origins(sandbox: Sandbox) -> dict[str, str]:
    """The origin of each simulated platform, without the hub's."""
    sandbox.origin("hub")
    return {name: origin for name, origin in sandbox.origins.items() if name != "hub"}
