"""The server that keeps the counts is gone, or slow: publishing goes on at a safe rate, and no one waits in line."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import redis
from pytest_django import Settings

from apps.governor import decisions, services
from apps.governor.lanes import Lane
from apps.platforms.limits import Per, Window
from tests.governor.conftest import START, Platform, limit
from tests.support import silence
from tests.support import valkey as queues
from tests.support.waiting import wait_until


@pytest.fixture
def gone() -> Iterator[str]:
    with silence.gone() as url:
        yield url


@pytest.fixture
def slow() -> Iterator[str]:
    with silence.mute() as url:
        yield url


@pytest.fixture(params=["gone", "slow"])
def outage(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


def test_a_tenth_of_each_limit_goes_out_in_each_of_its_spans(platform: Platform, outage: str, settings: Settings):
    settings.REDIS_URL = outage
    platform.declare(limit("posts", 50), limit("few", 3))
    assert platform.granted("posts", 30) == 5
    denied = platform.ask("posts")
    assert (denied.why, denied.retry_at) == ("outage", START + timedelta(seconds=62))
    assert platform.granted("few", 5) == 1
    platform.now = denied.retry_at
    assert platform.granted("posts", 30) == 5


def test_lower_lanes_have_less_of_the_little_there_is(platform: Platform, outage: str, settings: Settings):
    settings.REDIS_URL = outage
    platform.declare(limit("posts", 100))
    assert platform.granted("posts", 30, lane=Lane.IMPORT) == 5
    assert platform.granted("posts", 30) == 5


def test_what_was_used_up_when_last_seen_stays_so(platform: Platform, outage: str, settings: Settings):
    platform.declare(limit("posts", 50, window=Window.FIRST_USE))
    platform.granted("posts", 51)
    settings.REDIS_URL = outage
    assert platform.ask("posts").retry_at == START + timedelta(seconds=62)
    platform.later(seconds=62)
    assert platform.granted("posts", 30) == 5


def test_a_breaker_that_was_seen_open_stays_so(platform: Platform, outage: str, settings: Settings):
    platform.declare(limit("posts", 50))
    platform.fail("posts", 5)
    platform.ask("posts")
    settings.REDIS_URL = outage
    assert platform.ask("posts").retry_at == START + timedelta(minutes=1)


def test_a_breaker_of_one_account_that_was_seen_open_stops_no_other(
    platform: Platform, outage: str, settings: Settings
):
    platform.declare(limit("posts", 50))
    platform.fail("posts", 5)
    platform.ask("posts")
    settings.REDIS_URL = outage
    assert platform.ask("posts", user="2").is_granted


def test_nobody_waits_while_it_was_found_silent_a_moment_ago(platform: Platform, slow: str, settings: Settings):
    settings.REDIS_URL = slow
    settings.GOVERNOR_TIMEOUT = timedelta(milliseconds=400)
    settings.GOVERNOR_RETRY_AFTER = timedelta(minutes=5)
    platform.declare(limit("posts", None))
    began = time.monotonic()
    threads = [threading.Thread(target=lambda: platform.granted("posts", 20)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # All may have set out together; nobody waits a second time.
    assert time.monotonic() - began < 10 * 0.4


def test_what_was_let_through_meanwhile_counts_when_it_is_back(platform: Platform, settings: Settings):
    settings.GOVERNOR_RETRY_AFTER = timedelta(0)
    platform.declare(limit("posts", 50), limit("mine", 20, per=Per.TOKEN, window=Window.FIRST_USE))
    with queues.server() as url:
        settings.REDIS_URL = url
        assert platform.granted("posts", 20) == 20
        with frozen(url):
            assert platform.granted("posts", 6) == 5
            assert platform.granted("mine", 3) == 2
            assert not services.health().is_well

        # A question whose answer did not come in time may have been heard all the same, and is charged twice then.
        assert platform.granted("posts", 50) in (24, 25)
        assert platform.granted("mine", 50) == 18
        assert services.health().is_well


@contextmanager
def frozen(url: str) -> Iterator[None]:
    """The server keeps its connections and its counts, and does nothing."""
    with redis.Redis.from_url(url) as client:
        process = client.info("server")["process_id"]
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def test_the_health_page_can_say_so(platform: Platform, outage: str, settings: Settings):
    assert services.health().is_well
    settings.REDIS_URL = outage
    found = services.health()
    assert not found.is_well
    assert "10 %" in found.words
    assert found.silent_since is not None


def test_an_emptied_server_starts_anew(platform: Platform, valkey):
    platform.declare(limit("posts", 5))
    assert platform.granted("posts", 9) == 5
    valkey.flushall()
    valkey.script_flush()
    assert platform.granted("posts", 9) == 5


def test_more_threads_than_a_pool_usually_holds_are_no_outage(platform: Platform, settings: Settings):
    settings.GOVERNOR_TIMEOUT = timedelta(seconds=60)
    platform.declare(limit("posts", None))
    found: list[decisions.Decision] = []
    threads = [threading.Thread(target=lambda: found.append(platform.ask("posts"))) for _ in range(150)]
    with queues.server() as url:
        settings.REDIS_URL = url
        with frozen(url):
            for thread in threads:
                thread.start()
            # All wait for an answer, or somebody has given up already.
            wait_until(lambda: found or _waiting() == 150)
        for thread in threads:
            thread.join()
    assert [one for one in found if not one.seen] == []  # The server was heard by each.


def _waiting() -> int:
    pool = decisions.link()._client.connection_pool
    return len(pool._in_use_connections)
