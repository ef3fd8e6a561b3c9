from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.facebook import FacebookAdapter
from apps.platforms.calls import Feature, cannot
from apps.platforms.contract import CHANNEL_SECRET, OAuthClient, channel_secret
from apps.platforms.errors import ConsentRefused, Disconnected, MissingPermission, NotSent, TokenExpired
from tests.platforms.conformance.bench import CALLBACK
from tests.platforms.drafts import draft

CLIENT = OAuthClient("1", Secret("app-secret-text"))


def dialog(adapter):
    start = adapter.begin_consent(client=CLIENT, redirect_uri=CALLBACK, state="s-1")
    parts = urlsplit(start.authorize_url)
    return parts, {name: values[0] for name, values in parse_qs(parts.query).items()}


def finish(adapter, **answer):
    return adapter.finish_consent(client=CLIENT, redirect_uri=CALLBACK, answer=answer, keep=Secret("{}"))


# --- the dialog -------------------------------------------------------------------------------------------------------


def test_the_dialog_is_asked_for_permissions_that_exist_and_without_pkce(facebook):
    _, adapter = facebook({})
    parts, asked = dialog(adapter)
    assert parts.path == "/v26.0/dialog/oauth"
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == CALLBACK
    assert asked["scope"].split(",") == list(adapter.scopes)
    # Several of Meta's guides name it, and it breaks the dialog.
    assert "pages_read_user_engagement" not in asked["scope"]
    assert not [name for name in asked if name.startswith("code_challenge")]


def test_a_configuration_of_login_for_business_takes_the_place_of_permissions(http, clock):
    _, asked = dialog(FacebookAdapter(http=http, endpoints={"config_id": "77"}, clock=clock))
    assert asked["config_id"] == "77"
    assert "scope" not in asked


def test_a_consent_by_configuration_goes_through(bench):
    bench.adapter.endpoints["config_id"] = "800500600700"
    assert bench.consent().channels


@pytest.mark.parametrize("answer", [{"error": "access_denied", "error_reason": "user_denied"}, {"error": "x"}, {}])
def test_a_sign_in_that_did_not_come_to_an_end_is_refused_in_words(facebook, answer):
    server, adapter = facebook({})
    with pytest.raises(ConsentRefused):
        finish(adapter, **answer)
    assert server.requests == []


@pytest.mark.parametrize("subcode", [36007, 36008, 36009])
def test_a_code_is_exchanged_once_and_any_refusal_means_starting_again(facebook, subcode):
    said = {"error": {"code": 100, "error_subcode": subcode, "message": "No"}}
    server, adapter = facebook({"POST /v26.0/oauth/access_token": [(400, said)]})
    with pytest.raises(ConsentRefused):
        finish(adapter, code="AQB")
    assert len(server.requests) == 1


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_a_consent_is_a_persons_and_each_page_has_a_token_of_its_own(bench, switch):
    switch(more_channels=2)
    consent = bench.consent()
    pages = {channel.remote_id for channel in consent.channels}
    assert len(pages) == 3
    assert consent.credential.remote_user_id not in pages
    assert set(consent.credential.extra) == {channel_secret(page) for page in pages}
    assert len(set(consent.credential.extra.values())) == 3
    assert {channel.kind for channel in consent.channels} == {"page"}


def test_a_page_is_acted_for_with_its_own_token(bench, switch):
    switch(more_channels=1)
    consent = bench.consent()
    for channel in consent.channels:
        credential = replace(consent.credential, channel_id=channel.remote_id, channel_kind=channel.kind)
        assert bench.adapter.check(credential).remote_id == channel.remote_id


def test_the_end_of_the_persons_token_is_not_that_of_the_pages(bench, credential):
    bench.clock.advance(days=70)
    assert credential.expires_at is None
    assert bench.adapter.check(credential).remote_id == credential.channel_id


def test_a_list_goes_on_after_an_empty_page(bench, switch):
    switch(sparse_pages=True)
    assert bench.consent().channels


def test_pages_that_a_business_holds_are_found_too(bench, switch):
    switch(pages_in_business=True)
    assert bench.consent().channels


def test_without_access_to_the_business_its_pages_are_missed_in_words(bench, switch):
    switch(pages_in_business=True, declined_scopes="business_management")
    with pytest.raises(ConsentRefused, match="business"):
        bench.consent()


def test_a_person_who_ticked_no_page_is_told_so(bench, switch):
    switch(no_page_ticked=True)
    with pytest.raises(ConsentRefused, match="Choose at least one"):
        bench.consent()


@pytest.mark.parametrize("tasks", ["CREATE_CONTENT", "PROFILE_PLUS_CREATE_CONTENT,PROFILE_PLUS_ANALYZE"])
def test_tasks_are_known_by_their_old_and_new_names(bench, switch, tasks):
    switch(tasks=tasks)
    assert bench.consent().channels


def test_a_page_that_the_person_may_not_write_on_is_not_offered(bench, switch):
    switch(tasks="ANALYZE,MODERATE")
    with pytest.raises(ConsentRefused, match="create content"):
        bench.consent()


def test_a_declined_permission_is_told_at_once_with_what_it_prevents(bench, switch):
    switch(declined_scopes="read_insights,pages_manage_engagement")
    consent = bench.consent()
    assert set(consent.missing_scopes) == {"read_insights", "pages_manage_engagement"}
    prevented = cannot(bench.adapter.calls, consent.credential.scopes)
    assert set(prevented) == {Feature.METRICS, Feature.COMMENT}


def test_a_call_that_the_consent_does_not_cover_never_leaves(bench, switch):
    switch(declined_scopes="pages_manage_engagement")
    credential = bench.connect()
    main = bench.publish(bench.post("Main"), credential)
    made = len(bench.requests)
    with pytest.raises(MissingPermission):
        bench.publish(bench.comment("First", main), credential)
    assert len(bench.requests) == made


def test_an_answer_without_the_life_of_a_token_does_no_harm(bench, switch):
    switch(expires_in_missing=True)
    assert bench.consent().credential.facts["person_until"]


def test_every_call_proves_that_we_know_the_app_secret_where_that_is_required(bench, switch):
    switch(require_appsecret_proof=True)
    credential = bench.connect()
    receipt = bench.publish(bench.post("Proven", pictures=1), credential)
    bench.adapter.check(credential)
    assert [post.remote_id for post in bench.seen()] == [receipt.remote_id]


# --- tokens -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "words"), [("remove_app", "removed"), ("change_password", "password"), ("checkpoint", "confirm")]
)
def test_what_a_person_does_at_facebook_signs_their_pages_out(bench, credential, act, words):
    person_does(bench, act)
    with pytest.raises(Disconnected, match=words):
        bench.adapter.check(credential)


def person_does(bench, act, **more):
    answer = bench.http.post(f"{bench.origin}/_people/{act}", json={"page": bench.handle, **more})
    assert answer.status_code == 200, answer.text
    bench.requests[:] = [one for one in bench.requests if "/_people/" not in one.url.path]


def test_somebody_who_lost_their_role_on_one_page_keeps_the_others(bench, switch):
    switch(more_channels=1)
    consent = bench.consent()
    mine, other = consent.channels
    if mine.handle != bench.handle:
        mine, other = other, mine
    person_does(bench, "lose_role")
    with pytest.raises(TokenExpired):
        bench.adapter.check(replace(consent.credential, channel_id=mine.remote_id))

    renewed = bench.adapter.refresh(consent.credential)

    assert set(renewed.extra) == {channel_secret(other.remote_id)}
    with pytest.raises(Disconnected):
        bench.adapter.check(replace(renewed, channel_id=mine.remote_id))
    person_does(bench, "regain_role")


def test_a_refused_page_token_is_derived_anew(facebook, known):
    over = {"error": {"code": 190, "error_subcode": 463, "message": "Over"}}
    derived = {"id": "111", "access_token": "EAA-new-page-token"}
    _, adapter = facebook({"GET /v26.0/111": [(400, over), (200, derived)]})
    with pytest.raises(TokenExpired):
        adapter.check(known)

    renewed = adapter.refresh(known)

    assert renewed.extra[channel_secret("111")] == Secret("EAA-new-page-token")
    assert replace(renewed, extra={}) == replace(known, extra={})


@pytest.mark.parametrize("renews", [True, False])
def test_the_persons_token_is_renewed_in_the_second_half_of_its_life(bench, credential, switch, renews):
    switch(reexchange_renews=renews)
    bench.clock.advance(days=40)
    renewed = bench.adapter.refresh(credential)
    assert (renewed.facts["person_until"] > credential.facts["person_until"]) is renews
    assert bench.adapter.check(renewed).remote_id == credential.channel_id


def test_once_the_persons_token_is_over_nothing_can_be_derived(bench, credential):
    bench.clock.advance(days=61)
    with pytest.raises(Disconnected):
        bench.adapter.refresh(credential)


def test_a_page_without_its_token_is_never_acted_for_with_the_persons(facebook, known):
    server, adapter = facebook({})
    with pytest.raises(Disconnected):
        adapter.check(replace(known, extra={}))
    assert server.requests == []


def test_the_next_page_of_a_list_is_asked_for_at_our_own_address(facebook, known):
    """Facebook's own `next` may lead anywhere, and its token would come along."""
    first = {"data": [], "paging": {"cursors": {"after": "b"}, "next": "https://evil.example/next"}}
    one = {"id": "9", "message": "Hello", "created_time": "2026-11-21T09:00:00+0000"}
    server, adapter = facebook({"GET /v26.0/111/published_posts": [(200, first), (200, {"data": [one]})]})
    page = adapter.own_posts(known)
    assert page.posts == ()
    assert [post.text for post in adapter.own_posts(known, cursor=page.cursor).posts] == ["Hello"]
    assert "after=b" in server.requests[1][1]


# --- giving back ------------------------------------------------------------------------------------------------------


def test_one_page_that_is_disconnected_leaves_the_others_alone(bench, switch):
    switch(more_channels=1)
    consent = bench.consent()
    first, second = (replace(consent.credential, channel_id=one.remote_id) for one in consent.channels)
    bench.adapter.revoke(first)
    assert bench.adapter.check(second).remote_id == second.channel_id


def test_the_whole_consent_that_is_given_back_is_dead(bench, credential):
    bench.adapter.revoke(replace(credential, channel_id=""))
    with pytest.raises(Disconnected):
        bench.adapter.check(credential)


def test_a_consent_as_a_whole_says_who_the_person_is(bench, credential):
    profile = bench.adapter.check(replace(credential, channel_id=""))
    assert profile.remote_id == credential.remote_user_id


def test_a_garbled_list_of_pages_is_no_empty_one(facebook):
    token = {"access_token": "EAA-some-token", "token_type": "bearer"}
    inspected = {"data": {"is_valid": True, "user_id": "222", "scopes": ["pages_show_list"]}}
    _, adapter = facebook(
        {
            "POST /v26.0/oauth/access_token": [(200, token)],
            "GET /v26.0/oauth/access_token": [(200, token)],
            "GET /v26.0/debug_token": [(200, inspected)],
            "GET /v26.0/me/accounts": [(200, {"data": "?"})],
        }
    )
    with pytest.raises(NotSent):
        finish(adapter, code="AQB")


def test_no_channel_is_lost_by_a_refresh_that_fails_half_way(facebook, known):
    both = {**known.extra, f"{CHANNEL_SECRET}112": Secret("EAA-other-page")}
    _, adapter = facebook(
        {
            "GET /v26.0/111": [(200, {"id": "111", "access_token": "EAA-new"})],
            "GET /v26.0/112": [(500, {"error": {"code": 2, "message": "Try again"}})],
        }
    )
    with pytest.raises(NotSent):
        adapter.refresh(replace(known, extra=both, channel_id=""))


def test_words_reach_a_page_in_the_language_they_were_written_in(bench, credential):
    bench.publish(draft("Zażółć gęślą jaźń 🎉"), credential)
    assert bench.seen()[0].text == "Zażółć gęślą jaźń 🎉"
