"""Consent, tokens and boards."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.pinterest import PinterestAdapter
from apps.platforms.adapters.pinterest.permits import SCOPES
from apps.platforms.contract import OAuthClient
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
from tests.platforms.conftest import reply
from tests.platforms.pinterest.answers import BOARDS, ME, TOKEN, bike, board, error, listed

BACK = "https://app.test/cb"
CLIENT = OAuthClient("my_client_id", Secret("my_client_secret"))
FIRST = {
    "response_type": "authorization_code",
    "access_token": "pina_A1",
    "token_type": "bearer",
    "expires_in": 2592000,
    "refresh_token": "pinr_R1",
    "refresh_token_expires_in": 5184000,
    "refresh_token_expires_at": 1795184000,
    "scope": "boards:read boards:write pins:read pins:write user_accounts:read",
}
SECOND = {**FIRST, "response_type": "refresh_token", "access_token": "pina_A2", "refresh_token": "pinr_R2"}


@pytest.fixture
def tokens(serve, http, clock):
    """The token exchange of the documentation: each request's header and form, and an adapter."""

    def start(*answers):
        asked, waiting = [], list(answers)

        def handler(request, body):
            if request.command == "GET":
                reply(request, 200, json.dumps({"id": "1", "username": "acme"}).encode())
                return
            asked.append((request.headers["authorization"], body.decode()))
            status, said = waiting.pop(0)
            reply(request, status, json.dumps(said).encode())

        server = serve(handler)
        origins = dict.fromkeys(("login", "api"), server.origin)
        return asked, PinterestAdapter(http=http, endpoints=origins, clock=clock)

    return start


def test_the_consent_page_is_asked_for_without_pkce_and_with_commas_between_scopes(tokens):
    _, adapter = tokens()
    start = adapter.begin_consent(client=CLIENT, redirect_uri=BACK, state="s1")
    asked = urlsplit(start.authorize_url)
    assert asked.path == "/oauth/"
    assert parse_qs(asked.query) == {
        "client_id": ["my_client_id"],
        "redirect_uri": [BACK],
        "response_type": ["code"],
        "scope": [",".join(SCOPES)],
        "state": ["s1"],
    }


def test_tokens_are_asked_for_as_documented_and_the_newest_refresh_token_is_kept(tokens, clock):
    """Peers that kept the first refresh token lost their accounts after sixty days."""
    commas = {**SECOND, "scope": SECOND["scope"].replace(" ", ",")}
    asked, adapter = tokens((200, FIRST), (200, SECOND), (200, commas))
    keep = Secret("{}")

    first = adapter.finish_consent(client=CLIENT, redirect_uri=BACK, answer={"code": "C1"}, keep=keep).credential
    clock.advance(days=29)
    second = adapter.refresh(first)
    third = adapter.refresh(second)

    basic = "Basic bXlfY2xpZW50X2lkOm15X2NsaWVudF9zZWNyZXQ="
    form = "grant_type=authorization_code&code=C1&redirect_uri=https%3A%2F%2Fapp.test%2Fcb&continuous_refresh=true"
    assert asked == [
        (basic, form),
        (basic, "grant_type=refresh_token&refresh_token=pinr_R1"),
        (basic, "grant_type=refresh_token&refresh_token=pinr_R2"),
    ]
    assert [one.refresh_token.reveal() for one in (first, second)] == ["pinr_R1", "pinr_R2"]
    assert second.expires_at == clock() + timedelta(days=30)
    assert second.refresh_expires_at == clock() + timedelta(days=60)
    assert first.scopes == second.scopes == third.scopes == SCOPES
    assert second.facts == first.facts


def test_a_renewal_that_brings_no_refresh_token_leaves_the_old_one(pinterest, credential, clock):
    end = int((clock() + timedelta(days=50)).timestamp())
    bare = {"access_token": "pina_A9"}
    dated = {**bare, "refresh_token": "pinr_R9", "refresh_token_expires_at": end}
    _, adapter = pinterest({TOKEN: [(200, bare), (200, dated)]})
    kept = adapter.refresh(credential)
    assert (kept.refresh_token, kept.scopes) == (credential.refresh_token, SCOPES)
    assert adapter.refresh(credential).refresh_expires_at == datetime.fromtimestamp(end, UTC)


@pytest.mark.parametrize(
    ("answer", "while_connecting", "while_renewing"),
    [
        (error(400, 283, "Invalid grant"), ConsentRefused, Disconnected),
        (error(401, 2, "Authentication failed."), ConsentRefused, Disconnected),
        (error(401, 3, "Consumer type not supported"), ConsentRefused, NotSent),
        (error(429, 8), Throttled, Throttled),
        (error(503, None), NotSent, Uncertain),
        ((200, {"access_token": ""}), NotSent, Uncertain),
        ((403, "blocked by a proxy"), ConsentRefused, NotSent),
    ],
    ids=lambda one: str(one)[:30],
)
def test_a_refused_token_says_what_to_do_next(tokens, credential, answer, while_connecting, while_renewing):
    _, adapter = tokens(answer, answer)
    with pytest.raises(PlatformError) as connecting:
        adapter.finish_consent(client=CLIENT, redirect_uri=BACK, answer={"code": "C1"}, keep=Secret("{}"))
    with pytest.raises(PlatformError) as renewing:
        adapter.refresh(credential)
    assert (type(connecting.value), type(renewing.value)) == (while_connecting, while_renewing)


def test_an_app_from_before_continuous_tokens_gets_them_too(bench, switch):
    switch(old_app=True, scope_separator=",", single_use_refresh=True)
    credential = bench.connect()
    assert credential.scopes == SCOPES
    assert timedelta(days=59) < credential.refresh_expires_at - bench.clock() <= timedelta(days=60)
    renewed = bench.adapter.refresh(bench.adapter.refresh(credential))
    assert bench.adapter.check(renewed).remote_id == credential.channel_id
    bench.sandbox.expire_token("pinterest", renewed.access_token.reveal())
    with pytest.raises(TokenExpired):
        bench.adapter.check(renewed)
    with pytest.raises(Disconnected):
        bench.adapter.check(replace(renewed, refresh_token=Secret("")))


def test_an_account_without_an_id_goes_by_its_name_and_stays_so(bench, switch):
    switch(tells_id=False)
    credential = bench.connect()
    assert credential.channel_id == bench.handle
    switch(tells_id=True)
    assert bench.adapter.check(credential).remote_id == bench.handle


def test_scopes_that_were_left_out_are_named(bench, switch):
    switch(declined_scopes="pins:write")
    assert bench.consent().missing_scopes == ("pins:write",)


def test_how_long_a_description_may_be_is_a_setting(pinterest, credential):
    me = (200, {"id": "1", "username": "acme"})
    _, usual = pinterest({ME: [me]})
    _, longer = pinterest({ME: [me], BOARDS: [listed(board())]}, max_description="800")
    assert usual.check(credential).limits == {"max_text": 500}
    assert longer.check(credential).limits == {"max_text": 800}
    wordy = bike(text="w" * 800)
    assert longer.stage(wordy, credential, key="k", before=None).ready
    with pytest.raises(Rejected, match="500"):
        usual.stage(wordy, credential, key="k", before=None)


# --- boards -----------------------------------------------------------------------------------------------------------


def test_boards_of_groups_are_offered_and_those_for_advertising_or_in_secret_are_not(bench, connected):
    names = [name for _, name in bench.adapter.choices("board", connected)]
    assert "Campaigns" not in names
    assert "Work in progress" not in names
    assert {"For the archive", "Shared ideas"} <= set(names)
    section, name = bench.adapter.choices("section", connected)[0]
    assert section.startswith(f"{bench.board}/")
    assert ": " in name
    assert bench.adapter.choices("nothing", connected) == ()


def test_a_secret_board_is_offered_where_the_app_asks_for_it(bench):
    secret = tuple(f"{what}_secret" for what in ("boards:read", "boards:write", "pins:read", "pins:write"))
    usual = bench.client()
    bench.client = lambda: replace(usual, scopes=(*SCOPES, *secret))
    credential = bench.connect()
    board = next(id for id, name in bench.adapter.choices("board", credential) if name == "Work in progress")
    written = bench.pin("For some", bench.picture(), options={"board": board})
    staged = bench.stage(written, credential, key="k")
    trace = bench.trace(written, staged)
    receipt = bench.adapter.commit(written, staged, credential, key="k")
    assert receipt.facts["board"] == board
    assert bench.adapter.find(trace, credential).receipt.remote_id == receipt.remote_id


def test_boards_come_in_pages(pinterest, credential):
    server, adapter = pinterest({BOARDS: [listed(board(id="1"), bookmark="b2"), listed(board(id="2", name="Two"))]})
    assert adapter.choices("board", credential) == (("1", "Bikes"), ("2", "Two"))
    assert server.requests[1] == ("GET", "/v5/boards?page_size=250&bookmark=b2")
