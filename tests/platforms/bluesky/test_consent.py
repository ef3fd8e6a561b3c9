"""A consent in the browser: what comes back, and what is not believed."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from apps.platforms.errors import (
    ConsentRefused,
    NotSent,
    Rejected,
)
from tests.platforms import bluesky_world as world
from tests.platforms.bluesky.connecting import CALLBACK, begin, connect
from tests.platforms.bluesky_world import DID, HANDLE, OTHER_DID, PDS, error


def test_a_consent_gives_a_credential_bound_to_a_key_of_its_own(adapter, network, clock):
    first, second = connect(adapter, network), connect(adapter, network)

    credential = first.credential
    assert (credential.remote_user_id, credential.server) == (DID, PDS)
    assert credential.expires_at == clock() + timedelta(seconds=3599)
    assert credential.facts["handle"] == HANDLE
    assert credential.extra["dpop_key"] != second.credential.extra["dpop_key"]
    assert (first.channels[0].remote_id, first.channels[0].handle) == (DID, HANDLE)
    assert adapter.check(credential).remote_id == DID


def test_the_display_name_is_read_from_the_profile(adapter, network):
    avatar = {"$type": "blob", "ref": {"$link": "bafkreia"}, "mimeType": "image/png", "size": 1}
    network.records[DID, "app.bsky.actor.profile", "self"] = {"displayName": "Acme Bakery", "avatar": avatar}

    [channel] = connect(adapter, network).channels

    assert channel.name == "Acme Bakery"
    assert channel.avatar_url.startswith(f"{PDS}/xrpc/com.atproto.sync.getBlob?")


def test_the_named_account_is_proposed_at_the_consent_page(adapter, network):
    begin(adapter)

    [form] = network.pushed.values()
    assert form["login_hint"] == HANDLE


def test_secrets_of_the_way_to_consent_are_not_shown(adapter):
    _, start = begin(adapter)

    assert "verifier" not in repr(start)


@pytest.mark.parametrize("answer", [{"iss": "https://evil.test"}, {"iss": ""}, {"code": ""}], ids=str)
def test_an_answer_of_another_server_is_refused_before_the_code_is_sent(adapter, network, answer):
    with pytest.raises(ConsentRefused):
        connect(adapter, network, **answer)

    assert network.calls("/oauth/token") == []


def test_saying_no_is_said_in_words(adapter, network):
    with pytest.raises(ConsentRefused, match="did not allow"):
        connect(adapter, network, error="access_denied", error_description="The user said no")


def test_a_code_works_once(adapter, network):
    client, start = begin(adapter)
    answer = network.consent(start.authorize_url)
    adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)

    with pytest.raises(ConsentRefused, match="too old"):
        adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)


def test_signing_in_as_another_account_than_named_is_refused(adapter, network):
    network.handles["shop.bsky.social"] = OTHER_DID
    network.documents[OTHER_DID] = world.document(OTHER_DID, "shop.bsky.social")

    with pytest.raises(ConsentRefused, match=r"another account than shop\.bsky\.social"):
        connect(adapter, network, hint="shop.bsky.social")


def test_a_consent_that_began_at_a_server_checks_whose_account_it_is(adapter, network):
    assert connect(adapter, network, hint=PDS).credential.facts["handle"] == HANDLE


def test_an_account_of_another_issuer_is_refused(adapter, network):
    client, start = begin(adapter, hint=PDS)
    answer = network.consent(start.authorize_url)
    foreign = {"resource": PDS, "authorization_servers": ["https://other.acme.test"]}
    network.fail("oauth-protected-resource", httpx.Response(200, json=foreign))

    with pytest.raises(ConsentRefused):
        adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)


def test_scopes_that_were_not_granted_are_told(adapter, network):
    network.granted = "atproto"

    assert connect(adapter, network).missing_scopes == ("transition:generic",)


def test_an_access_without_the_basic_scope_is_refused(adapter, network):
    network.granted = "transition:generic"

    with pytest.raises(ConsentRefused):
        connect(adapter, network)


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.test"},
        {"scopes_supported": ["openid"]},
        {"require_pushed_authorization_requests": False},
        {"token_endpoint": "http://auth.acme.test/token"},
    ],
    ids=str,
)
def test_a_server_that_is_no_atproto_issuer_is_refused(adapter, network, document):
    honest = network.on_oauth_authorization_server(None).json()
    network.fail("oauth-authorization-server", httpx.Response(200, json={**honest, **document}))

    with pytest.raises(Rejected, match="app password"):
        begin(adapter)


def test_a_client_the_server_does_not_know_is_the_operators_matter(adapter, network):
    network.fail("/oauth/par", error(400, "invalid_client_metadata"))

    with pytest.raises(NotSent, match="operator"):
        begin(adapter)
