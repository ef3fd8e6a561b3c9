"""What a server says that it knows, and what is believed of it."""

from __future__ import annotations

import json

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.mastodon import consent
from apps.platforms.contract import OAuthClient
from apps.platforms.errors import NotSent


def test_scopes_follow_what_the_server_knows():
    everything = frozenset({*consent.SCOPES, "push"})
    assert consent.choose_scopes(everything) == consent.SCOPES
    assert consent.choose_scopes(frozenset({"read", "write"})) == ("read", "write")
    assert "profile" not in consent.choose_scopes(frozenset())
    assert consent.choose_scopes(frozenset(), "takahe") == ("read", "write")


def test_a_wide_scope_contains_its_narrow_ones():
    assert consent.missing_scopes(consent.SCOPES, ("read", "write")) == ()
    assert consent.missing_scopes(consent.SCOPES, ("profile", "read", "write:statuses")) == ("write:media",)


def test_an_oauth_endpoint_at_another_origin_is_not_believed(adapter, scripted):
    metadata = {"token_endpoint": "https://thief.example/token", "scopes_supported": ["read", "write", 3]}
    server = scripted({"GET /.well-known/oauth-authorization-server": [(200, metadata)]})
    client = OAuthClient("CID", Secret("SEC"), server.origin)
    kept = adapter.begin_consent(client=client, redirect_uri="https://p.example/", state="s").keep.reveal()
    assert json.loads(kept)["token_endpoint"] == f"{server.origin}/oauth/token"
    assert json.loads(kept)["scopes"] == ["read", "write"]


def test_a_server_that_cannot_register_us_is_not_a_crash(adapter, scripted):
    for answers in ([(200, b"<html>")], [(200, {"client_id": ""})], [(500, {})]):
        server = scripted({"POST /api/v1/apps": answers})
        with pytest.raises(NotSent):
            adapter.register(server=server.origin, redirect_uri="https://p.example/")
