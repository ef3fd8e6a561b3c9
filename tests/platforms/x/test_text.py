"""X's weighted length, by the vectors that two independent implementations agree on, and at its worst."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.platforms import text
from apps.platforms.adapters.x import XAdapter
from apps.platforms.capabilities import Counting
from apps.platforms.text_x import addresses, cashtags, x_length
from apps.platforms.validation import problems
from tests.platforms.drafts import draft

VECTORS = {
    "Hello, world! 👋": 16, "👨‍👩‍👧‍👦": 2, "🙋🏽": 2, "1️⃣": 2, "🇩🇪": 2, "☀": 2, "→": 2, "€": 2, "日本語": 6, "한국어": 6,
    "Привет": 6, "नमस्ते": 6, "cafe\u0301": 4, "…": 2, "—": 1, "“quoted”": 8, "See example.com now": 31,
    "foo@example.com": 15, "Hi http://test.co": 26, "file.py": 23, "https://例え.jp/x": 23,
    "http://localhost:3000/x": 23, "a" * 280: 280, "a" * 281: 281, "漢" * 140: 280, "漢" * 141: 282,
}  # fmt: skip


@pytest.mark.parametrize(("written", "weight"), VECTORS.items(), ids=[name[:24] for name in VECTORS])
def test_a_text_weighs_what_x_says(written, weight):
    assert text.length(written, Counting.X_WEIGHTED) == weight


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("(see example.com/a_(b)).", ["example.com/a_(b)"]),
        ("Read https://acme.test/a, or acme.com.", ["acme.com"]),
        ("https://acme.com/?q=1&r=2.", ["https://acme.com/?q=1&r=2"]),
        ("これはexample.comです", ["example.com"]),
        ("john.doe@example.com, a.co@example.com", []),
        ("#example.com @example.com $example.com", []),
        ("e.g. i.e.x 3.14 v2.0 http://nowhere/", []),
        ("http://foo.invalid/example.com", []),
        ("http://☃.net/ http://a_b.acme.com", ["http://☃.net/", "http://a_b.acme.com"]),
        ("http://www.-a.com/ http://a-.com/ http://acme.b_c.com foo_bar.com", []),
        ("example.com.nonsense1", ["example.com"]),
        ("HTTPS://ACME.COM http://acme.рф", ["HTTPS://ACME.COM", "http://acme.рф"]),
        ("http://acme.xn--p1ai http://acme.xn--\u00e9 http://acme.co:8080/x#y", ["http://acme.xn--p1ai", "http://acme.co:8080/x#y"]),
    ],
)  # fmt: skip
def test_an_address_is_what_x_makes_a_link_of(written, found):
    assert addresses(written) == found


@pytest.mark.parametrize(
    "unit",
    ["a", "漢", "a.", "http://a.", "a.com ", "http://", "a-", "👨\u200d", "é.", "a.com@", "a.com/", "1", "?", "a_.b"],
)
def test_a_hundred_thousand_letters_are_weighed_at_once(unit):
    for written in (unit * (100_000 // len(unit)), "https://a.de/" + unit * (100_000 // len(unit))):
        began = time.process_time()
        assert x_length(written) > 0
        assert time.process_time() - began < 2, "measured in more than linear time"


@given(st.text(), st.text())
def test_two_lines_weigh_as_much_as_each_by_itself(one, other):
    assert x_length(f"{one}\n{other}") == x_length(one) + 1 + x_length(other)


def test_a_sign_that_can_be_an_emoji_weighs_as_text_until_it_is_one():
    assert [x_length(sign) for sign in ("©", "©\ufe0f", "🏴\U000e0067\U000e0062\U000e007f", "👍\u0301")] == [1, 2, 2, 3]


def test_a_second_stock_symbol_is_refused_beforehand():
    assert cashtags("$ACME and $b, not $5 nor a$ACME nor $TOOLONGX") == ["ACME", "b"]
    (problem,) = problems(draft("$ACME $B"), XAdapter.capabilities, label="X")
    assert (problem.field, problem.code) == ("text", "too_many_cashtags")
