"""From what people type to the server of an account."""

from __future__ import annotations

import httpx
import pytest

from apps.platforms.errors import (
    NotSent,
    Rejected,
)
from tests.platforms import bluesky_world as world
from tests.platforms.bluesky_world import DID, HANDLE, OTHER_DID, PDS


@pytest.mark.parametrize(
    "address",
    [
        HANDLE,
        f"@{HANDLE.upper()}",
        f"\u2068@{HANDLE}\u2069 ",
        f"https://bsky.app/profile/{HANDLE}",
        DID,
        PDS,
        "pds.acme.test",
    ],
)
def test_each_way_to_write_an_account_leads_to_its_server(adapter, address):
    assert adapter.resolve_server(address) == PDS


def test_a_handle_that_its_account_does_not_use_is_refused(adapter, network):
    network.handles["acme.com"] = DID

    with pytest.raises(Rejected, match="does not use this handle") as refusal:
        adapter.resolve_server("acme.com")

    assert refusal.value.field == "address"


@pytest.mark.parametrize(
    "address", ["", "acme", "nobody.bsky.social", "acme.internal", "http://pds.acme.test", OTHER_DID]
)
def test_an_address_without_an_account_is_refused_in_words(adapter, address):
    with pytest.raises(Rejected) as refusal:
        adapter.resolve_server(address)

    assert refusal.value.field == "address"
    assert refusal.value.words.endswith(".")


@pytest.mark.parametrize(
    "pds", ["http://127.0.0.1:8000", "http://pds.acme.test", "ftp://pds.acme.test", "https://a:b@x.test", ""]
)
def test_a_server_that_is_not_https_is_not_called(adapter, network, pds):
    network.documents[DID] = world.document(DID, HANDLE, pds)

    with pytest.raises(Rejected, match="no server"):
        adapter.resolve_server(HANDLE)


def test_a_resolver_that_is_down_is_no_missing_account(adapter, network):
    network.fail("resolveHandle", httpx.Response(502))

    with pytest.raises(NotSent):
        adapter.resolve_server(HANDLE)
