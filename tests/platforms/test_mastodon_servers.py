"""Servers that are not quite Mastodon, seen from the Mastodon adapter."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.secrets import Secret
from apps.platforms.adapters.mastodon import MastodonAdapter, consent, markup, servers
from apps.platforms.contract import Credential, OAuthClient, Receipt, Staged, Trace, Verdict
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    NotSent,
    PlatformError,
    Rejected,
    Throttled,
    TokenExpired,
    Uncertain,
)
from tests.platforms.conftest import Script
from tests.platforms.drafts import draft, picture

INSTANCE = {"domain": "social.example", "version": "4.5.2", "configuration": {"statuses": {"max_characters": 700}}}
LIST = "GET /api/v1/accounts/7/statuses"


@pytest.fixture
def adapter(http, clock):
    return MastodonAdapter(http=http, endpoints={}, clock=clock)


@pytest.fixture
def scripted(serve):
    """Start a server that follows a script: `scripted({"GET /path": [(200, {...})]})`."""
    return lambda answers: serve(Script(answers))


def account_at(server, **changes):
    described = {
        "remote_user_id": "7@social.example",
        "access_token": Secret("T"),
        "server": server.origin,
        "client": OAuthClient("CID", Secret("SEC"), server.origin),
        "facts": {"account_id": "7", "software": "mastodon"},
    }
    return Credential(**{**described, **changes})


# --- addresses


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


# --- scopes and metadata


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


# --- tokens that end


def test_a_token_that_ends_is_renewed_with_its_refresh_token(adapter, scripted, clock):
    answer = {"access_token": "T2", "refresh_token": "R2", "expires_in": 3600, "scope": "read write"}
    server = scripted({"POST /oauth/token": [(200, answer)]})
    renewed = adapter.refresh(account_at(server, refresh_token=Secret("R1"), expires_at=clock()))
    assert (renewed.access_token, renewed.refresh_token) == (Secret("T2"), Secret("R2"))
    assert renewed.expires_at == clock() + timedelta(hours=1)
    assert renewed.facts == {"account_id": "7", "software": "mastodon"}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_grant"}, Disconnected),
        (401, {"error": "invalid_client"}, Disconnected),
        (429, {}, Throttled),
        (500, {}, Uncertain),
        (200, b"<html>", Uncertain),
        (200, {"access_token": 5}, Uncertain),
    ],
)
def test_a_failed_renewal_says_whether_the_old_token_may_be_used_up(adapter, scripted, status, body, error):
    server = scripted({"POST /oauth/token": [(status, body)]})
    with pytest.raises(error):
        adapter.refresh(account_at(server, refresh_token=Secret("R1")))


def test_a_token_over_its_time_is_renewed_and_a_dead_one_is_not(adapter, scripted, clock):
    server = scripted({"GET /api/v1/accounts/verify_credentials": [(401, {"error": "The access token expired"})]})
    over = account_at(server, refresh_token=Secret("R1"), expires_at=clock())
    with pytest.raises(TokenExpired):
        adapter.check(over)
    for dead in (replace(over, expires_at=clock() + timedelta(hours=1)), replace(over, refresh_token=Secret(""))):
        with pytest.raises(Disconnected):
            adapter.check(dead)


def test_a_forgotten_registration_shows_in_the_evidence(adapter, scripted):
    forgotten = (401, {"error": "invalid_client", "error_description": "no"})
    server = scripted({"POST /oauth/token": [(400, {"error": "invalid_grant"}), forgotten]})
    client = OAuthClient("CID", Secret("SEC"), server.origin)
    keep = adapter.begin_consent(client=client, redirect_uri="https://p.example/", state="s").keep
    with pytest.raises(ConsentRefused) as caught:
        adapter.finish_consent(client=client, redirect_uri="https://p.example/", answer={"code": "c"}, keep=keep)
    assert caught.value.evidence.code == "invalid_client"
    with pytest.raises(ConsentRefused) as caught:
        adapter.begin_consent(client=client, redirect_uri="https://p.example/", state="s")
    assert caught.value.evidence.code == "invalid_client"


def test_giving_back_a_token_is_only_tried_again_when_the_server_is_ill(adapter, scripted):
    adapter.revoke(account_at(scripted({"POST /oauth/revoke": [(403, {"error": "unauthorized_client"})]})))
    with pytest.raises(NotSent):
        adapter.revoke(account_at(scripted({"POST /oauth/revoke": [(503, {})]})))


# --- looking for a lost post on other software


def status_of(clock, **changes):
    described = {
        "id": "s1",
        "created_at": clock().isoformat(),
        "visibility": "public",
        "in_reply_to_id": None,
        "content": "<p>Hello</p>",
        "media_attachments": [],
        "url": "https://social.example/@ann/s1",
    }
    return {**described, **changes}


def search(adapter, server, clock, written=None, staged=None, software="gotosocial"):
    trace = Trace(written or draft("Hello"), staged or Staged({"media": []}), "key", clock())
    facts = {"account_id": "7", "software": software}
    return adapter.find(trace, account_at(server, facts=facts))


def test_without_a_source_the_html_tells_and_a_difference_proves_nothing(adapter, scripted, clock):
    server = scripted({LIST: [(200, [status_of(clock)]), (200, [])]})
    assert search(adapter, server, clock).verdict is Verdict.FOUND
    server = scripted({LIST: [(200, [status_of(clock, content="<h1>Hallo</h1>")]), (200, [])]})
    assert search(adapter, server, clock).verdict is Verdict.UNCLEAR


def test_a_list_that_carries_the_text_needs_no_second_question(adapter, scripted, clock):
    listed = [status_of(clock, text="Hello", spoiler_text="", content="")]
    server = scripted({LIST: [(200, listed), (200, [])]})
    assert search(adapter, server, clock).verdict is Verdict.FOUND
    assert not any("source" in path for _, path in server.requests)


@pytest.mark.parametrize(
    "odd",
    [
        {"id": None},
        {"created_at": "yesterday"},
        {"visibility": "mutuals_only"},
        {"media_attachments": [{"id": "m1"}, {"id": "m2"}], "text": "Other"},
    ],
)
def test_an_odd_entry_in_the_list_is_never_proof_of_absence(adapter, scripted, clock, odd):
    server = scripted({LIST: [(200, [status_of(clock, **odd)]), (200, [])]})
    written, staged = draft("Hello"), None
    if "media_attachments" in odd:
        written, staged = draft("Hello", picture()), Staged({"media": [{"id": "m1"}]})
    assert search(adapter, server, clock, written, staged).verdict is Verdict.UNCLEAR


def test_our_words_with_pictures_of_unknown_name_are_a_case_for_a_person(adapter, scripted, clock):
    listed = [status_of(clock, text="Hello", media_attachments=[{"id": "renamed"}])]
    server = scripted({LIST: [(200, listed), (200, [])]})
    staged = Staged({"media": [{"id": "m1"}]})
    assert search(adapter, server, clock, draft("Hello", picture()), staged).verdict is Verdict.UNCLEAR


def test_a_list_without_end_is_not_read_for_ever_and_proves_nothing(adapter, scripted, clock):
    server = scripted({LIST: [(200, [status_of(clock, text="Other")])]})
    assert search(adapter, server, clock).verdict is Verdict.UNCLEAR
    assert len(server.requests) == 5


def test_uploads_that_mastodon_hides_are_no_proof_of_absence(adapter, scripted, clock):
    staged = Staged({"media": [{"id": "m1"}]})
    gone = scripted({LIST: [(200, [])]})
    there = scripted({LIST: [(200, [])], "GET /api/v1/media/m1": [(200, {"id": "m1"})]})
    written = draft("", picture())
    assert search(adapter, gone, clock, written, staged, "mastodon").verdict is Verdict.UNCLEAR
    assert search(adapter, there, clock, written, staged, "mastodon").verdict is Verdict.ABSENT
    assert search(adapter, gone, clock, written, staged, "gotosocial").verdict is Verdict.ABSENT


def test_a_slow_server_clock_does_not_hide_the_post(adapter, scripted, clock):
    early = clock() - timedelta(minutes=5)
    date = {"date": early.strftime("%a, %d %b %Y %H:%M:%S GMT")}
    listed = [status_of(clock, created_at=early.isoformat(), text="Hello")]

    server = scripted({LIST: [(200, listed, date), (200, [], date)]})
    handler = server.server.RequestHandlerClass
    handler.send_response = handler.send_response_only  # no Date of its own
    assert search(adapter, server, clock).verdict is Verdict.UNCLEAR


def test_html_is_read_back_into_the_text_that_made_it():
    html = (
        '<p class="quote-inline">RE: <a href="https://x.example">x</a></p>'
        '<p>Hi <span class="h-card"><a href="https://b.example/@bob" class="u-url mention">@<span>bob</span></a></span>'
        '<br />see <a href="https://example.org/a/long"><span class="invisible">https://</span>'
        '<span class="ellipsis">example.org/a</span></a> <a href="/t" class="mention hashtag">#<span>tag</span></a></p>'
        "<p>A &amp; B</p>"
    )
    sent = "Hi @bob@b.example\nsee https://example.org/a/long #tag\n\nA & B"
    assert markup.flat(markup.text_of(html)) == markup.flat(sent)


# --- answers that nobody should give

JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "url", "error", "created_at", "media_attachments", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
BODIES = st.one_of(st.binary(max_size=40), JSONISH.map(lambda value: json.dumps(value).encode()))


@pytest.fixture
def garbling(scripted):
    """A server that gives the same answer to everything, which a test may exchange."""

    class Everything(dict):
        answer = (200, b"")

        def get(self, key, default=None):
            return [self.answer]

    answers = Everything()
    return scripted(answers), answers


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.sampled_from([200, 201, 202, 204, 206, 301, 400, 401, 403, 404, 410, 422, 429, 500, 503]), body=BODIES)
def test_whatever_a_server_answers_is_a_result_or_a_named_error(garbling, adapter, clock, status, body):
    server, answers = garbling
    answers.answer = (status, b"" if status == 204 else body)
    credential = account_at(server, refresh_token=Secret("R"))
    written, staged = draft("Hello", picture()), Staged({"media": [{"id": "m1"}]})
    calls = [
        lambda: adapter.check(credential),
        lambda: adapter.refresh(credential),
        lambda: adapter.stage(written, credential, key="k", before=None),
        lambda: adapter.find(Trace(written, staged, "k", clock()), credential),
        lambda: adapter.locate(Receipt("1"), credential),
        lambda: adapter.register(server=server.origin, redirect_uri="https://p.example/"),
    ]
    for call in calls:
        with suppress(PlatformError):
            call()
    try:
        receipt = adapter.commit(written, staged, credential, key="k")
    except PlatformError as error:
        assert status >= 300 or isinstance(error, Uncertain)  # noqa: PT017
    else:
        assert status in {200, 201, 202, 206}
        assert receipt.remote_id == json.loads(body)["id"]
