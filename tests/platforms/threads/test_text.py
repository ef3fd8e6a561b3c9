from __future__ import annotations

import pytest

from apps.platforms.capabilities import Counting
from apps.platforms.text import length, links


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("Hello", 5),
        ("👍", 4),
        ("👩‍👩‍👧", 18),
        ("👨‍👩‍👧‍👦", 25),
        ("❤️", 6),
        ("🇵🇱", 8),
        ("Zażółć", 6),
        ("日本", 2),
        ("ok 👍 ok", 10),
    ],
)
def test_an_emoji_counts_its_bytes_and_a_letter_one(text, counted):
    assert length(text, Counting.THREADS) == counted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("none here", []),
        ("see https://example.org/a?b=c#d.", ["https://example.org/a?b=c#d"]),
        ("(http://example.org), https://example.com!", ["http://example.org", "https://example.com"]),
        ("mail@example.org and example.org", []),
    ],
)
def test_the_links_of_a_text_are_those_with_a_scheme(text, found):
    assert links(text) == found
