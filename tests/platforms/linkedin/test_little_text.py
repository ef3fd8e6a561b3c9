from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.platforms import text, text_linkedin
from apps.platforms.capabilities import Counting

WRITTEN = st.text(alphabet=st.sampled_from([*text_linkedin.RESERVED, "a", "é", "1", " ", "\n", "👋", "/", "&"]))


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (r"Rank #1 (really) @you [x] a_b \ c", r"Rank \#1 \(really\) \@you \[x\] a\_b \\ c"),
        ("Hello (world)", r"Hello \(world\)"),
        ("Open #today and #café2go", "Open #today and #café2go"),
        ("#snake_case", r"#snake\_case"),
        ("C#sharp ##twice", r"C\#sharp \#\#twice"),
        ("https://a.example/x_y#part?a=*&b=~", r"https://a.example/x\_y\#part?a=\*&b=\~"),
        ("By @[Harbour Coffee](urn:li:organization:5)!", "By @[Harbour Coffee](urn:li:organization:5)!"),
        ("By @[Ann (B)](urn:li:person:a)", r"By \@\[Ann \(B\)\]\(urn:li:person:a\)"),
        ("@[Ann](https://a.example)", r"\@\[Ann\]\(https://a.example\)"),
        ("{|}<>*~", r"\{\|\}\<\>\*\~"),
        ("Two\n\nparagraphs", "Two\n\nparagraphs"),
        ("", ""),
    ],
)
def test_each_reserved_sign_gets_its_backslash_but_mentions_and_hashtags_stay(written, sent):
    assert text_linkedin.escape(written) == sent
    assert text_linkedin.unescape(sent) == written


@given(WRITTEN)
def test_no_reserved_sign_stays_bare_so_that_no_post_is_cut_off(written):
    sent = text_linkedin.escape(written)
    left = sent.replace("\\\\", "")
    for sign in text_linkedin.RESERVED.replace("\\", "").replace("#", ""):
        assert left.count(sign) == left.count(f"\\{sign}")
    assert text_linkedin.unescape(sent) == written


def test_a_hashtag_template_is_read_as_a_hashtag():
    assert text_linkedin.unescape(r"Open {hashtag|\#|today} \(now\)") == "Open #today (now)"


def test_a_comment_is_plain_and_names_people_by_place():
    shown, mentions = text_linkedin.plain("👋 @[Harbour Coffee](urn:li:organization:5) and (friends) #1")
    assert shown == "👋 Harbour Coffee and (friends) #1"
    assert mentions == (text_linkedin.Mention("urn:li:organization:5", 3, 14),)


def test_the_length_counts_the_backslashes():
    assert text.length("a_b", Counting.LINKEDIN) == 4
    assert text.length("👋", Counting.LINKEDIN) == 2
