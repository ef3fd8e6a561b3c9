"""Percentiles by nearest rank: each is a value that occurred."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.watch.percentiles import percentile


@pytest.mark.parametrize(
    ("values", "share", "is_"),
    [
        ([], 50, None),
        ([7], 50, 7),
        ([7], 99, 7),
        ([1, 2], 50, 1),
        ([1, 2, 3], 50, 2),
        ([15, 20, 35, 40, 50], 40, 20),  # the example of every textbook
        (list(range(1, 101)), 99, 99),
        (list(range(1, 101)), 100, 100),
        (list(range(1, 102)), 99, 100),
        (list(range(1, 201)), 95, 190),
        ([0] * 99 + [9000], 99, 0),
        ([0] * 98 + [9000] * 2, 99, 9000),
    ],
)
def test_percentiles_that_are_known(values, share, is_):
    assert percentile(values, share) == is_


@given(st.lists(st.integers(0, 10**9), min_size=1), st.integers(1, 100))
def test_it_is_the_smallest_value_that_enough_do_not_exceed(values, share):
    found = percentile(sorted(values), share)

    assert sum(value <= found for value in values) * 100 >= share * len(values)
    smaller = [value for value in values if value < found]
    assert not smaller or sum(value <= max(smaller) for value in values) * 100 < share * len(values)


@pytest.mark.parametrize("share", [0, 101, -1])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="no share"):
        percentile([1], share)
