"""What may go out in a moment is waited for: rounds that pause are woken for it, and for nothing that is far off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps.core import clock as system_clock
from apps.platforms.adapters.memory import MemoryPlatform
from apps.platforms.errors import PlatformError, StagedLost, Throttled
from apps.publishing import services
from apps.publishing.states import State
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db

SENDING, LEAVING = "publishing.publish_due", "publishing.leave"


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    """The names of the rounds that were woken while a worker worked, or while this was done."""

    def while_(doing: Callable[[], object] = run_worker) -> list[str]:
        names: list[str] = []
        monkeypatch.setattr(current_app, "send_task", lambda name, **_: names.append(name))
        with django_capture_on_commit_callbacks(execute=True):
            doing()
        return [name for name in names if name in (SENDING, LEAVING)]

    return while_


@pytest.mark.parametrize(("seconds", "rounds"), [(0, [SENDING]), (2, [SENDING]), (60, [])])
def test_planning_for_the_next_seconds_wakes_whoever_sends_it(
    agency: Agency, woken: Any, seconds: int, rounds: list[str]
) -> None:
    post = agency.post()

    assert woken(lambda: agency.schedule(post, minutes=seconds / 60)) == rounds


@pytest.mark.parametrize(("seconds", "rounds"), [(2, [SENDING]), (60, [])])
def test_moving_to_the_next_seconds_wakes_whoever_sends_it(
    agency: Agency, clock: Clock, woken: Any, seconds: int, rounds: list[str]
) -> None:
    post, at = agency.post(), clock.now + timedelta(seconds=seconds)
    agency.schedule(post, minutes=600)

    def move() -> None:
        agency.do(services.reschedule, post=post, local=at.replace(tzinfo=None), zone="UTC")

    assert woken(move) == rounds


def refuses(memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch, call: str, error: PlatformError) -> None:
    def wrong(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(adapter(memory), call, wrong)


@pytest.mark.parametrize(("seconds", "rounds"), [(1, [SENDING]), (60, [])])
def test_a_post_that_is_put_off_wakes_whoever_sends_it_if_that_is_soon(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch, woken: Any,
    seconds: int, rounds: list[str],
) -> None:  # fmt: skip
    publication = agency.scheduled(minutes=10)
    run_worker()
    clock.advance(minutes=10)
    again_at = system_clock.now() + timedelta(seconds=seconds)
    refuses(memory, monkeypatch, "commit", Throttled("Later, please.", retry_at=again_at))

    assert woken() == rounds
    assert agency.read(publication).next_try_at >= again_at


def test_a_post_that_is_prepared_anew_at_once_wakes_whoever_sends_it(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch, woken: Any
) -> None:
    publication = agency.scheduled(minutes=10)
    run_worker()
    clock.advance(minutes=10)
    refuses(memory, monkeypatch, "commit", StagedLost("What was uploaded is not there any more."))

    assert SENDING in woken()
    assert agency.read(publication).attempts_made > 0


@pytest.mark.parametrize(("seconds", "rounds"), [(3, [LEAVING]), (600, [])])
def test_a_post_that_is_prepared_just_before_its_hour_wakes_whoever_lets_it_leave(
    agency: Agency, memory: MemoryPlatform, clock: Clock, woken: Any, seconds: int, rounds: list[str]
) -> None:
    publication = agency.scheduled(minutes=seconds / 60)

    assert woken() == rounds
    assert agency.read(publication).state == State.READY
