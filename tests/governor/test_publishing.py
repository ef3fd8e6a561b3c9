"""A post that may not go out yet: it waits until the moment that the governor names, shows it, and does not spin."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.core import clock as system_clock
from apps.platforms import registry
from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing.engine import rounds
from apps.publishing.models import Publication
from apps.publishing.states import Outcome, State
from apps.social_accounts.models import SocialAccount
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agency(workspace, platforms: Sandbox) -> Agency:
    return Agency(workspace, MemoryPlatform(system_clock.now))


@pytest.fixture
def account(agency: Agency, platforms: Sandbox) -> SocialAccount:
    made = platforms.create_account("x", "harbour")
    return factories.account(agency.workspace, "x", token=made["credentials"]["token"], handle="harbour")


@pytest.fixture
def one_post_in_a_quarter(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = registry.adapter_class("x")
    limits = tuple(replace(one, amount=1) if one.name == "posts" else one for one in adapter.limits)
    monkeypatch.setattr(adapter, "limits", limits)
    monkeypatch.setattr(adapter, "usage", classmethod(lambda cls, headers, *, now: ()))  # The simulated X allows more.


def post(agency: Agency, account: SocialAccount, text: str) -> Publication:
    (publication,) = agency.schedule(agency.post(text, on=[account]))
    return publication


def test_a_post_over_the_limit_goes_out_when_the_window_ends(
    agency: Agency, account: SocialAccount, platforms: Sandbox, one_post_in_a_quarter, clock: Clock
):
    first = post(agency, account, "Good morning")
    rounds.publish_inline()
    second = post(agency, account, "Good evening")
    for _ in range(10):
        rounds.publish_inline()

    assert agency.read(first).state == State.PUBLISHED
    waiting = agency.read(second)
    assert waiting.state == State.SCHEDULED
    assert timedelta(minutes=15) < waiting.next_try_at - clock.now < timedelta(minutes=17)
    assert "used up" in waiting.problem_words
    assert [attempt.outcome for attempt in agency.attempts(second)] == [Outcome.THROTTLED]
    assert waiting.attempts_made == 0
    assert platforms.count("x", "commit") == 1

    clock.set(waiting.next_try_at)
    rounds.publish_inline()
    assert agency.read(second).state == State.PUBLISHED
    assert len(platforms.posts("x", "harbour")) == 2


def test_a_post_behind_an_open_breaker_waits_for_it_without_a_request(
    agency: Agency, account: SocialAccount, platforms: Sandbox, clock: Clock
):
    platforms.fault("rate_limited", platform="x", seconds=1200, times=None)
    publication = post(agency, account, "Good morning")
    for _ in range(10):
        rounds.publish_inline()
        clock.advance(seconds=30)

    platforms.clear()
    assert platforms.count("x", "commit") == 1
    waiting = agency.read(publication)
    assert waiting.state == State.SCHEDULED
    clock.set(waiting.next_try_at)
    rounds.publish_inline()
    assert agency.read(publication).state == State.PUBLISHED
