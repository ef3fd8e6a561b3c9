"""Budgets, charged in one step against a real server, while the caller's clock is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from apps.governor.lanes import Lane
from apps.platforms.limits import Per, Usage, Window
from tests.governor.conftest import MINUTE, START, Platform, call, limit


def test_a_rolling_limit_frees_what_is_older_than_its_span_and_no_more(platform: Platform):
    platform.declare(limit("posts", 10))
    assert platform.granted("posts", 6) == 6
    platform.later(seconds=30)
    assert platform.granted("posts", 20) == 4

    denied = platform.ask("posts")

    # The first six leave after a span, a slice and the margin.
    assert denied.retry_at == START + MINUTE + timedelta(seconds=1) + timedelta(seconds=2)
    platform.now = denied.retry_at
    assert platform.granted("posts", 20) == 6


def test_a_window_that_begins_with_its_first_use_ends_a_span_later(platform: Platform):
    platform.declare(limit("posts", 5, window=Window.FIRST_USE))
    assert platform.granted("posts", 9) == 5
    assert platform.ask("posts").retry_at == START + MINUTE + timedelta(seconds=2)
    platform.later(seconds=61)
    assert platform.granted("posts", 9) == 0
    platform.later(seconds=1)
    assert platform.granted("posts", 9) == 5


@pytest.mark.parametrize(
    ("window", "midnight"),
    [
        (Window.MIDNIGHT_UTC, datetime(2037, 11, 30, tzinfo=UTC)),
        (Window.MIDNIGHT_PACIFIC, datetime(2037, 11, 30, 8, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_the_platforms_own_midnight(platform: Platform, window, midnight):
    platform.declare(limit("units", 3, window=window, span=timedelta(days=1)))
    assert platform.granted("units", 9) == 3
    assert platform.ask("units").retry_at == midnight + timedelta(seconds=2)
    platform.now = midnight + timedelta(seconds=2)
    assert platform.granted("units", 9) == 3


def test_what_leaves_right_before_the_end_counts_in_the_next_window_too(platform: Platform):
    platform.declare(limit("units", 10, window=Window.MIDNIGHT_UTC, span=timedelta(days=1)))
    platform.now = datetime(2037, 11, 29, 23, 59, 59, tzinfo=UTC)
    assert platform.granted("units", 4) == 4
    platform.later(seconds=3)
    assert platform.granted("units", 20) == 6


def test_calls_cost_what_the_adapter_says(platform: Platform):
    units = limit("units", 1000, window=Window.MIDNIGHT_PACIFIC, costs={"caption": 400, "write": 50})
    platform.declare(units, calls=(call("caption", "units"), call("write", "units"), call("read", "units")))
    assert platform.granted("caption", 5) == 2
    assert platform.granted("write", 5) == 4
    assert platform.granted("read", 5) == 0


def test_all_budgets_of_a_call_are_charged_or_none(platform: Platform):
    platform.declare(limit("app", 3), limit("mine", 1, per=Per.TOKEN), calls=(call("post", "app", "mine"),))
    assert platform.granted("post", 5, user="1") == 1
    # Four refusals of the first token's budget have taken nothing from the app's.
    assert platform.granted("post", 1, user="2") == 1
    assert platform.granted("post", 1, user="3") == 1
    assert platform.granted("post", 1, user="4") == 0


def test_the_longest_wait_is_the_one_that_is_named(platform: Platform):
    platform.declare(limit("app", 1), limit("day", 1, span=timedelta(days=1), per=Per.ACCOUNT),
                     calls=(call("post", "app", "day"),))  # fmt: skip
    platform.ask("post")
    denied = platform.ask("post")
    assert denied.why == "limit:day"
    assert denied.retry_at > START + timedelta(days=1)


def test_a_lower_lane_never_takes_what_is_kept_for_a_higher_one(platform: Platform):
    platform.declare(limit("calls", 100))
    organization = {"organization": uuid4()}
    assert platform.granted("calls", 200, lane=Lane.IMPORT, **organization) == 50
    assert platform.granted("calls", 200, lane=Lane.ANALYTICS, **organization) == 20
    assert platform.granted("calls", 200, lane=Lane.RECONCILE, **organization) == 15
    assert platform.granted("calls", 200, lane=Lane.HEALTH, **organization) == 5
    assert platform.granted("calls", 200, lane=Lane.REFRESH, **organization) == 5
    assert platform.granted("calls", 200, lane=Lane.PUBLISH, **organization) == 5


def test_an_organization_alone_may_use_all_of_the_apps_budget(platform: Platform):
    platform.declare(limit("calls", 100))
    assert platform.granted("calls", 200) == 100


def test_of_an_apps_budget_that_runs_low_each_organization_gets_a_fair_share(platform: Platform):
    platform.declare(limit("calls", 100, window=Window.FIRST_USE))
    loud, quiet = uuid4(), uuid4()
    assert platform.granted("calls", 75, organization=loud) == 75
    had = {loud: 0, quiet: 0}
    for _ in range(200):
        for organization, tries in ((loud, 5), (quiet, 1)):
            had[organization] += platform.granted("calls", tries, organization=organization)
    assert sum(had.values()) == 25
    assert abs(had[loud] - had[quiet]) <= 7
    assert had[quiet] >= 9


def test_whoever_falls_silent_is_not_waited_for(platform: Platform):
    platform.declare(limit("calls", 100, window=Window.FIRST_USE))
    loud, silent = uuid4(), uuid4()
    platform.granted("calls", 75, organization=loud)
    assert platform.granted("calls", 1, organization=silent) == 1
    first = platform.granted("calls", 50, organization=loud)
    assert first < 24
    denied = platform.ask("calls", organization=loud)
    assert denied.why == "share:calls"
    assert START < denied.retry_at <= START + timedelta(seconds=3)
    platform.later(seconds=7)
    assert platform.granted("calls", 50, organization=loud) == 24 - first


class TestHeaders:
    def test_raise_the_count_when_others_use_the_budget_too(self, platform: Platform):
        platform.declare(limit("calls", 100, window=Window.FIRST_USE))
        platform.settle(platform.ask("calls"), Usage("calls", 100, 10, None, START + timedelta(seconds=30)))
        assert platform.granted("calls", 50) == 10
        assert platform.ask("calls").retry_at == START + timedelta(seconds=32)

    def test_lower_the_count_only_where_no_other_request_may_be_missing(self, platform: Platform):
        platform.declare(limit("calls", 10))
        platform.granted("calls", 9)
        overlapping = platform.ask("calls")
        platform.settle(overlapping, Usage("calls", 10, 9))
        assert platform.granted("calls", 5) == 0

        platform.later(minutes=5)
        platform.granted("calls", 1)
        platform.later(minutes=5)
        platform.adapter.limits = (limit("calls", 10, span=timedelta(hours=1)),)
        alone = platform.ask("calls")
        platform.settle(alone, Usage("calls", 10, 10))
        assert platform.granted("calls", 20) == 10

    def test_tell_the_amount_where_only_the_platform_knows_it(self, platform: Platform):
        platform.declare(limit("posts", None, per=Per.ACCOUNT))
        first = platform.ask("posts")
        assert platform.granted("posts", 30) == 30
        platform.settle(first, Usage("posts", 40, 39))
        assert platform.granted("posts", 30) == 9

    def test_tell_a_share_of_an_amount_that_nobody_knows(self, platform: Platform):
        platform.declare(limit("calls", None, span=timedelta(hours=1)))
        platform.settle(platform.ask("calls"), Usage("calls", share=0.8))
        assert platform.ask("calls").is_granted
        denied = platform.ask("calls", lane=Lane.ANALYTICS)
        # 80 % fades to 70 % in an eighth of the hour.
        assert abs((denied.retry_at - START) - timedelta(minutes=7.5)) < timedelta(seconds=1)
        platform.later(minutes=8)
        assert platform.ask("calls", lane=Lane.ANALYTICS).is_granted

    def test_close_until_the_platform_gives_access_again(self, platform: Platform):
        platform.declare(limit("calls", None, span=timedelta(hours=1)))
        again_at = START + timedelta(minutes=20)
        platform.settle(platform.ask("calls"), Usage("calls", share=1.2, reset_at=again_at))
        assert platform.ask("calls").retry_at == again_at


class TestClocks:
    def test_one_that_stepped_back_an_hour_lets_nothing_more_through(self, platform: Platform):
        platform.declare(limit("calls", 10), limit("day", 10, window=Window.MIDNIGHT_UTC, span=timedelta(days=1)))
        platform.granted("calls", 10)
        platform.granted("day", 10)
        platform.later(seconds=-30)
        assert platform.granted("calls", 10) == 0
        platform.later(hours=-1)
        assert platform.granted("day", 10) == 0

    def test_what_one_wrote_that_was_days_ahead_is_not_believed(self, platform: Platform):
        platform.declare(limit("calls", 10), limit("first", 10, window=Window.FIRST_USE))
        platform.later(days=3)
        platform.granted("calls", 10)
        platform.granted("first", 10)
        platform.later(days=-3)
        assert platform.granted("calls", 20) == 10
        # Of a window it is believed for one span more, from the first look on.
        assert platform.granted("first", 20) == 0
        platform.later(seconds=62)
        assert platform.granted("first", 20) == 10


def test_keys_hold_no_token_and_no_name(platform: Platform, valkey):
    platform.declare(limit("calls", 100), limit("mine", 5, per=Per.TOKEN), limit("its", 5, per=Per.ACCOUNT),
                     calls=(call("post", "calls", "mine", "its"),))  # fmt: skip
    platform.fail("post", 6, user="person-17")
    keys = b" ".join(valkey.keys("*"))
    assert b"mine" in keys
    assert b"person-17" not in keys
    assert b"nobody-sees" not in keys


def test_what_is_not_used_is_forgotten(platform: Platform, valkey):
    platform.declare(limit("calls", 10), limit("day", 10, window=Window.MIDNIGHT_UTC, span=timedelta(days=1)))
    platform.granted("calls", 20)
    platform.granted("day", 20)
    platform.fail("day", 12)
    assert [name for name in valkey.keys("*") if valkey.ttl(name) < 0] == []
