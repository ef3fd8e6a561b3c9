"""What can be done ahead of the hour is done in steps, and each step is remembered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.platforms.adapters.youtube import publishing as youtube
from apps.platforms.contract import Credential, Draft, Staged
from apps.platforms.errors import NotSent
from apps.publishing.models import Publication
from apps.publishing.states import Outcome, State
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db
STEPS = 4


class Upload:
    """An upload of four steps. `seen` is what the row remembered when a step began."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.publication: Publication | None = None
        self.begun: list[int] = []
        self.seen: list[dict[str, Any]] = []
        self.breaks_at: int | None = None
        self.takes = timedelta(0)
        self.clock: Clock | None = None

    def stage(
        self, adapter: object, draft: Draft, credential: Credential, *, key: str, before: Staged | None
    ) -> Staged:
        step = int(before.data["step"]) if before else 0
        if step == STEPS:
            return Staged({"step": step})
        self.begun.append(step)
        assert self.publication is not None
        row = self.agency.read(self.publication).staged
        self.seen.append(dict(row["data"]) if row else {})
        if self.breaks_at == step:
            self.breaks_at = None
            raise NotSent("The line broke.")
        if self.clock is not None:
            self.clock.advance(seconds=self.takes.total_seconds())
        return Staged({"step": step + 1}, ready=step + 1 == STEPS)


@pytest.fixture
def upload(agency: Agency, memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch) -> Upload:
    made = Upload(agency)

    def stage(self: object, *given: Any, **named: Any) -> Staged:
        return made.stage(self, *given, **named)

    monkeypatch.setattr(MemoryAdapter, "stage", stage)
    made.publication = agency.scheduled("A long film")
    return made


def test_the_steps_follow_each_other_at_once_and_each_is_in_the_row(
    agency: Agency, memory: MemoryPlatform, upload: Upload
) -> None:
    run_worker()

    assert upload.begun == [0, 1, 2, 3]
    assert upload.seen == [{}, {"step": 1}, {"step": 2}, {"step": 3}]
    assert memory.texts("harbour") == ["A long film"]
    assert upload.publication is not None
    assert [attempt.outcome for attempt in agency.attempts(upload.publication)] == [Outcome.PUBLISHED]


def test_an_upload_that_broke_off_goes_on_with_the_step_that_broke(
    agency: Agency, memory: MemoryPlatform, clock: Clock, upload: Upload
) -> None:
    upload.breaks_at = 2
    run_worker()
    assert memory.posts == []

    clock.advance(minutes=3)
    run_worker()

    assert upload.begun == [0, 1, 2, 2, 3]
    assert memory.texts("harbour") == ["A long film"]


def test_an_upload_that_outlives_its_lease_is_carried_on_under_the_next_one(
    agency: Agency, memory: MemoryPlatform, clock: Clock, upload: Upload
) -> None:
    upload.clock, upload.takes = clock, timedelta(minutes=4)  # of a lease of five
    for _ in range(STEPS):
        run_worker()
        clock.advance(seconds=5)

    assert upload.begun == [0, 1, 2, 3]
    assert memory.texts("harbour") == ["A long film"]


def test_a_film_is_shown_before_it_would_be_given_up_for_being_worked_on(settings: Any) -> None:
    """YouTube shows what it is still working on: a long film is neither late for that nor lost."""
    assert youtube.LONGEST_PROCESSING + youtube.LONGEST_POLL < settings.PUBLISH_PREPARATION_LIMIT


def test_an_upload_that_goes_on_is_not_given_up_however_long_it_takes(
    agency: Agency, memory: MemoryPlatform, clock: Clock, upload: Upload, settings: Any
) -> None:
    settings.PUBLISH_PREPARATION_LIMIT = timedelta(minutes=5)
    upload.clock, upload.takes = clock, timedelta(minutes=4)
    for _ in range(STEPS):
        run_worker()
        clock.advance(seconds=5)

    assert upload.publication is not None
    assert agency.read(upload.publication).state == State.PUBLISHED
