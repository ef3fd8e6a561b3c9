from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.platforms import text
from apps.platforms.capabilities import Counting

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("written", "mastodon", "code_points"),
    [
        ("Hello https://example.org/a/very/long/path", 29, 42),
        ("@ann@social.example hello", 10, 25),
        (FAMILY, 1, 7),
        ("e\u0301", 1, 2),
        ("example.org", 11, 11),
        ("Newshi", 6, 6),
        ("(see https://example.org/a.)", 30, 28),
        ("HTTPS://EXAMPLE.ORG", 23, 19),
        ("https://a.io and http://b.io/x?y=1#z", 51, 36),
        ("write to ann@social.example", 27, 27),
        ("", 0, 0),
    ],
)
def test_mastodon_counts_addresses_and_mentions_its_own_way(written, mastodon, code_points):
    assert text.length(written, Counting.MASTODON) == mastodon
    assert text.length(written, Counting.CODE_POINTS) == code_points
    assert text.length(written, Counting.FEDIVERSE) == max(mastodon, code_points)


@pytest.mark.parametrize(
    ("written", "graphemes", "utf16"),
    [
        (FAMILY, 1, 11),
        ("é", 1, 1),
        ("e\u0301", 1, 2),
        ("👋 hi", 4, 5),
        ("🇩🇪", 1, 4),
        ("plain\nwords", 11, 11),
        ("two\r\nlines", 9, 10),
        ("\x00\x7f\t", 3, 3),
    ],
)
def test_graphemes_are_what_a_person_sees_and_utf16_is_what_a_browser_counts(written, graphemes, utf16):
    assert text.length(written, Counting.GRAPHEMES) == graphemes
    assert text.length(written, Counting.UTF16_UNITS) == utf16


def test_a_hashtag_is_more_than_digits_and_stands_by_itself():
    written = "#one #2 a#b #日本 #tag_3, https://example.org/#frag #2026plan"
    assert text.hashtags(written) == ["one", "日本", "tag_3", "2026plan"]


def test_an_email_address_mentions_nobody():
    assert text.mentions("@ann, mail bob@example.org, @c.d. and @eve@social.example") == [
        "ann",
        "c.d",
        "eve@social.example",
    ]


@given(st.text())
def test_any_text_has_a_length_that_no_other_count_falls_below(written):
    lengths = {counting: text.length(written, counting) for counting in Counting}
    assert 0 <= lengths[Counting.GRAPHEMES] <= lengths[Counting.CODE_POINTS] <= lengths[Counting.UTF16_UNITS]
    assert lengths[Counting.FEDIVERSE] >= lengths[Counting.CODE_POINTS]


@pytest.mark.parametrize(
    "hostile", ["http://" + "a." * 20_000, "@a" * 20_000, "#" + "_1" * 20_000, "@a@" + "b." * 20_000]
)
def test_a_hostile_text_is_measured_in_linear_time(hostile):
    for counting in Counting:
        assert text.length(hostile, counting) > 0
    assert len(text.hashtags(hostile)) + len(text.mentions(hostile)) < len(hostile)
