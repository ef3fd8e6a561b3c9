from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from apps.platforms.contract import Credential
from tests.platforms.conformance.bench import Bench
from tests.platforms.conformance.benches import NAMES, open_bench, picture_server
from tests.support.sandbox import Sandbox, SandboxServer

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def platforms_sandbox() -> Iterator[Sandbox]:
    with SandboxServer() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def picture_address() -> Iterator[str]:
    with picture_server() as address:
        yield address


@pytest.fixture(params=NAMES)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Each adapter in turn, with an account of its own."""
    if request.param == "memory":
        with open_bench("memory", None, handle="", pictures="") as opened:
            yield opened
        return
    sandbox, pictures = request.getfixturevalue("platforms_sandbox"), request.getfixturevalue("picture_address")
    with open_bench(request.param, sandbox, handle=f"account{next(_numbers)}", pictures=pictures) as opened:
        yield opened


@pytest.fixture
def credential(bench: Bench) -> Credential:
    return bench.connect()
