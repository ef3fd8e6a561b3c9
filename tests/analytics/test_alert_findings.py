"""What is worth a word in a row of figures: what is far from the usual, and never what was not told."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from apps.analytics.alerts.findings import ENOUGH, HISTORY, deviation, findings
from apps.analytics.alerts.kinds import ONCE, Kind, Window, window_of

DAY = timedelta(days=1)
FIRST = date(2026, 1, 1)
told_or_not = st.one_of(st.none(), st.integers(0, 500))


def series(values):
    return {FIRST + DAY * place: value for place, value in enumerate(values) if value is not None}


def days(values):
    return [FIRST + DAY * place for place in range(len(values))]


@given(st.lists(told_or_not, min_size=1, max_size=60), st.sampled_from(list(Kind)), st.integers(1, 90))
def test_what_was_not_told_is_never_spoken_of_and_counts_for_nothing(values, kind, threshold):
    told = series(values)

    for found in findings(kind, threshold, told, days(values)):
        assert found.day in told
        assert found.value == told[found.day]
        if kind != Kind.MILESTONE:
            before = [told[past] for back in range(1, HISTORY + 1) if (past := found.day - DAY * back) in told]
            assert (found.sample, found.usual) == (len(before), median(before))
            assert found.sample >= ENOUGH[kind]


@given(st.lists(told_or_not, min_size=8, max_size=60), st.integers(1, 100))
def test_a_day_far_from_the_usual_is_spoken_of_and_no_other(values, percent):
    told = series(values)
    odd = {found.day for kind in (Kind.SPIKE, Kind.DROP) for found in findings(kind, percent, told, days(values))}

    for day, value in told.items():
        before = [told[past] for back in range(1, HISTORY + 1) if (past := day - DAY * back) in told]
        usual = median(before) if len(before) >= 7 else 0
        is_far = usual > 0 and abs(value - usual) / usual * 100 >= percent
        assert (day in odd) is is_far, (day, value, usual)


def test_one_odd_day_does_not_hide_the_next():
    values = [100, 102, 98, 101, 99, 100, 103, 97, 100, 101, 99, 100, 5000, 102, 98, 4000]

    found = list(findings(Kind.ANOMALY, 3.5, series(values), days(values)))

    assert [one.value for one in found] == [4000]
    assert (found[0].sample, found[0].usual) == (15, 100)


def test_days_that_are_all_alike_do_not_make_one_more_view_odd():
    values = [100] * 20 + [110]
    assert list(findings(Kind.ANOMALY, 3.5, series(values), days(values))) == []
    assert deviation([100] * 20, 100) == 10
    values[-1] = 500
    assert [one.score for one in findings(Kind.ANOMALY, 3.5, series(values), days(values))] == [40.0]


def test_a_figure_that_stands_is_odd_by_how_it_moves():
    values = [1000 + 3 * place for place in range(30)] + [1400]
    assert [one.value for one in findings(Kind.ANOMALY, 3.5, series(values), days(values), is_level=True)] == [313]


@given(st.lists(told_or_not, min_size=1, max_size=40), st.integers(1, 500))
def test_a_number_is_reached_by_whom_was_below_it_when_told_before(values, goal):
    told = series(values)
    reached = [found.day for found in findings(Kind.MILESTONE, goal, told, days(values), is_level=True)]

    ordered = sorted(told)
    assert reached == [day for last, day in pairwise(ordered) if told[last] < goal <= told[day]]


@given(st.lists(told_or_not, min_size=1, max_size=40), st.integers(1, 500))
def test_what_happens_on_a_day_comes_to_a_number_for_the_first_time_once(values, goal):
    told = series(values)
    reached = [found.day for found in findings(Kind.MILESTONE, goal, told, days(values))]

    first = next((day for day in sorted(told) if told[day] >= goal), None)
    assert reached == ([] if first in (None, min(told, default=None)) else [first])


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sampled_from(Window.values))
def test_each_day_is_in_one_window_which_begins_by_then(day, window):
    first = window_of(Kind.SPIKE, window, day)
    assert first <= day < first + timedelta(days=31)
    assert window_of(Kind.SPIKE, window, first) == first
    assert window_of(Kind.MILESTONE, window, day) == ONCE
