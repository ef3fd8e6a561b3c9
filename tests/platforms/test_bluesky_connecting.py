"""From an address to an account that is connected, by consent or by app password, and kept alive."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters import bluesky
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    NotSent,
    Rejected,
    Throttled,
    TokenExpired,
    Uncertain,
)
from tests.platforms import bluesky_world as world
from tests.platforms.bluesky_world import APP_PASSWORD, DID, ENDPOINTS, HANDLE, OTHER_DID, PDS, Atproto, error

CALLBACK = "http://127.0.0.1:8000/accounts/connect/callback"
HOSTED_CALLBACK = "https://post.example/accounts/connect/callback"
CLIENT_ID = "https://post.example/oauth/client-metadata.json"


@pytest.fixture
def network(clock):
    return Atproto(clock)


@pytest.fixture
def connector(network, clock):
    """Make an adapter; `endpoints` come on top of the network's own."""

    def make(**endpoints):
        return bluesky.BlueskyAdapter(http=network.client(), endpoints={**ENDPOINTS, **endpoints}, clock=clock)

    return make


@pytest.fixture
def adapter(connector):
    return connector()


def begin(adapter, *, hint=HANDLE, redirect_uri=CALLBACK):
    client = adapter.register(server=PDS, redirect_uri=redirect_uri)
    return client, adapter.begin_consent(client=client, redirect_uri=redirect_uri, state="state-1", hint=hint)


def connect(adapter, network, *, hint=HANDLE, redirect_uri=CALLBACK, **answer):
    client, start = begin(adapter, hint=hint, redirect_uri=redirect_uri)
    answer = {**network.consent(start.authorize_url), **answer}
    return adapter.finish_consent(client=client, redirect_uri=redirect_uri, answer=answer, keep=start.keep)


def sign_in(adapter, password=APP_PASSWORD):
    return adapter.sign_in(server=PDS, identifier=HANDLE, password=Secret(password))


# --- addresses --------------------------------------------------------------------------------------------------------


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


# --- who we are -------------------------------------------------------------------------------------------------------


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


# --- consent ----------------------------------------------------------------------------------------------------------


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


# --- app passwords ----------------------------------------------------------------------------------------------------


def test_an_app_password_connects(adapter, clock):
    credential = sign_in(adapter).credential

    assert (credential.remote_user_id, credential.server) == (DID, PDS)
    assert credential.expires_at == clock() + timedelta(minutes=120)
    assert credential.refresh_expires_at == clock() + timedelta(days=90)
    assert adapter.check(credential).handle == HANDLE


def test_the_main_password_is_refused_and_its_session_closed(adapter, network):
    network.session_scope = "com.atproto.access"

    with pytest.raises(ConsentRefused, match="app password"):
        sign_in(adapter)

    assert network.refresh_tokens == {}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error(401, "AuthenticationRequired"), "handle and app password"),
        (error(401, "AuthFactorTokenRequired"), "main password"),
        (error(401, "AccountTakedown"), "suspended"),
    ],
    ids=["wrong", "second factor", "suspended"],
)
def test_a_refused_sign_in_is_told_in_words(adapter, network, answer, words):
    network.fail("createSession", answer)

    with pytest.raises(ConsentRefused, match=words):
        sign_in(adapter)


def test_a_deactivated_account_is_not_connected(adapter, network):
    network.active = {"active": False, "status": "deactivated"}

    with pytest.raises(ConsentRefused, match="deactivated"):
        sign_in(adapter)


def test_too_many_sign_ins_are_throttled_until_the_server_says(adapter, network, clock):
    reset = clock() + timedelta(minutes=5)
    network.fail("createSession", error(429, "RateLimitExceeded", ratelimit_reset=str(int(reset.timestamp()))))

    with pytest.raises(Throttled) as throttled:
        sign_in(adapter)

    assert throttled.value.retry_at == reset


# --- keeping alive ----------------------------------------------------------------------------------------------------


def test_a_consent_is_refreshed_with_the_key_it_was_given_to(adapter, network):
    credential = connect(adapter, network).credential

    fresh = adapter.refresh(credential)

    assert fresh.access_token != credential.access_token
    assert fresh.refresh_token != credential.refresh_token
    assert fresh.extra == credential.extra
    assert adapter.check(fresh).remote_id == DID


def test_a_refresh_token_shown_twice_is_a_dead_connection(adapter, network):
    credential = connect(adapter, network).credential
    adapter.refresh(credential)

    with pytest.raises(Disconnected):
        adapter.refresh(credential)


@pytest.mark.parametrize(
    ("outcome", "after"),
    [(httpx.ReadTimeout("slow"), True), (httpx.Response(500), False), (httpx.Response(200, text="<html>"), True)],
    ids=["no answer", "server error", "garbage"],
)
def test_a_lost_answer_to_a_consents_refresh_is_uncertain(adapter, network, outcome, after):
    credential = connect(adapter, network).credential
    network.fail("/oauth/token", error(400, "use_dpop_nonce", dpop_nonce=network.nonce))
    network.fail("/oauth/token", outcome, after=after)

    with pytest.raises(Uncertain):
        adapter.refresh(credential)


def test_a_refresh_that_never_left_may_be_tried_again(adapter, network):
    credential = connect(adapter, network).credential
    network.fail("/oauth/token", httpx.ConnectError("refused"))

    with pytest.raises(NotSent):
        adapter.refresh(credential)
    assert adapter.refresh(credential).remote_user_id == DID


@pytest.mark.parametrize(
    "outcome", [httpx.ReadTimeout("slow"), httpx.Response(503), httpx.Response(200, text="<html>")]
)
def test_a_lost_answer_to_a_sessions_refresh_may_simply_be_repeated(adapter, network, outcome):
    credential = sign_in(adapter).credential
    network.fail("refreshSession", outcome, after=True)

    with pytest.raises(NotSent):
        adapter.refresh(credential)
    assert adapter.check(adapter.refresh(credential)).remote_id == DID


def test_a_revoked_app_password_is_a_dead_connection(adapter, network):
    credential = sign_in(adapter).credential
    network.refresh_tokens.clear()

    with pytest.raises(Disconnected):
        adapter.refresh(credential)


@pytest.mark.parametrize("kind", [connect, lambda adapter, network: sign_in(adapter)], ids=["consent", "app password"])
def test_an_access_token_over_its_time_asks_for_a_refresh(adapter, network, kind):
    credential = kind(adapter, network).credential
    network.access_tokens.clear()

    with pytest.raises(TokenExpired):
        adapter.check(credential)
    assert adapter.check(adapter.refresh(credential)).remote_id == DID


@pytest.mark.parametrize("kind", [connect, lambda adapter, network: sign_in(adapter)], ids=["consent", "app password"])
def test_a_connection_is_given_back_and_dead_is_dead(adapter, network, kind):
    credential = kind(adapter, network).credential

    adapter.revoke(credential)
    adapter.revoke(credential)

    assert network.refresh_tokens == {}


@pytest.mark.parametrize("status", ["deactivated", "suspended", "takendown", "something new"])
def test_an_account_that_may_not_act_is_disconnected(adapter, network, status):
    credential = sign_in(adapter).credential
    network.active = {"active": False, "status": status}

    with pytest.raises(Disconnected):
        adapter.check(credential)


def test_a_credential_of_another_account_is_noticed(adapter):
    credential = replace(sign_in(adapter).credential, remote_user_id=OTHER_DID)

    with pytest.raises(Disconnected):
        adapter.check(credential)


@pytest.mark.parametrize("outcome", [httpx.ConnectError("gone"), error(400, "RepoNotFound")], ids=["gone", "unknown"])
def test_an_account_that_moved_to_another_server_is_disconnected(adapter, network, outcome):
    credential = sign_in(adapter).credential
    network.documents[DID] = world.document(DID, HANDLE, "https://elsewhere.acme.test")
    network.fail("getSession", outcome)

    with pytest.raises(Disconnected, match="no longer on the server"):
        adapter.check(credential)


def test_a_server_that_is_down_has_not_lost_its_accounts(adapter, network):
    credential = sign_in(adapter).credential
    network.fail("getSession", httpx.ConnectError("gone"))

    with pytest.raises(NotSent):
        adapter.check(credential)


def test_no_error_carries_a_token(adapter, network):
    credential = sign_in(adapter).credential
    token = credential.access_token.reveal()
    network.fail("getSession", error(400, "InvalidToken", f"Bad token {token}"))

    with pytest.raises(Disconnected) as dead:
        adapter.check(credential)

    assert token not in f"{dead.value.evidence} {dead.value}"
