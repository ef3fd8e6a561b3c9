"""Accounts that are reached through a Facebook Page."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.instagram.requests import FB_HELPFUL, FB_SCOPES, LINKED
from apps.platforms.calls import Feature, cannot
from apps.platforms.contract import Credential, OAuthClient, Receipt, channel_secret
from apps.platforms.errors import ConsentRefused, Disconnected, NotSent
from tests.platforms.conformance.bench import remote
from tests.platforms.conformance.instagram_bench import LinkedInstagramBench
from tests.platforms.drafts import draft
from tests.platforms.instagram.answers import CALLBACK, ME, error

CLIENT = OAuthClient("800", Secret("meta-secret"))
TOKEN, EXCHANGE = "POST /v26.0/oauth/access_token", "GET /v26.0/oauth/access_token"
INSPECT, PAGES = "GET /v26.0/debug_token", "GET /v26.0/me/accounts"
_numbers = itertools.count(1)


@pytest.fixture
def through_page(platforms_sandbox, file_address) -> Iterator[LinkedInstagramBench]:
    opened = LinkedInstagramBench(platforms_sandbox, f"linked{next(_numbers)}", file_address)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def linked(clock) -> Credential:
    return Credential(
        remote_user_id="55",
        access_token=Secret("person-token"),
        scopes=FB_SCOPES,
        client=CLIENT,
        extra={channel_secret(ME): Secret("page-token")},
        facts={"login": "facebook", "person_until": (clock() + timedelta(days=60)).isoformat()},
        channel_id=ME,
        channel_kind=LINKED,
    )


def page(account=ME, token="page-token"):
    linked = {"instagram_business_account": {"id": account, "username": "acme"}} if account else {}
    return {"id": "111", "name": "Acme", "access_token": token} | linked


def answers(*pages, scopes=FB_SCOPES, **inspected):
    said = {"is_valid": True, "user_id": "55", "scopes": list(scopes), "expires_at": 1_800_000_000, **inspected}
    return {
        TOKEN: [(200, {"access_token": "short-token", "token_type": "bearer"})],
        EXCHANGE: [(200, {"access_token": "long-token", "token_type": "bearer"})],
        INSPECT: [(200, {"data": said})],
        PAGES: [(200, {"data": list(pages)})],
    }


def finish(adapter):
    return adapter.finish_consent(client=CLIENT, redirect_uri=CALLBACK, answer={"code": "c"}, keep=Secret("{}"))


def test_the_dialog_is_facebooks_and_asks_for_its_names(instagram):
    _, adapter = instagram({}, login_with="facebook")
    url = adapter.begin_consent(client=CLIENT, redirect_uri=CALLBACK, state="s").authorize_url
    assert urlsplit(url).path == "/v26.0/dialog/oauth"
    assert parse_qs(urlsplit(url).query)["scope"] == [",".join(FB_SCOPES)]


def test_each_account_behind_a_page_is_a_channel_with_the_token_of_that_page(instagram):
    _, adapter = instagram(
        answers(page(), page(account="", token="other"), page("178", "second")), login_with="facebook"
    )
    consent = finish(adapter)
    assert [(one.remote_id, one.kind) for one in consent.channels] == [(ME, LINKED), ("178", LINKED)]
    assert consent.channels[0].limits == {"deletes": True}
    assert consent.credential.extra == {
        channel_secret(ME): Secret("page-token"),
        channel_secret("178"): Secret("second"),
    }
    assert consent.credential.access_token == Secret("long-token")
    assert consent.missing_scopes == ()


def test_a_permission_that_was_declined_is_known_at_once(instagram):
    granted = [scope for scope in FB_SCOPES if scope not in {"instagram_manage_insights", *FB_HELPFUL}]
    _, adapter = instagram(answers(page(), scopes=granted), login_with="facebook")
    consent = finish(adapter)
    assert consent.missing_scopes == ("instagram_manage_insights",)
    assert set(cannot(adapter.calls, granted, kind=LINKED)) == {Feature.METRICS}


@pytest.mark.parametrize("pages", [[], [page(account="")], [page(token="")]])
def test_pages_without_an_account_are_refused_with_what_to_do(instagram, pages):
    _, adapter = instagram(answers(*pages), login_with="facebook")
    with pytest.raises(ConsentRefused, match="business"):
        finish(adapter)


def test_a_sign_in_that_fails_is_refused_or_may_be_tried_again(instagram):
    _, adapter = instagram({**answers(page()), TOKEN: [error(100)]}, login_with="facebook")
    with pytest.raises(ConsentRefused):
        finish(adapter)
    _, adapter = instagram({**answers(page()), PAGES: [error(2, status=500)]}, login_with="facebook")
    with pytest.raises(NotSent):
        finish(adapter)


def test_tokens_are_derived_anew_and_the_persons_in_the_second_half_of_its_life(instagram, linked, clock):
    _, adapter = instagram(answers(page(token="fresh-page")))
    renewed = adapter.refresh(linked)
    assert renewed.channel_token == Secret("fresh-page")
    assert renewed.access_token == linked.access_token

    clock.advance(days=40)
    assert adapter.refresh(linked).access_token == Secret("long-token")
    clock.advance(days=30)
    with pytest.raises(Disconnected):
        adapter.refresh(linked)


def test_an_account_that_no_page_leads_to_any_more_is_disconnected(instagram, linked):
    _, adapter = instagram(answers())
    with pytest.raises(Disconnected):
        adapter.refresh(linked)


def test_tokens_of_other_accounts_do_not_take_the_place_of_those_that_are_lost(instagram, linked):
    _, adapter = instagram(answers(page("178", "second")))
    with pytest.raises(Disconnected):
        adapter.refresh(linked)


@pytest.mark.parametrize(
    "refusal", [{EXCHANGE: [error(100)]}, {INSPECT: [(200, {"data": {"is_valid": False}})]}, {INSPECT: [error(10)]}]
)
def test_a_renewal_that_facebook_refuses_is_made_again_later(instagram, linked, clock, refusal):
    _, adapter = instagram({**answers(page()), **refusal})
    clock.advance(days=40)
    with pytest.raises(NotSent, match="renew"):
        adapter.refresh(linked)


def test_of_one_account_nothing_is_given_back_for_it_would_end_all_others(instagram, linked):
    server, adapter = instagram({})
    adapter.revoke(linked)
    assert server.requests == []
    adapter.revoke(replace(linked, channel_id="", channel_kind=""))
    assert server.requests[0][0] == "DELETE"


def test_every_request_proves_that_we_know_the_secret(instagram, linked):
    server, adapter = instagram({"GET /v26.0/m1": [(200, {"permalink": "https://p"})]})
    adapter.locate(Receipt("m1"), linked)
    assert "appsecret_proof=" in server.requests[0][1]


def test_what_the_pages_token_does_not_see_is_read_with_the_persons(through_page):
    credential = through_page.connect()
    through_page.sandbox.set("instagram", page_token_blind_seconds=3600)
    try:
        receipt = through_page.publish(draft("Seen", through_page.picture()), credential)
        assert through_page.adapter.locate(receipt, credential)
    finally:
        through_page.sandbox.set("instagram", page_token_blind_seconds=0)


def test_a_place_is_named_and_a_post_taken_down(through_page):
    credential = through_page.connect()
    place = through_page.sandbox.account("facebook", through_page.handle)["id"]
    written = draft("Here", through_page.picture(), options={"place": place})
    receipt = through_page.publish(written, credential)
    through_page.adapter.delete(remote(receipt), credential)
    assert through_page.seen() == []


def test_listening_is_asked_for_at_the_account(through_page):
    credential = through_page.connect()
    through_page.adapter.listen(credential)
    assert through_page.requests[-1].url.path == f"/v26.0/{credential.channel_id}/subscribed_apps"
