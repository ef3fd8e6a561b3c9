"""Workers with wrong clocks want more than three platforms allow, and the sandbox counts: the short form of
`manage.py bench governor`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
import redis

from tests.benchmarks.harness.minutes import demand
from tests.benchmarks.harness.minutes.asked import Asked
from tests.benchmarks.harness.minutes.course import Course
from tests.benchmarks.harness.minutes.verdict import Verdict, least
from tests.support.sandbox import Sandbox, SandboxServer

MINUTES: Final = 0.5


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One of their own, for days go by in it."""
    with SandboxServer() as sandbox:
        yield sandbox


def simulated(sandbox: Sandbox, *, is_heeded: bool) -> Verdict:
    course = Course(sandbox, demand.FEW, workers=6, minutes=MINUTES, asked=Asked(is_heeded=is_heeded))
    course.run()
    return Verdict(course, sandbox.limits())


def test_nothing_is_above_a_limit_and_little_of_it_is_left(sandbox: Sandbox, valkey: redis.Redis):
    verdict = simulated(sandbox, is_heeded=True)

    assert (verdict.over_limit, verdict.refused) == (0, {"tiktok": 0, "x": 0, "youtube": 0})
    assert least(verdict.kept_full()) >= 0.9
    assert verdict.limits["youtube units"]["counted"] == verdict.course.asked.units.total()


def test_without_the_governors_check_the_platforms_have_to_refuse(sandbox: Sandbox, valkey: redis.Redis):
    verdict = simulated(sandbox, is_heeded=False)

    assert min(verdict.refused.values()) > 0
    assert sum(verdict.course.told.values()) == sum(verdict.refused.values())
