"""A queue server for each test process, started before the first test and stopped after the last.

Settings, and the environment that worker processes of a test inherit, point at it, so that a test may empty it without
asking others. `POSTROOM_TEST_QUEUE` names another program to run (Redis in place of Valkey).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from apps.core.running import ports, queue
from apps.core.running.supervisor import ending_with_us

START_SECONDS = 10
STOP_SECONDS = 10


@contextmanager
def server(program: str | None = None) -> Iterator[str]:
    """Run a private server and give its address."""
    folder = Path(tempfile.mkdtemp(prefix="postroom-queue-"))
    plan = queue.prepare(folder, port=ports.free(), program=program)
    process = subprocess.Popen(ending_with_us(plan.command), stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_for_answer(plan.url, process, folder)
        yield plan.url
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_answer(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    with redis.Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                if process.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError(
                        f"The queue did not start: {(folder / 'queue.log').read_text()[-500:]}"
                    ) from None
                time.sleep(0.01)


def pytest_configure(config: pytest.Config) -> None:
    if _runs_no_tests(config):
        return
    running = server(os.environ.get("POSTROOM_TEST_QUEUE"))
    _use(running.__enter__())
    config.add_cleanup(lambda: running.__exit__(None, None, None))
    config.add_cleanup(_hang_up)


def _runs_no_tests(config: pytest.Config) -> bool:
    """The controller of xdist only hands tests out."""
    shares_out = bool(getattr(config.option, "numprocesses", None)) and not hasattr(config, "workerinput")
    return shares_out or config.option.collectonly


def _use(url: str) -> None:
    from django.conf import settings
    from django.core.cache import caches

    os.environ["REDIS_URL"] = url
    settings.REDIS_URL = settings.CELERY_BROKER_URL = url
    settings.CACHES["default"]["LOCATION"] = url
    caches.close_all()


def _hang_up() -> None:
    from apps.core import heartbeats

    heartbeats.hang_up()


@pytest.fixture
def valkey() -> Iterator[redis.Redis]:
    """A client of this process' queue server, which is empty before and after."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushall()
        yield client
        client.flushall()
