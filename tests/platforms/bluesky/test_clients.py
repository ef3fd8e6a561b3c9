"""Who we are to an authorization server: hosted with a key, or on loopback."""

from __future__ import annotations

import httpx
import pytest

from apps.platforms.adapters import bluesky
from apps.platforms.errors import (
    Rejected,
)
from tests.platforms.bluesky.connecting import CALLBACK, CLIENT_ID, HOSTED_CALLBACK, connect
from tests.platforms.bluesky_world import PDS


def test_without_hosting_the_client_is_its_own_address(adapter):
    client = adapter.register(server=PDS, redirect_uri=CALLBACK)

    query = httpx.URL(client.client_id)
    assert (query.scheme, query.host, query.port, query.path) == ("http", "localhost", None, "/")
    assert dict(query.params) == {"redirect_uri": CALLBACK, "scope": "atproto transition:generic"}
    assert not client.client_secret


@pytest.mark.parametrize("redirect_uri", [HOSTED_CALLBACK, "http://localhost:8000/x", "http://192.0.2.1/x"])
def test_without_hosting_consent_comes_back_to_loopback_only(adapter, redirect_uri):
    with pytest.raises(Rejected, match="app password"):
        adapter.register(server=PDS, redirect_uri=redirect_uri)


def test_a_hosted_client_proves_itself_with_its_key(connector, network):
    key = bluesky.new_client_key(kid="2026-11")
    network.client_keys = bluesky.client_jwks([key])["keys"]
    adapter = connector(client_id=CLIENT_ID, client_key=key.reveal())

    credential = connect(adapter, network, redirect_uri=HOSTED_CALLBACK).credential
    adapter.refresh(credential)
    adapter.revoke(credential)

    assert credential.client.client_id == CLIENT_ID


def test_the_key_set_shows_no_private_half():
    old, new = bluesky.new_client_key(kid="old"), bluesky.new_client_key()

    published = bluesky.client_jwks([new, old])["keys"]

    assert [set(key) for key in published] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}] * 2
    assert published[1]["kid"] == "old"


@pytest.mark.parametrize(("jwks_uri", "method"), [("https://post.example/jwks.json", "private_key_jwt"), ("", "none")])
def test_the_metadata_says_how_the_client_proves_itself(jwks_uri, method):
    document = bluesky.client_metadata(
        client_id=CLIENT_ID,
        redirect_uris=[HOSTED_CALLBACK],
        name="Postroom",
        home_url="https://post.example",
        jwks_uri=jwks_uri,
    )

    assert document["client_id"] == CLIENT_ID
    assert document["token_endpoint_auth_method"] == method
    assert document.get("jwks_uri", "") == jwks_uri
    assert document["dpop_bound_access_tokens"] is True
    assert document["scope"] == "atproto transition:generic"
