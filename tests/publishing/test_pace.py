"""What takes long to be prepared begins sooner the next time, because it was measured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing.engine import pace
from apps.publishing.models import LongPreparation
from apps.publishing.states import State
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    pace.look_again()
    yield
    pace.look_again()


@pytest.fixture
def slow(memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each post takes forty minutes."""
    stage = adapter(memory).stage

    def slowly(self: Any, *arguments: Any, **named: Any) -> Any:
        clock.advance(minutes=40)
        return stage(self, *arguments, **named)

    monkeypatch.setattr(adapter(memory), "stage", slowly)


def test_after_a_preparation_of_forty_minutes_the_next_begins_an_hour_before(
    agency: Agency, slow: None, clock: Clock, settings: Settings
) -> None:
    settings.PUBLISH_LEASE = timedelta(hours=2)
    agency.scheduled("First", minutes=30)
    run_worker()
    pace.look_again()
    second = agency.scheduled("Second", minutes=61)

    run_worker()
    assert agency.read(second).state == State.SCHEDULED

    clock.advance(minutes=2)
    run_worker()
    assert agency.read(second).state == State.READY


def test_a_quick_one_teaches_nothing(agency: Agency, memory: MemoryPlatform) -> None:
    agency.scheduled(minutes=20)

    run_worker()

    assert not LongPreparation.objects.exists()


def test_one_odd_preparation_in_ten_is_not_counted_and_no_span_is_without_end(clock: Clock) -> None:
    for seconds in (*[600] * 19, 40_000):
        LongPreparation.objects.create(platform="youtube", has_video=True, seconds=seconds)
    LongPreparation.objects.create(platform="x", has_video=True, seconds=400_000)

    assert pace.most_wanted("youtube") == timedelta(minutes=15)
    assert pace.most_wanted("x") == pace.MOST
    assert pace.most_wanted("mastodon") == timedelta(0)


def test_after_two_weeks_it_is_forgotten(clock: Clock) -> None:
    LongPreparation.objects.create(platform="youtube", has_video=True, seconds=4000)
    clock.advance(days=15)

    assert pace.most_wanted("youtube") == timedelta(0)
    pace.forget(now=clock.now)
    assert not LongPreparation.objects.exists()
