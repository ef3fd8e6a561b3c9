"""X: how a text is weighed, and what in it is an address."""

from __future__ import annotations

import zlib

import pytest

from apps.sandbox.core import crc
from apps.sandbox.x import text
from tests.sandbox.x_client import film, pieces

WEIGHTS = {
    "Hello, world! 👋": 16, "日本語": 6, "👨‍👩‍👧‍👦": 2, "한국어": 6, "🙋🏽": 2, "Привет": 6, "1️⃣": 2, "नमस्ते": 6, "🇩🇪": 2,
    "cafe\u0301": 4, "☀": 2, "…": 2, "→": 2, "—": 1, "€": 2, "“quoted”": 8, "See example.com now": 31,
    "foo@example.com": 15, "Hi http://test.co": 26, "file.py": 23, "https://例え.jp/x": 23,
    "http://localhost:3000/x": 23, "a" * 280: 280, "a" * 281: 281, "漢" * 140: 280, "漢" * 141: 282,
}  # fmt: skip


@pytest.mark.parametrize(("words", "weight"), WEIGHTS.items(), ids=lambda value: str(value)[:20])
def test_a_text_weighs_what_the_documentation_says(words, weight):
    assert text.weight(words) == weight


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Read (https://acme.test/a_(b)).", ["https://acme.test/a_(b)"]),
        (
            "https://acme.test/?q=1&b=2. example.com, me@example.com",
            ["https://acme.test/?q=1&b=2", "http://example.com"],
        ),
        ("日本http://test.co/a漢字", ["http://test.co/a"]),
        ("e.g. this and that.though", []),
        ("@example.com #example.com $example.com", []),
    ],
)
def test_addresses_are_found_where_x_finds_them(words, found):
    assert [span.value for span in text.urls(words)] == found


def test_mentions_hashtags_and_cashtags_are_found():
    words = "@harbour_1 and a@b, #coffee2go #2024 #été, $ACME $TOOLONGX a$b"

    assert [span.value for span in text.mentions(words)] == ["harbour_1"]
    assert [span.value for span in text.hashtags(words)] == ["coffee2go", "été"]
    assert [span.value for span in text.cashtags(words)] == ["ACME"]


def test_the_checksum_of_a_whole_follows_from_its_pieces():
    whole = film(size=100_000)
    parts = [(zlib.crc32(piece), len(piece)) for piece in pieces(whole, 7777)]

    assert crc.combined(parts) == zlib.crc32(whole)
