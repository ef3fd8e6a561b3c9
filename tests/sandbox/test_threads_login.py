"""Threads: consent, a code, a short token, a long one, its refresh, what can be asked about it, and its end."""

from __future__ import annotations

import pytest

from tests.sandbox.clients import CALLBACK, query_of
from tests.sandbox.threads_client import APP, SCOPES, Threads, code_of

MISSING = (10, None)


@pytest.fixture
def threads(sandbox):
    with Threads(sandbox, "harbourcoffee") as client:
        yield client


def test_a_person_allows_and_the_code_comes_back_with_the_state_and_the_odd_fragment(threads):
    location = threads.sandbox.consent(threads.authorize_url(), "harbourcoffee")

    assert location.startswith(f"{CALLBACK}?")
    assert location.endswith("#_")
    assert (query_of(location)["state"], bool(query_of(location)["code"])) == ("s1", True)


def test_a_person_denies_and_the_application_hears_why(threads):
    answer = query_of(threads.sandbox.consent(threads.authorize_url(), "harbourcoffee", allow=False))

    assert (answer["error"], answer["error_reason"], answer["state"]) == ("access_denied", "user_denied", "s1")
    assert answer["error_description"]


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "1"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": CALLBACK + "#a"},
        {"scope": "threads_basic,threads_publish"},
        {"scope": "threads_content_publish"},
        {"response_type": "token"},
    ],
    ids=str,
)
def test_a_wrong_request_is_answered_with_a_page_and_never_redirected(threads, change):
    answer = threads.http.get(threads.authorize_url(**change))

    assert answer.status_code == 400
    assert "This did not work" in answer.text


def test_the_window_can_insist_on_https(threads):
    threads.sandbox.set("threads", https_only=True)

    assert "1349187" in threads.http.get(threads.authorize_url()).text
    assert threads.http.get(threads.authorize_url(redirect_uri="https://postroom.example/back")).status_code == 200


def test_scopes_may_be_separated_by_spaces(threads):
    url = threads.authorize_url(scope=" ".join(SCOPES))
    code = query_of(threads.sandbox.consent(url, "harbourcoffee"))["code"]

    assert threads.debug(threads.exchange(code).json()["access_token"])["scopes"] == list(SCOPES)


def test_a_code_buys_a_short_token_and_a_number_that_no_float_holds(threads):
    answer = threads.exchange(threads.code()).json()

    assert set(answer) == {"access_token", "user_id"}
    assert str(answer["user_id"]) == threads.id
    assert int(float(answer["user_id"])) != answer["user_id"]


def test_the_code_exchange_may_tell_more(threads):
    threads.sandbox.set("threads", full_token_answer=True)

    assert threads.exchange(threads.code()).json()["expires_in"] == 3600


def test_a_code_works_once_and_for_an_hour(threads):
    code = threads.code()
    assert threads.exchange(code).status_code == 200
    assert code_of(threads.exchange(code)) == (100, 36007)

    late = threads.code()
    threads.sandbox.advance(hours=1)
    assert code_of(threads.exchange(late)) == (100, 36007)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"redirect_uri": CALLBACK + "/"}, (100, 36008)),
        ({"client_secret": "guess"}, (1, None)),
        ({"client_id": "1"}, (101, None)),
        ({"grant_type": "client_credentials"}, (100, None)),
    ],
    ids=str,
)
def test_a_code_is_refused_to_whoever_differs_and_still_works_for_its_owner(threads, change, code):
    grant = threads.code()

    assert code_of(threads.exchange(grant, **change)) == code
    assert threads.exchange(grant).status_code == 200


def test_a_code_with_the_fragment_is_another_code(threads):
    assert code_of(threads.exchange(threads.code() + "#_")) == (100, 36007)


def test_a_short_token_lives_an_hour_and_its_long_one_sixty_days(threads):
    short = threads.short_token()
    long = threads.lengthen(short).json()
    assert (long["token_type"], long["expires_in"]) == ("bearer", 60 * 86400)

    threads.sandbox.advance(hours=1)
    assert code_of(threads.lengthen(short)) == (190, 463)
    threads.token = long["access_token"]
    assert threads.get("/v1.0/me", fields="username").json()["username"] == "harbourcoffee"
    threads.sandbox.advance(days=60)
    answer = threads.get("/v1.0/me", fields="username")
    assert code_of(answer) == (190, 463)
    assert answer.json()["error"]["message"].startswith("Error validating access token: Session has expired on ")


def test_a_token_is_lengthened_with_the_secret_and_once_only(threads):
    assert code_of(threads.lengthen(threads.short_token(), client_secret="guess")) == (1, None)
    assert code_of(threads.lengthen(threads.short_token(), grant_type="ig_exchange_token")) == (100, None)
    assert code_of(threads.lengthen(threads.long_token())) == (100, None)


def test_a_long_token_is_refreshed_after_a_day_and_the_old_one_lives_on(threads):
    old = threads.long_token()
    assert code_of(threads.refresh(old)) == (100, None)

    threads.sandbox.advance(hours=24)
    first, again = threads.refresh(old).json(), threads.refresh(old).json()

    assert first["expires_in"] == 60 * 86400
    assert len({old, first["access_token"], again["access_token"]}) == 3
    threads.sandbox.advance(days=59)
    assert code_of(threads.refresh(old)) == (190, 463)
    assert threads.refresh(first["access_token"]).status_code == 200


def test_a_short_token_cannot_be_refreshed(threads):
    assert code_of(threads.refresh(threads.short_token())) == (100, None)


def test_the_end_of_a_token_need_not_be_told(threads):
    threads.sandbox.set("threads", tells_expires_in=False)

    assert set(threads.lengthen(threads.short_token()).json()) == {"access_token", "token_type"}


def test_the_token_calls_also_stand_under_the_version(threads):
    form = {**APP, "grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": threads.code()}

    assert threads.http.post("/v1.0/oauth/access_token", data=form).status_code == 200


def after_forty_days_with_one_refresh(threads: Threads) -> Threads:
    """Its grant lasts for thirty days."""
    threads.sandbox.set("threads", grant_days=30)
    old = threads.long_token()
    threads.sandbox.advance(days=20)
    threads.token = threads.refresh(old).json()["access_token"]
    threads.sandbox.advance(days=20)
    return threads


def test_a_refresh_prolongs_the_grant_as_well(threads):
    assert after_forty_days_with_one_refresh(threads).get("/v1.0/me").status_code == 200


def test_where_it_does_not_the_token_goes_on_without_permissions(threads):
    threads.sandbox.set("threads", refresh_prolongs_grant=False)
    after_forty_days_with_one_refresh(threads)

    assert code_of(threads.get("/v1.0/me")) == MISSING
    assert threads.refresh(threads.token).status_code == 200


def test_an_application_has_a_token_of_its_own_that_is_nobody(threads):
    answer = threads.http.get("/oauth/access_token", params={**APP, "grant_type": "client_credentials"}).json()

    assert answer["token_type"] == "bearer"
    assert answer["access_token"].startswith(f"TH|{APP['client_id']}|")
    threads.token = answer["access_token"]
    assert code_of(threads.get("/v1.0/me")) == (190, None)


def test_a_token_can_be_inspected(threads):
    said = threads.debug(threads.long_token())

    assert (said["type"], said["application"], said["is_valid"]) == ("USER", "Postroom", True)
    assert said["user_id"] == threads.id
    assert said["scopes"] == list(SCOPES)
    assert said["expires_at"] - said["issued_at"] == 60 * 86400
    assert 0 <= said["issued_at"] + 90 * 86400 - said["data_access_expires_at"] <= 1


def test_a_declined_scope_is_missing_in_what_a_token_says_of_itself(threads):
    threads.sandbox.set("threads", declined_scopes="threads_manage_replies")

    assert "threads_manage_replies" not in threads.debug(threads.short_token())["scopes"]


def test_an_ended_or_invented_token_is_told_to_be_invalid(threads):
    short = threads.short_token()
    threads.sandbox.advance(hours=1)

    said = threads.debug(short)
    assert (said["is_valid"], said["scopes"], said["error"]["subcode"]) == (False, [], 463)
    assert threads.debug("THinvented")["is_valid"] is False


def test_only_testers_inspect_tokens(threads):
    token = threads.long_token()
    threads.sandbox.set("threads", testers="lumenyoga,northlight")

    assert code_of(threads.get("/v1.0/debug_token", input_token=token)) == MISSING
    with Threads(threads.sandbox, "lumenyoga") as tester:
        assert tester.debug(token)["is_valid"]


def test_me_tells_what_is_asked_for(threads):
    fields = "id,username,name,threads_profile_picture_url,threads_biography,is_verified"
    said = threads.get("/v1.0/me", fields=fields).json()

    assert (said["id"], said["username"], said["name"]) == (threads.id, "harbourcoffee", "Harbour Coffee")
    assert said["threads_profile_picture_url"].endswith(".png")
    assert set(said) == set(fields.split(","))


def test_a_token_may_come_as_a_parameter(threads):
    assert threads.http.get("/v1.0/me", params={"access_token": threads.token}).json() == {"id": threads.id}


def test_an_unknown_field_fails_the_call_in_threads_own_words(threads):
    error = threads.get("/v1.0/me", fields="id,nope").json()["error"]

    assert (error["message"], error["type"], error["code"]) == (
        "Tried accessing nonexisting field (nope)",
        "THApiException",
        100,
    )


def test_there_is_one_version(threads):
    assert threads.get("/v26.0/me").status_code == 404


def test_no_token_and_an_unknown_token_are_refused(threads):
    assert code_of(threads.http.get("/v1.0/me")) == (190, None)
    threads.token = "THinvented"
    assert code_of(threads.get("/v1.0/me")) == (190, None)


def test_a_revoked_token_says_so(threads):
    threads.sandbox.revoke_tokens("threads", "harbourcoffee")

    assert code_of(threads.get("/v1.0/me")) == (190, 458)
    threads.sandbox.set("threads", revoked_subcode=0)
    assert code_of(threads.get("/v1.0/me")) == (190, None)


@pytest.mark.parametrize(
    ("missing", "method", "path", "details"),
    [
        ("threads_basic", "GET", "me", {}),
        ("threads_content_publish", "POST", "me/threads", {}),
        ("threads_content_publish", "POST", "me/threads_publish", {}),
        ("threads_content_publish", "GET", "me/threads_publishing_limit", {}),
        ("threads_manage_replies", "GET", "me/threads_publishing_limit", {"fields": "reply_quota_usage"}),
        ("threads_read_replies", "GET", "me/replies", {}),
        ("threads_read_replies", "GET", "1/replies", {}),
        ("threads_read_replies", "GET", "1/conversation", {}),
        ("threads_manage_mentions", "GET", "me/mentions", {}),
        ("threads_manage_insights", "GET", "1/insights", {"metric": "views"}),
        ("threads_manage_insights", "GET", "me/threads_insights", {"metric": "views"}),
        ("threads_delete", "DELETE", "1", {}),
    ],
)
def test_a_missing_scope_is_a_missing_permission(sandbox, missing, method, path, details):
    scopes = [*SCOPES, "threads_manage_insights", "threads_delete", "threads_manage_mentions"]
    with Threads(sandbox, "harbourcoffee", scopes=[scope for scope in scopes if scope != missing]) as threads:
        assert code_of(threads.call(method, f"/v1.0/{path}", params=details)) == MISSING
