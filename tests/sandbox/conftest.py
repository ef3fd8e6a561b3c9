"""A sandbox of its own for each test process, emptied before each test; and a web server with pictures in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.clients import Instagram, Mastodon
from tests.sandbox.gallery import Gallery
from tests.support.sandbox import Sandbox, SandboxServer


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with SandboxServer() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture(scope="session")
def gallery() -> Iterator[Gallery]:
    with Gallery() as gallery:
        yield gallery


@pytest.fixture
def instagram(sandbox: Sandbox) -> Iterator[Instagram]:
    with Instagram(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture
def mastodon(sandbox: Sandbox) -> Iterator[Mastodon]:
    with Mastodon(sandbox, "harbourcoffee") as client:
        yield client
