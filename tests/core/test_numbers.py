"""A number is what its digits write, and nothing else is one."""

from __future__ import annotations

import pytest

from apps.core.numbers import whole


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("9" * 18, 10**18 - 1),
        ("", None),
        ("²", None),
        ("٣", None),
        ("-1", None),
        (" 1", None),
        ("1.0", None),
        ("9" * 19, None),
        ("9" * 5000, None),
    ],
)
def test_a_number_is_digits_and_not_too_many(text: str, number: int | None) -> None:
    assert whole(text) == number
