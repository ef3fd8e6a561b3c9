"""Google Business as the sandbox simulates it, with a location for each test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.platforms.conformance.google_business_bench import GoogleBusinessBench
from tests.platforms.conformance.sandbox_bench import settings_of
from tests.support.sandbox import Sandbox

_numbers = itertools.count(1)


@pytest.fixture
def bench(platforms_sandbox: Sandbox, file_address: str) -> Iterator[GoogleBusinessBench]:
    made = GoogleBusinessBench(platforms_sandbox, f"bakery{next(_numbers)}", file_address)
    yield made
    made.close()


@pytest.fixture
def credential(bench):
    return bench.connect()


@pytest.fixture
def setting(bench) -> Iterator[Callable[..., None]]:
    """`setting(name=value)`: how Google behaves until the test ends."""
    usual = settings_of(bench.sandbox, bench.name)
    changed: dict[str, Any] = {}

    def change(**wanted: Any) -> None:
        changed.update({name: usual[name] for name in wanted})
        bench.sandbox.set(bench.name, **wanted)

    yield change
    if changed:
        bench.sandbox.set(bench.name, **changed)
