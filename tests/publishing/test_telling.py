"""What others are told: each fact once, and a mistake while telling never takes a publication back."""

from __future__ import annotations

from typing import Any

import pytest

from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing import services
from apps.publishing.engine import receipts
from apps.publishing.models import Publication
from apps.publishing.states import State
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


def test_the_whole_post_is_told_once_when_its_last_account_is_done(agency: Agency) -> None:
    post = agency.post(on=[agency.account("harbour"), agency.account("pier")])
    agency.schedule(post)

    run_worker()

    assert agency.events(post) == ["post.created", "post.scheduled", "post.published"]


def test_a_post_that_failed_in_part_says_so_and_is_told_again_when_it_is_whole(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    good, bad = agency.account("harbour"), agency.account("pier")
    post = agency.post(on=[good, bad])
    planned = agency.schedule(post)
    other = next(row for row in planned if row.account_id == bad.pk)
    with agency.scope():
        Publication.objects.filter(pk=other.pk).update(attempts_made=5)
    memory.fault("error_before", call="stage", times=2)
    run_worker()
    for _ in range(3):
        clock.advance(minutes=1)
        run_worker()

    assert agency.events(post)[-1] == "post.partially_published"
    agency.do(services.retry, publication=other)
    run_worker()

    assert agency.events(post)[-2:] == ["post.partially_published", "post.published"]


def test_a_mistake_while_telling_leaves_the_post_published(
    agency: Agency, memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("a listener's mistake")

    publication = agency.scheduled()
    monkeypatch.setattr(receipts, "tell", broken)

    run_worker()
    run_worker()

    assert agency.read(publication).state == State.PUBLISHED
    assert memory.texts("harbour") == ["Good morning"]


def test_an_address_that_comes_later_is_looked_up_apart_and_changes_nothing_else(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from apps.publishing.engine import locating
    from tests.support.publishing import adapter

    ours = adapter(memory)
    commit, locate = ours.commit, ours.locate

    def without_address(self: Any, *arguments: Any, **named: Any) -> Any:
        return replace(commit(self, *arguments, **named), remote_url="")

    def broken(*_: Any) -> str:
        raise RuntimeError

    monkeypatch.setattr(ours, "commit", without_address)
    monkeypatch.setattr(ours, "locate", broken)
    publication = agency.scheduled()
    run_worker()
    assert (agency.read(publication).state, agency.read(publication).remote_url) == (State.PUBLISHED, "")

    monkeypatch.setattr(ours, "locate", locate)
    clock.advance(minutes=6)
    assert locating.locate_missing(now=clock.now) == 1

    assert agency.read(publication).remote_url.startswith("https://memory.invalid/posts/")
    assert len(memory.posts) == 1
