"""Breakers: what opens them, for how long, the single trial, and a person's hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core import clock as system_clock
from apps.governor import breakers
from apps.platforms.limits import Per
from tests.governor.conftest import START, Platform, limit


@pytest.fixture(autouse=True)
def _time_of_the_platform(platform: Platform):
    platform.declare(limit("post", 10_000), limit("read", 10_000, per=Per.TOKEN))
    system_clock.use(lambda: platform.now)
    yield
    system_clock.use(None)


def test_a_token_that_fails_again_and_again_is_left_alone_for_a_minute(platform: Platform):
    assert platform.fail("post", 4) == []
    assert platform.ask("post").is_granted

    (change,) = platform.fail("post")

    assert (change.kind, change.is_open, change.until) == ("token", True, START + timedelta(minutes=1))
    denied = platform.ask("read")
    assert (denied.why, denied.retry_at) == ("breaker", START + timedelta(minutes=1))
    assert platform.ask("post", user="another").is_granted


def test_one_success_between_failures_keeps_it_closed(platform: Platform):
    for _ in range(5):
        assert platform.fail("post", 4) == []
        assert platform.settle(platform.ask("post")) == []


def test_it_stays_open_until_the_reset_that_the_platform_named(platform: Platform):
    again_at = START + timedelta(minutes=40)
    platform.fail("post", 5, reset_at=again_at)
    platform.later(minutes=39)
    assert platform.ask("post").retry_at == again_at


class TestHalfOpen:
    def test_lets_a_single_request_try(self, platform: Platform):
        platform.fail("post", 5)
        platform.later(seconds=61)
        assert platform.granted("post", 10) == 1
        assert platform.ask("post").retry_at == platform.now + timedelta(seconds=15)

    def test_closes_with_its_success(self, platform: Platform):
        platform.fail("post", 5)
        platform.later(seconds=61)
        (change,) = platform.settle(platform.ask("post"))
        assert (change.kind, change.is_open) == ("token", False)
        assert platform.granted("post", 10) == 10
        assert breakers.open_breakers() == []

    def test_opens_for_twice_as_long_with_its_failure(self, platform: Platform):
        platform.fail("post", 5)
        for minutes in (2, 4, 8, 15, 15):
            platform.now = platform.ask("post").retry_at
            assert platform.fail("post") == []  # The same opening goes on: nobody is told again.
            assert platform.ask("post").retry_at == platform.now + timedelta(minutes=minutes)
        (line,) = breakers.open_breakers()
        assert (line.since, line.times) == (START, 6)

    def test_tries_again_when_nothing_was_heard_of_the_trial(self, platform: Platform):
        platform.fail("post", 5)
        platform.later(seconds=61)
        platform.ask("post")
        platform.later(seconds=91)
        assert platform.granted("post", 10) == 1


def test_an_app_is_left_alone_when_several_of_its_tokens_fail(platform: Platform):
    changes = [change for user in "1234567890" for change in platform.fail("post", user=user)]
    assert [(change.kind, change.is_open) for change in changes] == [("app", True)]
    assert platform.ask("post", user="somebody else").why == "breaker"
    assert platform.ask("post", app="another").is_granted


def test_one_token_alone_never_opens_the_breaker_of_its_app(platform: Platform):
    for _ in range(30):
        platform.fail("post")
        platform.later(minutes=20)
    assert {line.kind for line in breakers.open_breakers()} == {"token"}


def test_an_answer_to_what_left_before_it_opened_changes_nothing(platform: Platform):
    early = platform.ask("post")
    platform.fail("post", 5)
    stirred = platform.ask("post", user="2")
    assert platform.settle(early) == []
    assert platform.settle(stirred) == []
    assert platform.ask("post").why == "breaker"


def test_a_call_that_was_refused_pauses_alone(platform: Platform):
    again_at = START + timedelta(minutes=3)
    platform.settle(platform.ask("post"), is_well=False, why="throttled", reset_at=again_at, pauses=True)
    assert (platform.ask("post").why, platform.ask("post").retry_at) == ("pause", again_at)
    assert platform.ask("read").is_granted
    assert platform.ask("post", user="2").is_granted


def test_open_ones_are_listed_with_what_is_known(platform: Platform):
    platform.fail("post", 5, why="ReadTimeout")
    (line,) = breakers.open_breakers()
    assert (line.platform, line.kind, line.why) == ("made_up", "token", "ReadTimeout")
    assert line.organization_id == platform.organization_id
    assert not line.is_waiting_for_a_trial
    platform.later(minutes=2)
    assert breakers.open_breakers()[0].is_waiting_for_a_trial
    platform.later(days=2)
    assert breakers.open_breakers() == []


def test_a_person_closes_one_by_hand(platform: Platform):
    platform.fail("post", 5)
    (line,) = breakers.open_breakers()
    change = breakers.close(platform=line.platform, kind=line.kind, id=line.id)
    assert change is not None
    assert platform.ask("post").is_granted
    assert breakers.open_breakers() == []
    assert breakers.close(platform=line.platform, kind=line.kind, id=line.id) is None
