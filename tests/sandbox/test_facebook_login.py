"""Facebook Login: consent, a code, a short token, a long one, and the tokens of the Pages."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.sandbox.clients import CALLBACK, query_of
from tests.sandbox.facebook_client import Facebook, code_of
from tests.support.sandbox import Sandbox

FIELDS = "id,name,username,category,access_token,tasks,picture.type(large),followers_count"


@pytest.fixture
def facebook(sandbox: Sandbox) -> Iterator[Facebook]:
    with Facebook(sandbox, "harbourcoffee") as client:
        yield client


def test_a_person_allows_and_the_code_comes_back_with_the_state(facebook):
    location = facebook.sandbox.consent(facebook.authorize_url(), "harbourcoffee")

    assert location.startswith(f"{CALLBACK}?")
    assert query_of(location)["state"] == "s1"
    assert query_of(location)["code"]


def test_a_person_denies_and_the_application_hears_why(facebook):
    answer = query_of(facebook.sandbox.consent(facebook.authorize_url(), "harbourcoffee", allow=False))

    assert (answer["error"], answer["error_reason"], answer["state"]) == ("access_denied", "user_denied", "s1")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "1"},
        {"redirect_uri": "javascript:alert(1)"},
        {"response_type": "token"},
        {"scope": "pages_read_user_engagement"},
        {"config_id": "1"},
    ],
    ids=str,
)
def test_a_wrong_request_is_answered_with_a_page_and_never_redirected(facebook, change):
    answer = facebook.http.get(facebook.authorize_url(**change))

    assert answer.status_code == 400
    assert "This did not work" in answer.text


def test_only_a_registered_address_is_redirected_to(facebook):
    facebook.sandbox.set("facebook", redirect_uris=f"{CALLBACK},https://postroom.example/back")

    assert facebook.http.get(facebook.authorize_url()).status_code == 200
    assert facebook.http.get(facebook.authorize_url(redirect_uri=f"{CALLBACK}/")).status_code == 400


def test_a_code_buys_a_short_token_by_post_or_get(facebook):
    answer = facebook.exchange(facebook.code()).json()

    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 5400)
    assert answer["access_token"].startswith("EAA")
    query = {"code": facebook.code(), "redirect_uri": CALLBACK}
    app = {"client_id": "800100200300400", "client_secret": "sandbox-facebook-secret"}
    assert facebook.http.get("/v26.0/oauth/access_token", params=query | app).status_code == 200


def test_the_end_of_a_token_may_be_left_out(facebook):
    facebook.sandbox.set("facebook", expires_in_missing=True)

    assert "expires_in" not in facebook.exchange(facebook.code()).json()


def test_a_code_works_once_in_ten_minutes_and_for_the_same_address(facebook):
    code = facebook.code()
    assert code_of(facebook.exchange(code, redirect_uri=f"{CALLBACK}/")) == (100, 36008)
    assert facebook.exchange(code).status_code == 200
    assert code_of(facebook.exchange(code)) == (100, 36009)

    late = facebook.code()
    facebook.sandbox.advance(minutes=10)
    assert code_of(facebook.exchange(late)) == (100, 36007)


@pytest.mark.parametrize(("change", "code"), [({"client_secret": "guess"}, 1), ({"client_id": "1"}, 101)], ids=str)
def test_another_application_gets_nothing_for_the_code(facebook, change, code):
    mine = facebook.code()

    assert code_of(facebook.exchange(mine, **change)) == (code, None)
    assert facebook.exchange(mine).status_code == 200


def test_a_long_token_lives_sixty_days_and_is_renewed_while_it_lives(facebook):
    first = facebook.lengthen(facebook.short_token()).json()
    assert first["expires_in"] == 5_183_944

    facebook.sandbox.advance(days=50)
    second = facebook.lengthen(first["access_token"]).json()
    facebook.sandbox.advance(days=20)
    assert code_of(facebook.lengthen(first["access_token"])) == (190, 463)
    assert facebook.as_user("GET", "/me", second["access_token"]).status_code == 200


def test_a_renewal_may_leave_the_end_where_it_was(facebook):
    facebook.sandbox.set("facebook", reexchange_renews=False)
    token = facebook.long_token()
    facebook.sandbox.advance(days=10)

    again = facebook.lengthen(token).json()

    assert again["access_token"] == token
    assert again["expires_in"] == pytest.approx(5_183_944 - 10 * 86400, abs=60)


def test_the_pages_come_with_tokens_of_their_own(facebook):
    (page,) = facebook.as_user("GET", "/me/accounts", facebook.long_token(), fields=FIELDS).json()["data"]

    assert (page["id"], page["name"], page["username"]) == (facebook.id, "Harbour Coffee", "harbourcoffee")
    assert "CREATE_CONTENT" in page["tasks"]
    assert page["picture"]["data"]["url"].startswith("http")
    facebook.token = page["access_token"]
    assert facebook.read("me").json() == {"id": facebook.id, "name": "Harbour Coffee"}


def test_a_page_token_has_no_end_unless_its_login_was_short(facebook):
    short, long = facebook.short_token(), facebook.long_token()
    of_short, of_long = (
        facebook.as_user("GET", f"/{facebook.id}", token, fields="access_token").json()["access_token"]
        for token in (short, long)
    )
    assert (facebook.debug(of_short)["type"], facebook.debug(of_long)["expires_at"]) == ("PAGE", 0)
    assert facebook.debug(of_short)["expires_at"] == facebook.debug(short)["expires_at"] > 0

    facebook.sandbox.advance(days=61)
    facebook.token = of_long
    assert facebook.read("me").status_code == 200
    facebook.token = of_short
    assert code_of(facebook.read("me")) == (190, 463)


def test_an_agency_has_more_pages_than_one_answer_holds(facebook):
    facebook.sandbox.create_accounts([{"platform": "facebook", "handle": f"client{n}"} for n in range(120)])
    facebook.sandbox.set("facebook", more_channels=125)
    token = facebook.long_token()

    first = facebook.as_user("GET", "/me/accounts", token, limit=100).json()
    second = facebook.http.get(first["paging"]["next"]).json()
    assert (len(first["data"]), len(second["data"])) == (100, 26)
    assert "next" not in second["paging"]
    assert first["data"][0]["id"] == facebook.id


def test_a_next_address_carries_a_token_only_if_the_request_did(facebook):
    facebook.sandbox.set("facebook", more_channels=3)
    token = facebook.long_token()
    headers = {"Authorization": f"Bearer {token}"}

    said = facebook.as_user("GET", "/me/accounts", token, limit=2).json()["paging"]["next"]
    silent = facebook.http.get("/v26.0/me/accounts", params={"limit": 2}, headers=headers).json()["paging"]["next"]
    assert ("access_token" in query_of(said), "access_token" in query_of(silent)) == (True, False)


def test_a_page_may_be_empty_and_go_on_all_the_same(facebook):
    facebook.sandbox.set("facebook", sparse_pages=True)

    first = facebook.as_user("GET", "/me/accounts", facebook.long_token()).json()

    assert first["data"] == []
    assert facebook.http.get(first["paging"]["next"]).json()["data"][0]["id"] == facebook.id


def test_the_list_is_empty_for_who_ticked_no_page_or_may_not_list_them(facebook):
    assert facebook.as_user("GET", "/me/accounts", facebook.long_token(scope="public_profile")).json() == {"data": []}
    facebook.sandbox.set("facebook", no_page_ticked=True)
    assert facebook.as_user("GET", "/me/accounts", facebook.long_token()).json() == {"data": []}


def test_pages_of_a_business_are_listed_by_the_business(facebook):
    facebook.sandbox.set("facebook", pages_in_business=True, more_channels=2)
    plain, full = facebook.long_token(), facebook.long_token(scope="pages_show_list,business_management")

    assert facebook.as_user("GET", "/me/accounts", full).json() == {"data": []}
    assert code_of(facebook.as_user("GET", "/me/businesses", plain)) == (200, None)
    (business,) = facebook.as_user("GET", "/me/businesses", full).json()["data"]
    owned, clients = (
        facebook.as_user("GET", f"/{business['id']}/{edge}", full, fields="id,access_token").json()["data"]
        for edge in ("owned_pages", "client_pages")
    )
    assert [page["id"] for page in owned] == [facebook.id]
    assert len(clients) == 2


def test_one_field_that_is_not_permitted_fails_the_whole_list(facebook):
    token = facebook.long_token(scope="pages_show_list")

    assert facebook.as_user("GET", "/me/accounts", token, fields="id,name").status_code == 200
    assert code_of(facebook.as_user("GET", "/me/accounts", token, fields=FIELDS)) == (10, None)
    assert code_of(facebook.as_user("GET", "/me/accounts", token, fields="id,shoe_size")) == (100, None)


def test_a_page_names_the_instagram_account_that_is_linked_with_it(facebook):
    fields = "id,instagram_business_account{id,username}"
    assert "instagram_business_account" not in facebook.read("me", fields=fields).json()
    facebook.sandbox.set("facebook", linked_instagram=True)

    linked = facebook.sandbox.account("instagram", "harbourcoffee")["id"]
    shown = facebook.read("me", fields=fields).json()["instagram_business_account"]
    assert shown == {"id": linked, "username": "harbourcoffee"}


def test_what_a_person_declines_is_missing_until_the_application_asks_again(facebook):
    facebook.sandbox.set("facebook", declined_scopes="pages_manage_posts")
    token = facebook.long_token()
    assert "pages_manage_posts" not in facebook.debug(token)["scopes"]
    listed = facebook.as_user("GET", "/me/permissions", token).json()["data"]
    assert {"permission": "pages_manage_posts", "status": "declined"} in listed

    facebook.sandbox.set("facebook", declined_scopes="")
    assert "pages_manage_posts" not in facebook.debug(facebook.long_token())["scopes"]
    assert "pages_manage_posts" in facebook.debug(facebook.long_token(auth_type="rerequest"))["scopes"]


def test_a_configuration_of_login_for_business_is_granted_whole_or_not_at_all(facebook):
    url = facebook.authorize_url(config_id="800500600700")
    assert "code" in query_of(facebook.sandbox.consent(url, "harbourcoffee"))

    facebook.sandbox.set("facebook", declined_scopes="read_insights")
    assert query_of(facebook.sandbox.consent(url, "harbourcoffee"))["error"] == "access_denied"


def test_inspection_tells_what_a_page_token_is_good_for(facebook):
    credentials = facebook.credentials(scopes=["pages_show_list", "pages_manage_posts"])

    data = facebook.debug(credentials["token"])

    assert (data["type"], data["app_id"], data["application"]) == ("PAGE", "800100200300400", "Postroom")
    assert (data["is_valid"], data["expires_at"], data["profile_id"]) == (True, 0, facebook.id)
    assert data["scopes"] == ["pages_show_list", "pages_manage_posts"]
    assert {"scope": "pages_manage_posts", "target_ids": [facebook.id]} in data["granular_scopes"]
    assert data["user_id"] == credentials["user_id"]
    assert data["data_access_expires_at"] - data["issued_at"] == pytest.approx(90 * 86400, abs=5)


def test_inspection_of_a_dead_or_unknown_token_says_so(facebook):
    facebook.sandbox.revoke_tokens("facebook", "harbourcoffee")

    dead = facebook.debug(facebook.token)
    assert (dead["is_valid"], dead["scopes"], dead["error"]["code"]) == (False, [], 190)
    assert dead["error"]["subcode"] == 458
    assert facebook.debug("EAAunknown")["is_valid"] is False


def test_inspection_is_for_the_application(facebook):
    answer = facebook.http.get("/v26.0/debug_token", params={"input_token": facebook.token, "access_token": "1|s"})

    assert code_of(answer) == (190, None)


def test_permissions_are_told_to_the_person_and_not_to_the_page(facebook):
    assert code_of(facebook.read("me/permissions")) == (100, None)
    assert code_of(facebook.read("me/accounts")) == (100, None)


def test_revoking_ends_every_page_of_the_person(facebook):
    token = facebook.long_token()
    assert facebook.as_user("DELETE", "/me/permissions", token).json() == {"success": True}

    assert code_of(facebook.read("me")) == (190, 458)
    assert code_of(facebook.as_user("GET", "/me", token)) == (190, 458)


def test_revoking_one_permission_leaves_the_others(facebook):
    token = str(facebook.credentials()["user_token"])

    assert facebook.as_user("DELETE", "/me/permissions/pages_manage_posts", token).json() == {"success": True}

    assert code_of(facebook.write()) == (200, None)
    assert facebook.edge("published_posts").status_code == 200


def test_a_token_is_taken_from_header_or_parameter_with_its_proof(facebook):
    facebook.sandbox.set("facebook", app_secret="testsecret0123456789abcdef", require_appsecret_proof=True)
    proof = hmac.new(b"testsecret0123456789abcdef", facebook.token.encode(), hashlib.sha256).hexdigest()

    assert code_of(facebook.read("me")) == (100, None)
    assert code_of(facebook.read("me", appsecret_proof="0" * 64)) == (100, None)
    assert facebook.read("me", appsecret_proof=proof).status_code == 200


def test_a_missing_and_an_unknown_token_are_told_apart(facebook):
    assert code_of(facebook.http.get("/v26.0/me")) == (104, None)
    assert code_of(facebook.http.get("/v26.0/me", params={"access_token": "EAAnonsense"})) == (190, None)


def test_instants_are_spelled_without_a_colon_in_the_offset(facebook):
    created = facebook.read(facebook.post(), fields="created_time").json()["created_time"]

    assert created.endswith("+0000")
    assert datetime.strptime(created, "%Y-%m-%dT%H:%M:%S%z").tzinfo
