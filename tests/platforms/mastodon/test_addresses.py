"""From what people type to the web host of an instance."""

from __future__ import annotations

import pytest

from apps.platforms.adapters.mastodon import servers
from apps.platforms.errors import (
    Rejected,
)
from tests.platforms.mastodon.servers import INSTANCE


@pytest.mark.parametrize(
    ("typed", "origin", "account"),
    [
        ("social.example", "https://social.example", ""),
        (" https://Social.Example/@ann ", "https://social.example", ""),
        ("@ann@social.example", "https://social.example", "ann@social.example"),
        ("acct:ann@social.example", "https://social.example", "ann@social.example"),
        ("social.example:8443", "https://social.example:8443", ""),
        ("http://127.0.0.1:4000/", "http://127.0.0.1:4000", ""),
        ("127.0.0.1:4000", "http://127.0.0.1:4000", ""),
        ("http://trusted.test:81", "http://trusted.test:81", ""),
        ("bücher.example", "https://xn--bcher-kva.example", ""),
    ],
)
def test_an_address_is_read_as_people_write_it(typed, origin, account):
    assert servers.read_address(typed, trusted=frozenset({"http://trusted.test:81"})) == servers.Address(
        origin, account
    )


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "@",
        "@@@",
        "http://social.example",
        "ftp://social.example",
        "a b",
        "https://u:p@social.example",
        "https://",
    ],
)
def test_what_is_no_address_is_refused_by_name(typed):
    with pytest.raises(Rejected) as caught:
        servers.read_address(typed, trusted=frozenset())
    assert caught.value.field == "address"


def test_a_host_that_moved_is_followed_and_an_older_server_is_known_by_its_first_address(adapter, scripted):
    home = scripted({"GET /api/v2/instance": [(200, INSTANCE)]})
    moved = scripted({"GET /api/v2/instance": [(301, b"", {"location": f"{home.origin}/api/v2/instance"})]})
    older = scripted({"GET /api/v1/instance": [(200, {"uri": "old.example", "version": "3.2"})]})
    assert adapter.resolve_server(moved.origin) == home.origin
    assert adapter.resolve_server(older.origin) == older.origin


def test_a_handle_whose_host_is_elsewhere_is_looked_up_by_webfinger(http, clock, scripted):
    home = scripted({"GET /api/v2/instance": [(200, INSTANCE)]})
    links = [{"rel": "profile"}, {"rel": "self", "href": f"{home.origin}/users/ann"}]
    named = scripted({"GET /.well-known/webfinger": [(200, {"links": links})]})
    address = servers.Address(named.origin, "ann@social.example")
    assert servers.resolve(http, clock, address) == home.origin


def test_where_nothing_answers_the_person_is_told(adapter, scripted):
    empty = scripted({})
    endless = scripted({"GET /api/v2/instance": [(302, b"", {"location": "/api/v2/instance"})]})
    for server in (empty, endless):
        with pytest.raises(Rejected, match="No Mastodon server answers at 127"):
            adapter.resolve_server(server.origin)
    assert len(endless.requests) < 10
