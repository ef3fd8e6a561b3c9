"""What is prepared is forgotten when a post is refused or changed, unless the platform says that it stays good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.platforms.adapters.memory import MemoryPlatform
from apps.platforms.contract import Credential, Draft, Staged
from apps.platforms.errors import NotSent, Rejected
from apps.publishing import services
from apps.publishing.models import Publication
from apps.publishing.states import State
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


class Cinema:
    """A platform that refuses some words at its commit, and counts how often a film is brought to it."""

    def __init__(self) -> None:
        self.refusal: Exception | None = Rejected("Not these words.", field="text", keeps_staged=True)
        self.uploads = 0
        self.is_slow = False

    def stage(
        self, adapter: object, draft: Draft, credential: Credential, *, key: str, before: Staged | None
    ) -> Staged:
        if before is None:
            self.uploads += 1
        pause = timedelta(minutes=1) if self.is_slow else timedelta(0)
        return Staged({"film": self.uploads}, ready=not self.is_slow, again_in=pause)


@pytest.fixture
def cinema(memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch) -> Cinema:
    made, commit = Cinema(), adapter(memory).commit

    def refuse(self: Any, *given: Any, **named: Any) -> Any:
        if made.refusal is not None:
            raise made.refusal
        return commit(self, *given, **named)

    monkeypatch.setattr(adapter(memory), "stage", lambda self, *given, **named: made.stage(self, *given, **named))
    monkeypatch.setattr(adapter(memory), "commit", refuse)
    return made


def refused(agency: Agency) -> Publication:
    publication = agency.scheduled("Old words")
    run_worker()
    with agency.scope():
        publication = Publication.objects.select_related("post", "account").get(pk=publication.pk)
    assert publication.state == State.FAILED
    return publication


def correct(agency: Agency, publication: Publication) -> None:
    agency.do(services.correct, publication=publication, text="New words")
    agency.do(services.retry, publication=publication)


def edit(agency: Agency, publication: Publication) -> None:
    content = agency.content("New words", [publication.account])
    agency.do(services.edit, post=publication.post, content=content)
    agency.do(services.retry, publication=publication)


def plan_again(agency: Agency, publication: Publication) -> None:
    agency.do(services.correct, publication=publication, text="New words")
    agency.do(services.publish_now, post=publication.post)


@pytest.mark.parametrize("mend", [correct, edit, plan_again])
def test_a_film_that_stays_good_is_not_brought_again(
    agency: Agency, memory: MemoryPlatform, cinema: Cinema, mend: Any
) -> None:
    publication = refused(agency)
    cinema.refusal = None
    mend(agency, publication)
    run_worker()
    assert agency.read(publication).state == State.PUBLISHED
    assert memory.texts("harbour") == ["New words"]
    assert cinema.uploads == 1


@pytest.mark.parametrize("mend", [correct, edit, plan_again])
def test_one_of_which_that_is_not_said_is_forgotten(
    agency: Agency, memory: MemoryPlatform, cinema: Cinema, mend: Any
) -> None:
    cinema.refusal = Rejected("Not these words.", field="text")
    publication = refused(agency)
    assert publication.staged is None
    cinema.refusal = None
    mend(agency, publication)
    run_worker()
    assert memory.texts("harbour") == ["New words"]
    assert cinema.uploads == 2


def test_what_failed_for_another_reason_is_prepared_anew(
    agency: Agency, memory: MemoryPlatform, cinema: Cinema, settings: Any
) -> None:
    settings.PUBLISH_RETRY_PAUSES = ()
    cinema.refusal = NotSent("The line broke.")
    publication = refused(agency)
    cinema.refusal = None
    correct(agency, publication)
    run_worker()
    assert memory.texts("harbour") == ["New words"]
    assert cinema.uploads == 2


def test_time_that_passed_before_the_retry_is_not_held_against_the_platform(
    agency: Agency, cinema: Cinema, clock: Clock
) -> None:
    publication = refused(agency)
    cinema.is_slow, cinema.refusal = True, None
    clock.advance(hours=20)
    agency.do(services.retry, publication=publication)
    run_worker()
    publication = agency.read(publication)
    assert (publication.state, cinema.uploads) == (State.SCHEDULED, 1)
