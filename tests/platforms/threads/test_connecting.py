from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.threads.requests import CALLS, SCOPES, SHARE
from apps.platforms.calls import Feature, cannot
from apps.platforms.contract import OAuthClient
from apps.platforms.errors import ConsentRefused, Disconnected, MissingPermission, NotSent
from tests.platforms.conformance.bench import remote
from tests.platforms.drafts import draft
from tests.platforms.threads.answers import CREATE, ME, error

CALLBACK = "https://p.example/back"
CLIENT = OAuthClient("123456", Secret("threads-secret"))
SHORT, LONG = "POST /oauth/access_token", "GET /access_token"
INSPECT, WHO, RENEW = "GET /v1.0/debug_token", "GET /v1.0/me", "GET /refresh_access_token"
GRANTED = ["threads_basic", "threads_content_publish"]


def answers(**changed):
    usual = {
        SHORT: [(200, {"access_token": "THSHORT", "user_id": int(ME)})],
        LONG: [(200, {"access_token": "THLONG", "token_type": "bearer", "expires_in": 5183944})],
        INSPECT: [(200, {"data": {"type": "USER", "is_valid": True, "scopes": GRANTED, "user_id": ME}})],
        WHO: [(200, {"id": ME, "username": "acme", "name": "Acme"})],
    }
    return {**usual, **changed}


def finish(adapter, **answer):
    return adapter.finish_consent(client=CLIENT, redirect_uri=CALLBACK, answer=answer, keep=Secret("{}"))


def query_of(server, path):
    (found,) = [called for _, called in server.requests if called.startswith(path)]
    return dict(parse_qsl(urlsplit(found).query))


def test_the_consent_page_is_asked_for_what_we_do_and_no_more(threads):
    server, adapter = threads({})
    start = adapter.begin_consent(client=CLIENT, redirect_uri=CALLBACK, state="s 1")
    asked = parse_qs(urlsplit(start.authorize_url).query)
    assert start.authorize_url.startswith(f"{server.origin}/oauth/authorize?")
    assert asked == {
        "client_id": ["123456"],
        "redirect_uri": [CALLBACK],
        "scope": [",".join(SCOPES)],
        "response_type": ["code"],
        "state": ["s 1"],
    }


def test_an_app_with_other_permissions_is_asked_for_those(threads):
    _, adapter = threads({})
    client = replace(CLIENT, scopes=(*SCOPES, SHARE))
    start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="s")
    assert SHARE in parse_qs(urlsplit(start.authorize_url).query)["scope"][0].split(",")


def test_a_code_becomes_a_long_token_by_way_of_a_short_one(threads, clock):
    server, adapter = threads(answers())

    consent = finish(adapter, code="AQB#_")

    assert dict(parse_qsl(server.bodies[0].decode())) == {
        "client_id": "123456",
        "client_secret": "threads-secret",
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": "AQB",
    }
    assert query_of(server, "/access_token") == {
        "grant_type": "th_exchange_token",
        "client_secret": "threads-secret",
        "access_token": "THSHORT",
    }
    credential = consent.credential
    assert credential.access_token.reveal() == "THLONG"
    assert credential.expires_at == clock() + timedelta(seconds=5183944)
    assert credential.remote_user_id == ME
    (channel,) = consent.channels
    assert (channel.remote_id, channel.handle, channel.name) == (ME, "acme", "Acme")
    assert channel.url == f"{server.origin}/@acme"


def test_an_id_that_comes_as_a_number_beyond_what_browsers_count_keeps_its_digits(threads):
    _, adapter = threads(answers(**{WHO: [(200, {"id": int(ME), "username": "acme"})]}))
    assert finish(adapter, code="AQB").credential.remote_user_id == ME


def test_a_permission_that_was_declined_is_told_with_what_it_turns_off(threads):
    _, adapter = threads(answers())
    consent = finish(adapter, code="AQB")
    assert consent.missing_scopes == SCOPES[2:]
    off = cannot(CALLS, consent.credential.scopes)
    assert set(off) == {Feature.COMMENT, Feature.READ, Feature.METRICS, Feature.DELETE}
    assert off[Feature.READ] == ("threads_read_replies",)


@pytest.mark.parametrize("answer", [error(10, status=403), (500, {}), (200, {"data": {}}), (200, {})])
def test_a_connection_is_made_although_threads_does_not_tell_what_was_granted(threads, answer):
    """It tells that of tokens of testers alone."""
    _, adapter = threads(answers(**{INSPECT: [answer]}))
    consent = finish(adapter, code="AQB")
    assert (consent.credential.scopes, consent.missing_scopes) == ((), ())


def test_a_token_without_an_end_lives_for_sixty_days(threads, clock):
    _, adapter = threads(answers(**{LONG: [(200, {"access_token": "THLONG"})]}))
    assert finish(adapter, code="AQB").credential.expires_at == clock() + timedelta(days=60)


def test_somebody_who_says_no_is_not_connected(threads):
    _, adapter = threads({})
    with pytest.raises(ConsentRefused, match="declined"):
        finish(adapter, error="access_denied", error_reason="user_denied")


@pytest.mark.parametrize("call", [SHORT, LONG, WHO])
@pytest.mark.parametrize("code", [190, 10, 100])
def test_a_sign_in_that_threads_refuses_is_started_anew(threads, call, code):
    _, adapter = threads(answers(**{call: [error(code, message="Error validating verification code")]}))
    with pytest.raises(ConsentRefused):
        finish(adapter, code="AQB")


@pytest.mark.parametrize("call", [SHORT, LONG])
def test_a_token_in_a_garbled_answer_is_in_no_evidence(threads, call):
    _, adapter = threads(answers(**{call: [(200, b"access_token=THBRANDNEW&expires=5183944")]}))
    with pytest.raises(NotSent) as caught:
        finish(adapter, code="AQB")
    assert caught.value.evidence.text == "access_token=***&expires=5183944"


# --- renewing ---------------------------------------------------------------------------------------------------------


def test_a_token_younger_than_a_day_is_left_alone(threads, credential, clock):
    server, adapter = threads({})
    clock.advance(hours=23)
    assert adapter.refresh(credential) == credential
    assert server.requests == []


def test_an_older_one_is_renewed_with_the_token_as_a_parameter(threads, credential, clock):
    server, adapter = threads({RENEW: [(200, {"access_token": "THLONG2", "expires_in": 5184000})]})
    clock.advance(hours=24)
    renewed = adapter.refresh(credential)
    assert renewed.access_token.reveal() == "THLONG2"
    assert renewed.expires_at == clock() + timedelta(days=60)
    assert query_of(server, "/refresh_access_token") == {
        "grant_type": "th_refresh_token",
        "access_token": "THLONG-token",
    }


def test_a_token_whose_time_is_over_is_dead_without_asking(threads, credential, clock):
    server, adapter = threads({})
    clock.advance(days=61)
    with pytest.raises(Disconnected):
        adapter.refresh(credential)
    assert server.requests == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(190), Disconnected),
        (error(10), MissingPermission),
        (error(100), NotSent),
        (error(1), NotSent),
        ((200, {}), NotSent),
    ],
)
def test_a_renewal_that_failed_disconnects_only_a_dead_token(threads, credential, clock, answer, kind):
    _, adapter = threads({RENEW: [answer]})
    clock.advance(days=2)
    with pytest.raises(kind):
        adapter.refresh(credential)


def test_a_profile_connects_over_the_wire_even_where_a_scope_was_declined(bench, switch):
    switch(declined_scopes="threads_delete")
    consent = bench.consent()
    assert consent.missing_scopes == ("threads_delete",)
    published = bench.publish(bench.post("Here to stay"), consent.credential)
    with pytest.raises(MissingPermission):
        bench.adapter.delete(remote(published), consent.credential)
    assert len(bench.seen()) == 1


def test_only_testers_are_told_what_they_granted(bench, switch):
    switch(testers="")
    consent = bench.consent()
    assert consent.credential.scopes == ()
    bench.publish(bench.post("Published all the same"), consent.credential)


def test_a_grant_that_ended_beside_a_living_token_asks_for_a_new_consent(bench, switch):
    switch(refresh_prolongs_grant=False)
    credential = bench.connect()
    for _ in range(2):
        bench.clock.advance(days=50)
        credential = bench.adapter.refresh(credential)
    with pytest.raises(MissingPermission):
        bench.adapter.check(credential)


def test_a_call_that_the_consent_does_not_cover_never_leaves(threads, credential):
    server, adapter = threads({CREATE: [(200, {"id": "1"})]})
    with pytest.raises(MissingPermission) as failure:
        adapter.stage(draft("Hi"), replace(credential, scopes=("threads_basic",)), key="k", before=None)
    assert failure.value.scopes == ("threads_content_publish",)
    assert server.requests == []
