"""Rounds of a worker with many hands."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from celery import current_app
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps.core import clock as system_clock
from apps.core import waking
from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing import services
from apps.publishing.engine import rounds
from apps.publishing.states import State
from tests.support.publishing import Agency


@pytest.mark.django_db(transaction=True)
def test_many_hands_send_everything_once(agency: Agency, memory: MemoryPlatform) -> None:
    for number in range(12):
        agency.scheduled(f"Post {number}", on=[agency.account(f"harbour{number}")], comment="First!")

    rounds.prepare(hands=6, again=threading.Event())

    texts = sorted(post.text for post in memory.posts)
    assert texts == sorted([f"Post {number}" for number in range(12)] + ["First!"] * 12)


@pytest.mark.django_db(transaction=True)
def test_what_is_prepared_leaves_at_its_hour(agency: Agency, memory: MemoryPlatform) -> None:
    system_clock.use(None)
    publication = agency.scheduled(minutes=2 / 60)

    began = time.monotonic()
    rounds.prepare(hands=2, again=threading.Event())
    assert agency.read(publication).state == State.READY
    rounds.leave(hands=2, ahead=timedelta(seconds=2), again=threading.Event())

    assert agency.read(publication).state == State.PUBLISHED
    assert 1 < time.monotonic() - began < 9


@pytest.mark.django_db
def test_a_queue_that_is_down_keeps_nobody_from_planning(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise ConnectionRefusedError("no queue here")

    monkeypatch.setattr(current_app, "send_task", refused)
    monkeypatch.setattr(waking, "_road", waking.Road())  # which others need not find closed
    post = agency.post()

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        planned = agency.do(services.publish_now, post=post)

    assert callbacks
    assert [row.state for row in planned.publications] == [State.SCHEDULED]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_ends_takes_nothing_more(agency: Agency, memory: MemoryPlatform) -> None:
    publication, ending = agency.scheduled(), threading.Event()
    ending.set()

    rounds.prepare(hands=2, again=threading.Event(), ending=ending)

    assert agency.read(publication).state == State.SCHEDULED
