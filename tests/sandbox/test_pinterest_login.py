"""Pinterest: consent, tokens that are renewed for as long as they are used, the account, and the two hosts."""

from __future__ import annotations

import base64

import httpx
import pytest

from tests.sandbox.clients import CALLBACK, query_of
from tests.sandbox.pinterest_client import BASIC, SCOPE, Pinterest, code_of


@pytest.fixture
def pinterest(sandbox):
    with Pinterest(sandbox, "harbourcoffee") as client:
        yield client


def test_a_person_allows_and_the_code_is_good_for_one_pair_of_tokens(pinterest):
    back = query_of(pinterest.sandbox.consent(pinterest.authorize_url(), "harbourcoffee"))
    answer = pinterest.exchange(back["code"])

    told = answer.json()
    assert back["state"] == "s1"
    assert told["access_token"].startswith("pina_")
    assert told["refresh_token"].startswith("pinr_")
    assert (told["response_type"], told["token_type"]) == ("authorization_code", "bearer")
    assert (told["expires_in"], told["refresh_token_expires_in"]) == (2592000, 5184000)
    assert isinstance(told["refresh_token_expires_at"], int)
    assert told["scope"] == SCOPE.replace(",", " ")
    assert answer.headers["X-RateLimit-Limit"].startswith("100")
    assert code_of(pinterest.exchange(back["code"])) == (400, 283)
    pinterest.token = told["access_token"]
    assert pinterest.read("/user_account").json()["username"] == "harbourcoffee"


def test_a_person_denies_or_leaves_something_out(pinterest):
    denied = query_of(pinterest.sandbox.consent(pinterest.authorize_url(), "harbourcoffee", allow=False))
    pinterest.sandbox.set("pinterest", declined_scopes="pins:write")

    assert denied == {"error": "access_denied", "state": "s1"}
    assert "pins:write" not in pinterest.exchange(pinterest.code()).json()["scope"].split()


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "1"},
        {"redirect_uri": "javascript:1"},
        {"response_type": "token"},
        {"scope": "pins:delete"},
        {"scope": SCOPE.replace(",", " ")},
        {"scope": ""},
    ],
    ids=str,
)
def test_a_wrong_request_for_consent_is_refused_on_a_page(pinterest, changes):
    answer = pinterest.http.get(pinterest.authorize_url(**changes))

    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_registered_address_is_matched_exactly(pinterest):
    pinterest.sandbox.set("pinterest", redirect_uris=CALLBACK)

    assert pinterest.http.get(pinterest.authorize_url()).status_code == 200
    assert pinterest.http.get(pinterest.authorize_url(redirect_uri=f"{CALLBACK}/")).status_code == 400


def test_the_basic_header_is_that_of_the_documentation():
    written = base64.b64encode(b"my_client_id:my_client_secret").decode()

    assert written == "bXlfY2xpZW50X2lkOm15X2NsaWVudF9zZWNyZXQ="
    assert httpx.BasicAuth("my_client_id", "my_client_secret")._auth_header == f"Basic {written}"


def test_a_wrong_exchange_is_refused_and_leaves_the_code_alone(pinterest):
    code = pinterest.code()

    assert code_of(pinterest.exchange(code, basic="")) == (401, 2)
    assert code_of(pinterest.exchange(code, basic=BASIC[:-4] + "AAA=")) == (401, 2)
    assert code_of(pinterest.exchange(code, redirect_uri=f"{CALLBACK}2")) == (400, 283)
    assert code_of(pinterest.exchange(code, grant_type="password")) == (400, 1)
    # An old application that asks for nothing would get a kind of refresh token that is gone.
    assert code_of(pinterest.exchange(code, continuous_refresh="")) == (400, 1)
    as_json = pinterest.http.post("/v5/oauth/token", json={"code": code}, headers={"Authorization": BASIC})
    assert code_of(as_json) == (400, 1)
    pinterest.sandbox.set("pinterest", old_app=False)
    assert pinterest.exchange(code, continuous_refresh="").status_code == 200
    late = pinterest.code()
    pinterest.sandbox.advance(minutes=11)
    assert code_of(pinterest.exchange(late)) == (400, 283)


def test_each_refresh_renews_the_refresh_token_for_sixty_days(pinterest):
    first = pinterest.exchange(pinterest.code()).json()
    pinterest.sandbox.advance(days=40)
    pinterest.token = first["access_token"]
    assert code_of(pinterest.read("/user_account")) == (401, 2)

    second = pinterest.refresh(first["refresh_token"]).json()
    pinterest.sandbox.advance(days=40)

    assert second["response_type"] == "refresh_token"
    assert second["refresh_token_expires_at"] > first["refresh_token_expires_at"]
    assert code_of(pinterest.refresh(first["refresh_token"])) == (400, 283)
    third = pinterest.refresh(second["refresh_token"], scope="pins:read").json()
    assert third["scope"] == "pins:read"
    assert code_of(pinterest.refresh(third["refresh_token"], scope="pins:write")) == (400, 1)
    assert code_of(pinterest.refresh(third["access_token"])) == (400, 283)


def test_old_refresh_tokens_live_on_unless_set_otherwise(pinterest):
    first = pinterest.exchange(pinterest.code()).json()["refresh_token"]

    second = pinterest.refresh(first).json()["refresh_token"]
    assert pinterest.refresh(first).status_code == 200
    pinterest.sandbox.set("pinterest", single_use_refresh=True, dead_grant_status=401)
    third = pinterest.refresh(second).json()["refresh_token"]
    assert pinterest.refresh(second).status_code == 401
    assert pinterest.refresh(third).status_code == 200


def test_a_lost_refresh_can_be_asked_for_again(pinterest):
    token = pinterest.exchange(pinterest.code()).json()["refresh_token"]
    pinterest.sandbox.fault("lost_after", platform="pinterest", account="harbourcoffee", path="refresh")

    with pytest.raises(httpx.RemoteProtocolError):
        pinterest.refresh(token)
    assert pinterest.refresh(token).json()["refresh_token"] != token


def test_an_application_enters_its_own_account_without_anybody(pinterest):
    told = pinterest.token_call(grant_type="client_credentials", scope="user_accounts:read").json()

    assert "refresh_token" not in told
    pinterest.token = told["access_token"]
    assert pinterest.read("/user_account").json()["username"] == "northlight"
    assert code_of(pinterest.token_call(grant_type="client_credentials", scope="all")) == (400, 1)


def test_ordinary_tokens_cannot_be_revoked_by_the_application(pinterest):
    answer = pinterest.token_call(path="/v5/oauth/token/revoke", token=pinterest.token, token_type_hint="access_token")

    assert code_of(answer) == (400, 1)
    pinterest.sandbox.revoke_tokens("pinterest", "harbourcoffee")
    assert code_of(pinterest.read("/user_account")) == (401, 2)


def test_the_account_tells_who_it_is(pinterest):
    told = pinterest.read("/user_account").json()

    assert (told["id"], told["business_name"], told["account_type"]) == (pinterest.id, "Harbour Coffee", "BUSINESS")
    pinterest.sandbox.advance(days=20)
    assert pinterest.read("/user_account").json()["follower_count"] > told["follower_count"]
    pinterest.sandbox.set("pinterest", tells_id=False, account_type="PINNER")
    later = pinterest.read("/user_account").json()
    assert "id" not in later
    assert later["account_type"] == "PINNER"


def test_calls_without_a_good_token_or_scope_are_refused(sandbox, pinterest):
    own = sandbox.account("pinterest", "harbourcoffee")["data"]["ad_account_id"]
    assert pinterest.read("/user_account", ad_account_id=own).status_code == 200
    assert code_of(pinterest.read("/user_account", ad_account_id="1")) == (403, 29)
    assert code_of(pinterest.http.get("/v5/user_account")) == (401, 2)
    with Pinterest(sandbox, "harbourcoffee", scopes=["pins:read"]) as reader:
        refused = reader.read("/boards")
        assert code_of(refused) == (403, 29)
        assert "boards:read" in refused.json()["message"]
    assert code_of(pinterest.send("PUT", "/pins")) == (405, 405)
    assert code_of(pinterest.read("/comments")) == (404, 404)


def test_the_api_sandbox_has_tokens_and_boards_of_its_own(sandbox, pinterest):
    other = sandbox.create_account("pinterest", "harbourcoffee")["credentials"]["sandbox_token"]
    assert pinterest.http.get("/v5/boards", headers={"Authorization": f"Bearer {other}"}).status_code == 401
    pinterest.api = "/api-sandbox/v5"
    assert code_of(pinterest.read("/boards")) == (401, 2)

    pinterest.token = other
    assert pinterest.boards() == {}
    made = pinterest.send("POST", "/boards", {"name": "Trials"}).json()
    assert pinterest.boards() == {"Trials": made["id"]}
