"""What more than one module here starts from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import heartbeats
from apps.core.heartbeats import SEEN, WHO, Heart, wanted_lanes
from apps.watch import public


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """What the process remembers for some seconds is forgotten between tests."""
    heartbeats.look_again()
    public.forget_pages()
    yield
    heartbeats.look_again()
    public.forget_pages()


@pytest.fixture
def everybody(valkey: redis.Redis) -> Heart:
    """One process that has every lane, beat's included, and has just given a sign of life."""
    heart = Heart("worker", wanted_lanes())
    assert heart.beat()
    heartbeats.look_again()
    return heart


@pytest.fixture
def age(valkey: redis.Redis) -> Callable[..., None]:
    """`age(heart, seconds=60)`: let its last sign of life be that old."""

    def make_old(heart: Heart, **span: float) -> None:
        seconds = timedelta(**span).total_seconds()
        lanes = json.loads(valkey.hget(WHO, heart.id))["lanes"]
        valkey.hset(SEEN, heart.id, float(valkey.hget(SEEN, heart.id)) - seconds)
        for lane in lanes:
            valkey.hset(heartbeats.LANES, lane, float(valkey.hget(heartbeats.LANES, lane)) - seconds)
        heartbeats.look_again()

    return make_old


@pytest.fixture
def queries() -> Callable[[], CaptureQueriesContext]:
    """`with queries() as asked:` and `len(asked)` is how many there were."""
    return lambda: CaptureQueriesContext(connection)


@pytest.fixture
def no_queue(settings) -> Iterator[None]:
    """A queue that nobody answers for."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    heartbeats.look_again()
    yield
    heartbeats.look_again()
