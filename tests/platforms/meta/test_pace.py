from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.platforms.limits import Usage
from apps.platforms.meta import pace, versions

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def usage(**headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return pace.usage(named, now=NOW, app="app", account="page", kind="pages")


def test_the_highest_of_the_three_shares_counts():
    assert usage(x_app_usage='{"call_count":28,"total_time":25,"total_cputime":25}') == (Usage("app", share=0.28),)


def test_a_page_that_used_up_its_calls_says_when_it_takes_more():
    header = '{"111":[{"type":"pages","call_count":97,"total_time":23,"estimated_time_to_regain_access":19}]}'
    (found,) = usage(x_business_use_case_usage=header)
    assert found == Usage("page", share=0.97, reset_at=NOW + timedelta(minutes=19))


def test_the_use_of_another_platform_is_not_counted():
    assert usage(x_business_use_case_usage='{"111":[{"type":"instagram","call_count":97}]}') == ()


def test_the_older_header_of_pages_is_read_where_it_comes():
    assert usage(x_page_usage='{"call_count":50}') == (Usage("page", share=0.5),)


@pytest.mark.parametrize("odd", ["", "no", "[1]", '{"call_count":true}', '{"call_count":"9"}', '{"call_count":-1}'])
def test_a_header_that_makes_no_sense_says_nothing(odd):
    assert usage(x_app_usage=odd, x_business_use_case_usage=odd) == ()


@given(odd=st.text(max_size=30))
def test_no_header_is_too_odd(odd):
    assert isinstance(usage(x_app_usage=odd, x_business_use_case_usage=odd, x_page_usage=odd), tuple)


def test_the_version_in_use_is_alive_and_the_ended_one_is_known():
    assert versions.GRAPH[versions.CURRENT].ends is None
    assert versions.GRAPH["v20.0"].is_ending(date(2026, 11, 21))
    assert versions.GRAPH["v21.0"].is_ending(date(2026, 11, 21))
    assert not versions.GRAPH["v25.0"].is_ending(date(2026, 11, 21))


def test_where_the_word_for_a_limit_is_not_documented_any_entry_counts():
    headers = {"x-business-use-case-usage": '{"1": [{"type": "who knows", "call_count": 40}]}'}
    (told,) = pace.usage(headers, now=NOW, app="app", account="calls", kind="")
    assert (told.limit, told.share) == ("calls", 0.4)
