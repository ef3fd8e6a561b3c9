from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from apps.platforms.contract import Credential
from tests.platforms.conformance.bench import Bench
from tests.platforms.conformance.benches import NAMES, open_bench

_numbers = itertools.count(1)


def opened(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The bench that the parameter names, with an account of its own."""
    if request.param == "memory":
        with open_bench("memory", None, handle="", files="") as memory:
            yield memory
        return
    sandbox, files = request.getfixturevalue("platforms_sandbox"), request.getfixturevalue("file_address")
    with open_bench(request.param, sandbox, handle=f"account{next(_numbers)}", files=files) as wired:
        yield wired


@pytest.fixture(params=NAMES)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Each adapter in turn."""
    yield from opened(request)


@pytest.fixture
def credential(bench: Bench) -> Credential:
    return bench.connect()
