"""Files are made into what a platform takes as soon as a post is planned, and nothing goes out before they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.media.models import Asset, Rendition
from apps.media.rendering import rounds
from apps.media.states import RenditionState
from apps.platforms.contract import Draft, Receipt
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.errors import PostNotReady
from apps.publishing import services
from apps.publishing.states import Outcome, State
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def picky(agency: Agency, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """A platform that takes JPEG and nothing else, and a private place to work."""
    settings.MEDIA_ROOT, settings.MEDIA_WORK_DIR = str(tmp_path / "media"), tmp_path / "making"
    jpeg = replace(adapter(agency.platform).capabilities, media_types=frozenset({"image/jpeg"}), max_aspect=2.0)
    monkeypatch.setattr(adapter(agency.platform), "capabilities", jpeg)


@pytest.fixture
def png(agency: Agency, picky: None) -> Asset:
    return factories.asset(agency.workspace, alt="A loaf")


def renditions(agency: Agency) -> list[Rendition]:
    with agency.scope():
        return list(Rendition.objects.order_by("pk"))


def test_what_a_platform_does_not_take_is_made_when_the_post_is_planned(agency: Agency, png: Asset) -> None:
    agency.post(assets=[png])
    assert renditions(agency) == []

    agency.scheduled(minutes=60, assets=[png])

    (made,) = renditions(agency)
    assert (made.asset_id, made.state, made.recipe["mime_type"]) == (png.pk, RenditionState.QUEUED, "image/jpeg")


@pytest.fixture
def sent(agency: Agency, picky: None, monkeypatch: pytest.MonkeyPatch) -> list[Draft]:
    """What was committed at the platform."""
    drafts: list[Draft] = []
    commit = adapter(agency.platform).commit

    def noted(self: Any, draft: Draft, *rest: Any, **named: Any) -> Receipt:
        drafts.append(draft)
        return commit(self, draft, *rest, **named)

    monkeypatch.setattr(adapter(agency.platform), "commit", noted)
    return drafts


def test_a_post_waits_for_its_files_and_goes_out_once_with_what_was_made(
    agency: Agency, png: Asset, clock: Clock, sent: list[Draft]
) -> None:
    publication = agency.scheduled(assets=[png])

    run_worker()
    waiting = agency.read(publication)
    assert (waiting.state, agency.platform.posts) == (State.SCHEDULED, [])
    assert [attempt.outcome for attempt in agency.attempts(publication)] == [Outcome.NOT_READY]

    rounds.make(seconds=60)
    clock.advance(seconds=11)
    run_worker()

    assert agency.read(publication).state == State.PUBLISHED
    (file,) = sent[0].media
    assert (len(sent), file.mime_type, file.alt) == (1, "image/jpeg", "A loaf")
    with file.open() as content:
        assert content.read(3) == b"\xff\xd8\xff"


def test_what_is_made_in_a_moment_is_waited_for_no_longer_than_that(agency: Agency, png: Asset, clock: Clock) -> None:
    publication = agency.scheduled(assets=[png])
    run_worker()
    clock.advance(seconds=1)
    run_worker()
    rounds.make(seconds=60)

    clock.advance(seconds=2)
    run_worker()

    assert agency.read(publication).state == State.PUBLISHED
    assert [attempt.outcome for attempt in agency.attempts(publication)] == [Outcome.NOT_READY] * 2 + [
        Outcome.PUBLISHED
    ]


def test_what_takes_long_to_be_made_is_looked_at_less_and_less_often(agency: Agency, png: Asset, clock: Clock) -> None:
    publication, pauses = agency.scheduled(assets=[png]), []
    for _ in range(7):
        run_worker()
        pauses.append((agency.read(publication).next_try_at - clock.now).total_seconds())
        clock.advance(seconds=pauses[-1])

    assert pauses == [1, 2, 4, 8, 10, 10, 10]


def test_files_that_are_being_made_before_the_hour_are_looked_at_again_when_it_strikes(
    agency: Agency, png: Asset, clock: Clock
) -> None:
    publication = agency.scheduled(minutes=1, assets=[png])
    for seconds in (0, 1, 2, 4, 8, 10, 10, 10, 10):
        clock.advance(seconds=seconds)
        run_worker()
    row = agency.read(publication)
    assert (row.state, row.stage_at) == (State.SCHEDULED, row.next_try_at), "no later than its hour"


def test_a_file_that_cannot_be_made_fails_the_post_in_words_and_is_made_anew_on_retry(
    agency: Agency, png: Asset
) -> None:
    publication = agency.scheduled(assets=[png])
    with agency.scope():
        Rendition.objects.update(state=RenditionState.FAILED, words="This file cannot be read to its end.")

    run_worker()

    failed = agency.read(publication)
    assert (failed.state, failed.problem_field) == (State.FAILED, "media.0")
    assert failed.problem_words == "This file cannot be read to its end."

    agency.do(services.retry, publication=failed)
    assert [row.state for row in renditions(agency)] == [RenditionState.QUEUED]


def test_what_a_canceled_post_needed_is_not_made(agency: Agency, png: Asset) -> None:
    post = agency.post(assets=[png])
    agency.schedule(post, minutes=60)

    agency.do(services.cancel, post=post)

    assert [row.state for row in renditions(agency)] == [RenditionState.CANCELED]


def test_what_another_post_needs_is_made_all_the_same(agency: Agency, png: Asset) -> None:
    account = agency.account()
    first, second = (agency.post(text, on=[account], assets=[png]) for text in ("One", "Two"))
    for post in (first, second):
        agency.schedule(post, minutes=60)

    agency.do(services.cancel, post=first)

    assert [row.state for row in renditions(agency)] == [RenditionState.QUEUED]


def test_another_cut_is_another_file_and_the_first_one_is_called_off(agency: Agency, png: Asset) -> None:
    account = agency.account()
    post = agency.post(on=[account], assets=[png])
    agency.schedule(post, minutes=60)
    cut = MediaContent(png.pk, cut={"box": [0.0, 0.0, 0.5, 0.5]})
    content = Content((PartContent("Closer", (cut,)),), (VariantContent(account.pk),))

    agency.do(services.edit, post=post, content=content)

    states = sorted(row.state for row in renditions(agency))
    assert states == [RenditionState.CANCELED, RenditionState.QUEUED]


def test_a_shape_that_only_a_person_can_mend_keeps_a_post_off_the_plan(agency: Agency) -> None:
    wide = factories.asset(agency.workspace, width=600, height=100)
    post = agency.post(assets=[wide])

    with pytest.raises(PostNotReady) as refusal:
        agency.schedule(post, minutes=60)

    (problem,) = refusal.value.problems
    assert (problem.field, problem.choices) == ("media.0", ("crop", "pad"))
