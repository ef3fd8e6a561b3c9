"""What is added to an address: nothing twice, nothing that its author said otherwise, and nothing else is touched."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.links.tagging import as_value, is_web_address, is_within, tagged
from apps.links.visitors import is_counted
from apps.platforms.text import with_links
from tests.links.conftest import BROWSER

UTM = {"utm_source": "mastodon", "utm_medium": "social", "utm_campaign": "spring-sale"}
words = st.text("abcXYZ09-_%.~é ", max_size=8)
names = st.sampled_from(["a", "utm_source", "UTM_Source", "utm_medium", "utm_campaign", "ref", "x y"])


@given(st.lists(st.tuples(names, words), max_size=5), words, st.booleans())
def test_an_author_wins_and_nothing_is_said_twice(said, fragment, has_fragment):
    from urllib.parse import quote, urlencode

    query = urlencode(said)
    address = f"https://example.com/a/b{'?' if query else ''}{query}{'#' if has_fragment else ''}"
    address += quote(fragment) if has_fragment else ""

    once = tagged(address, UTM)

    assert tagged(once, UTM) == once
    read = parse_qsl(urlsplit(once).query, keep_blank_values=True)
    assert read[: len(said)] == parse_qsl(query, keep_blank_values=True), "what was there stands first, as it was"
    for name, value in UTM.items():
        own = [text for one, text in said if one.lower() == name]
        assert [text for one, text in read if one.lower() == name] == (own or [value])
    assert urlsplit(once).fragment == urlsplit(address).fragment


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.example", "https://a.example?s=1"),
        ("https://a.example/?", "https://a.example/?s=1"),
        ("https://a.example/?x=%20y&", "https://a.example/?x=%20y&s=1"),
        ("https://a.example/?x#part?no", "https://a.example/?x&s=1#part?no"),
    ],
)
def test_where_it_is_added(address, expected):
    assert tagged(address, {"s": "1", "empty": ""}) == expected


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)", "data:text/html,x", "//example.com", "ftp://example.com", "https://", "https:///x",
        "https://exa mple.com", "https://example.com\r\nSet-Cookie: a", "https://example.com\\@evil", "mailto:a@b.c",
        "https://" + "a" * 2000 + ".example",
    ],
)  # fmt: skip
def test_what_is_no_web_address(text):
    assert not is_web_address(text)


def test_what_is_one_and_where():
    assert is_web_address("HTTPS://example.com:8443/a?b=c#d")
    assert is_within("https://shop.example.com/x", ["example.com"])
    assert not is_within("https://badexample.com/x", ["example.com"])
    assert is_within("https://anything.example", [])
    assert as_value("  Spring Sale: 2026! ") == "spring-sale-2026"


def test_a_text_keeps_all_but_its_addresses():
    text = "See https://a.example/x, or (https://a.example/xy)! a.example/x stays."
    shown = with_links(text, {"https://a.example/x": "https://go.example/1"})
    assert shown == "See https://go.example/1, or (https://a.example/xy)! a.example/x stays."


@pytest.mark.parametrize(
    ("method", "headers", "counted"),
    [
        ("GET", {"User-Agent": BROWSER}, True),
        ("GET", {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}, True),
        ("HEAD", {"User-Agent": BROWSER}, False),
        ("GET", {}, False),
        ("GET", {"User-Agent": BROWSER, "Sec-Purpose": "prefetch;prerender"}, False),
        ("GET", {"User-Agent": BROWSER, "X-Moz": "prefetch"}, False),
        ("GET", {"User-Agent": BROWSER, "X-Purpose": "preview"}, False),
        ("GET", {"User-Agent": "facebookexternalhit/1.1"}, False),
        ("GET", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, False),
        ("GET", {"User-Agent": "Mastodon/4.5.0 (http.rb/5.1; +https://m.example/)"}, False),
        ("GET", {"User-Agent": "curl/8.5.0"}, False),
        ("GET", {"User-Agent": "WhatsApp/2.23 A"}, False),
    ],
)
def test_who_is_counted(method, headers, counted):
    assert is_counted(method, headers) is counted
