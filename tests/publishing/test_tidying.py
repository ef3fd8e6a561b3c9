"""What was prepared in vain is taken back from the platform, and nothing that was sent or is still needed is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.platforms.adapters.memory import MemoryPlatform
from apps.platforms.errors import MissingPermission, NotSent, PlatformError
from apps.publishing import services
from apps.publishing.engine import tidying
from apps.publishing.models import FollowUp, Publication
from apps.publishing.states import State
from tests.publishing.test_comments import write as written_below
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


class TakenBack(list[Any]):
    """What the platform was told to forget; `refusal` is what it says to that."""

    refusal: PlatformError | None = None


@pytest.fixture
def taken_back(memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch) -> TakenBack:
    found = TakenBack()

    def unstage(self: Any, staged: Any, credential: Any) -> None:
        if found.refusal:
            raise found.refusal
        found.append(staged.data)

    monkeypatch.setattr(adapter(memory), "unstage", unstage)
    return found


@pytest.fixture
def ready(agency: Agency) -> Publication:
    publication = agency.scheduled(minutes=10)
    run_worker()
    with agency.scope():
        found: Publication = Publication.objects.select_related("post", "account").get(pk=publication.pk)
    return found


def test_a_post_that_was_called_off_leaves_nothing_behind(
    agency: Agency, clock: Clock, ready: Publication, taken_back: TakenBack
) -> None:
    assert tidying.tidy(now=clock.now) == 0
    agency.do(services.cancel, post=ready.post)

    assert tidying.tidy(now=clock.now) == 1

    assert len(taken_back) == 1
    assert agency.read(ready).staged is None
    assert tidying.tidy(now=clock.now) == 0


def test_what_was_prepared_with_other_words_is_taken_back_before_the_new_ones_are(
    agency: Agency, memory: MemoryPlatform, clock: Clock, ready: Publication, taken_back: TakenBack
) -> None:
    agency.do(services.edit, post=ready.post, content=agency.content("Good evening", [ready.account]))

    run_worker()

    assert len(taken_back) == 1
    assert (agency.read(ready).state, agency.read(ready).leftover) == (State.READY, None)
    clock.advance(minutes=10)
    run_worker()
    assert memory.texts("harbour") == ["Good evening"]


def test_what_does_not_stand_until_the_hour_any_more_is_taken_back_and_made_anew(
    agency: Agency, memory: MemoryPlatform, clock: Clock, ready: Publication, taken_back: TakenBack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(adapter(memory), "stages", classmethod(lambda *_: True))
    later = (clock.now + timedelta(days=2)).replace(tzinfo=None)
    agency.do(services.reschedule, post=ready.post, local=later, zone="UTC")

    clock.advance(days=2, minutes=-5)
    run_worker()

    assert (agency.read(ready).state, len(taken_back)) == (State.READY, 1)


def test_a_platform_that_does_not_answer_is_asked_later(
    agency: Agency, clock: Clock, ready: Publication, taken_back: TakenBack
) -> None:
    agency.do(services.cancel, post=ready.post)
    taken_back.refusal = NotSent("It did not answer.")
    assert tidying.tidy(now=clock.now) == 0
    assert tidying.tidy(now=clock.now) == 0

    taken_back.refusal = None
    clock.advance(minutes=11)

    assert tidying.tidy(now=clock.now) == 1


def test_what_cannot_be_taken_back_keeps_no_post_from_going_out(
    agency: Agency, memory: MemoryPlatform, clock: Clock, ready: Publication, taken_back: TakenBack
) -> None:
    taken_back.refusal = MissingPermission("It may not delete.", scopes=("delete",))
    agency.do(services.edit, post=ready.post, content=agency.content("Good evening", [ready.account]))

    clock.advance(minutes=10)
    run_worker()

    assert memory.texts("harbour") == ["Good evening"]


def test_what_may_be_out_is_never_taken_back(
    agency: Agency, memory: MemoryPlatform, clock: Clock, ready: Publication, taken_back: TakenBack
) -> None:
    memory.fault("lost_after", call="commit")
    clock.advance(minutes=10)
    run_worker()
    assert agency.read(ready).state == State.UNCERTAIN

    tidying.tidy(now=clock.now)

    assert taken_back == []


def test_a_post_that_is_planned_again_meanwhile_is_prepared_anew(
    agency: Agency, memory: MemoryPlatform, clock: Clock, ready: Publication, taken_back: TakenBack
) -> None:
    agency.do(services.cancel, post=ready.post)
    agency.schedule(ready.post, minutes=10)

    run_worker()
    clock.advance(minutes=10)
    run_worker()

    assert len(taken_back) == 1
    assert memory.texts("harbour") == ["Good morning"]


def test_a_comment_that_was_called_off_leaves_nothing_behind(
    agency: Agency, clock: Clock, taken_back: TakenBack
) -> None:
    publication = agency.scheduled("Main")
    run_worker()
    (comment,) = written_below(agency, agency.read(publication), due_at=clock.now + timedelta(hours=3))
    with agency.scope():
        FollowUp.objects.filter(pk=comment.pk).update(staged={"data": {"picture": "7"}})
    assert tidying.tidy(now=clock.now) == 0
    agency.do(services.withdraw_comment, follow_up=comment)

    assert tidying.tidy(now=clock.now) == 1

    assert taken_back == [{"picture": "7"}]
    assert agency.read(comment).staged is None
    assert tidying.tidy(now=clock.now) == 0
