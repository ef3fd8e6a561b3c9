"""Whoever wakes a worker waits for a broken queue once, and not for long; for one that was found broken, not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from celery import Celery

from apps.compliance import waking as compliance
from apps.core import waking
from apps.media import waking as media
from apps.publishing import waking as publishing
from apps.reports import waking as reports
from apps.webhooks import waking as webhooks
from tests.support import silence
from tests.support import valkey as queues


@pytest.fixture
def gone() -> Iterator[str]:
    with silence.gone() as url:
        yield url


@pytest.fixture
def mute() -> Iterator[str]:
    with silence.mute() as url:
        yield url


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Celery]]:
    """Lets messages go to the queue at an address, over a way that nobody has tried."""
    made: list[Celery] = []

    def at(url: str) -> Celery:
        app = Celery("waking", set_as_current=False)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.conf.broker_url = url
        made.append(app)
        monkeypatch.setattr(waking, "current_app", app)
        monkeypatch.setattr(waking, "_road", waking.Road())
        return app

    yield at
    for app in made:
        app.close()


@pytest.mark.parametrize("outage", ["gone", "mute"])
def test_a_caller_is_not_kept_by_a_queue_that_is(
    outage: str, queue: Callable[[str], Celery], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("kombu.utils.functional.sleep", pauses.append)
    queue(request.getfixturevalue(outage))

    caller = threading.Thread(target=publishing.wake, daemon=True)
    caller.start()
    caller.join(20)

    assert not caller.is_alive()
    assert pauses == [], "it is not tried again and again"


def test_no_room_asks_a_queue_that_was_found_broken(
    queue: Callable[[str], Celery], gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, asked = queue(gone), []
    assert not waking.send("first", expires=10)
    monkeypatch.setattr(app, "send_task", lambda task, **_: asked.append(task))
    monkeypatch.setattr(webhooks, "_not_before", {})

    for wake in (publishing.wake, media.wake, media.wake_makers, compliance._wake, webhooks.wake_for_more):
        wake()
    assert not waking.send(reports.MAKE, expires=30)

    assert asked == []


def test_one_caller_finds_out_that_it_is_back_and_the_others_follow(
    queue: Callable[[str], Celery], gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "AFTER_A_FAILURE", 0.0)
    queue(gone)
    assert not waking.send("first", expires=10)
    with queues.server() as url:
        road = waking._road
        queue(url)
        monkeypatch.setattr(waking, "_road", road)

        assert waking.send("second", expires=10)
        monkeypatch.setattr(waking, "AFTER_A_FAILURE", 600.0)
        assert waking.send("third", expires=10)


def test_while_one_looks_whether_it_is_back_nobody_else_waits(
    queue: Callable[[str], Celery], gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = queue(gone)
    monkeypatch.setattr(waking, "AFTER_A_FAILURE", 0.0)
    assert not waking.send("first", expires=10)
    monkeypatch.setattr(waking, "AFTER_A_FAILURE", 600.0)
    others: list[bool] = []

    def slow(*_: object, **__: object) -> None:
        others.append(waking.send("another", expires=10))

    monkeypatch.setattr(app, "send_task", slow)

    assert waking.send("second", expires=10)
    assert others == [False]


def test_a_message_names_its_task_and_nothing_else(queue: Callable[[str], Celery]) -> None:
    with queues.server() as url:
        app = queue(url)
        publishing.wake()

        with app.connection_for_read() as connection:
            message = connection.SimpleQueue("stage").get(timeout=10)

    assert message.headers["task"] == publishing.TASK
    assert message.payload[:2] == [[], {}]
