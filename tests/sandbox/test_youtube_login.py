"""YouTube: Google's consent, codes, tokens that last and end, and the channel behind them."""

from __future__ import annotations

import httpx
import jwt
import pytest

from tests.sandbox.clients import CALLBACK, CHALLENGE, VERIFIER, query_of
from tests.sandbox.youtube_client import ANALYTICS, APP, FORCE_SSL, READONLY, UPLOAD, YouTube, reason_of

ENDED = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}


@pytest.fixture
def youtube(sandbox):
    with YouTube(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture
def visitor(sandbox):
    """Somebody whom nobody has granted anything yet."""
    with YouTube(sandbox, "lumenyoga", token="none") as client:
        yield client


def test_a_consent_leads_to_an_hour_of_access_and_a_refresh_token(visitor):
    answer = visitor.log_in()

    assert answer["access_token"].startswith("ya29.")
    assert answer["refresh_token"].startswith("1//0")
    assert (answer["expires_in"], answer["token_type"]) == (3599, "Bearer")
    assert answer["scope"] == f"{UPLOAD} {READONLY}"
    assert "refresh_token_expires_in" not in answer


def test_the_browser_comes_back_with_state_code_and_scope(visitor, sandbox):
    back = query_of(sandbox.consent(visitor.authorize_url(), "lumenyoga"))

    assert (back["state"], back["scope"]) == ("s1", f"{UPLOAD} {READONLY}")


def test_who_denies_is_sent_back_with_access_denied(visitor, sandbox):
    back = query_of(sandbox.consent(visitor.authorize_url(), "lumenyoga", allow=False))

    assert back == {"state": "s1", "error": "access_denied"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_id": "other"}, "invalid_client"),
        ({"response_type": "token"}, "invalid_request"),
        ({"scope": ""}, "Missing required parameter: scope"),
        ({"scope": "youtube.upload"}, "invalid_scope"),
        ({"scope": f"{UPLOAD},{READONLY}"}, "invalid_scope"),
        ({"redirect_uri": "http://example.org/callback"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "https://203.0.113.7/callback"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "https://example.org/#fragment"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "https://*.example.org/"}, "redirect_uri_mismatch"),
        ({"access_type": "forever"}, "invalid_request"),
        ({"prompt": "always"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "S512"}, "invalid_request"),
    ],
)
def test_a_mistaken_request_gets_a_page_and_is_not_sent_back(visitor, changes, words):
    answer = httpx.get(visitor.authorize_url(**changes), trust_env=False, verify=False)

    assert answer.status_code == 400
    assert words in answer.text


def test_registered_addresses_are_compared_to_the_letter(visitor, sandbox):
    sandbox.set("youtube", redirect_uris="https://postroom.example/back")

    refused = httpx.get(
        visitor.authorize_url(redirect_uri="https://postroom.example/back/"), trust_env=False, verify=False
    )
    shown = httpx.get(
        visitor.authorize_url(redirect_uri="https://postroom.example/back"), trust_env=False, verify=False
    )

    assert (refused.status_code, shown.status_code) == (400, 200)


def test_only_the_first_consent_gives_a_refresh_token_unless_it_is_asked_again(visitor):
    visitor.log_in()

    assert "refresh_token" not in visitor.log_in()
    assert "refresh_token" in visitor.log_in(prompt="consent select_account")


def test_without_offline_access_there_is_no_refresh_token(visitor):
    assert "refresh_token" not in visitor.log_in(access_type="online")


def test_a_code_works_once_for_ten_minutes_and_for_its_own_address(visitor, sandbox):
    code = visitor.code()

    assert visitor.exchange(code, redirect_uri=f"{CALLBACK}/").json()["error"] == "redirect_uri_mismatch"
    assert visitor.exchange(code).status_code == 200
    assert visitor.exchange(code).json()["error"] == "invalid_grant"
    late = visitor.code()
    sandbox.advance(minutes=10)
    assert visitor.exchange(late).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_id": ""}, 400, "invalid_request"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"client_secret": "other"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_the_application_has_to_show_who_it_is(visitor, changes, status, error):
    answer = visitor.exchange(visitor.code(), **changes)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_code_with_a_challenge_wants_its_verifier(visitor):
    challenge = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    code = visitor.code(**challenge)

    assert visitor.exchange(code).json()["error"] == "invalid_grant"
    assert visitor.exchange(code, code_verifier="x" * 43).json()["error"] == "invalid_grant"
    assert visitor.exchange(code, code_verifier=VERIFIER).status_code == 200
    assert CHALLENGE == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_scopes_that_were_unticked_are_missing_from_the_answer(visitor, sandbox):
    sandbox.set("youtube", declined_scopes=UPLOAD)

    assert visitor.log_in()["scope"] == READONLY


def test_scopes_granted_before_come_along_where_they_are_asked_for(visitor):
    visitor.log_in(scope=READONLY)

    assert visitor.log_in(scope=ANALYTICS)["scope"] == ANALYTICS
    assert set(visitor.log_in(scope=FORCE_SSL, include_granted_scopes="true")["scope"].split()) == {
        READONLY, ANALYTICS, FORCE_SSL,
    }  # fmt: skip


def test_a_refresh_gives_new_access_and_keeps_the_refresh_token(visitor):
    first = visitor.log_in()

    second = visitor.refresh(first["refresh_token"]).json()

    assert second["access_token"] != first["access_token"]
    assert "refresh_token" not in second
    assert (second["expires_in"], second["scope"]) == (3599, first["scope"])


def test_a_new_refresh_token_ends_the_old_where_they_rotate(visitor, sandbox):
    sandbox.set("youtube", rotates_refresh_tokens=True)
    old = visitor.log_in()["refresh_token"]

    new = visitor.refresh(old).json()["refresh_token"]

    assert visitor.refresh(old).json() == ENDED
    assert visitor.refresh(new).status_code == 200


def test_access_ends_after_an_hour(visitor, sandbox):
    visitor.token = visitor.log_in()["access_token"]
    assert visitor.channel().status_code == 200

    sandbox.advance(hours=1)
    answer = visitor.channel()

    assert reason_of(answer) == (401, "authError")
    error = answer.json()["error"]
    assert (error["message"], error["status"]) == ("Invalid Credentials", "UNAUTHENTICATED")
    assert (error["errors"][0]["location"], error["errors"][0]["locationType"]) == ("Authorization", "header")


def test_a_refresh_token_dies_unused_after_half_a_year(visitor, sandbox):
    used, unused = visitor.log_in()["refresh_token"], visitor.log_in(prompt="consent")["refresh_token"]
    sandbox.advance(days=100)
    visitor.refresh(used)
    sandbox.advance(days=100)

    assert visitor.refresh(used).status_code == 200
    assert visitor.refresh(unused).json() == ENDED


def test_an_application_in_testing_is_granted_a_week(visitor, sandbox):
    sandbox.set("youtube", testing=True)
    token = visitor.log_in()["refresh_token"]

    sandbox.advance(days=7)

    assert visitor.refresh(token).json() == ENDED


def test_access_that_was_limited_in_time_tells_its_end(visitor, sandbox):
    sandbox.set("youtube", access_days=30)
    answer = visitor.log_in()

    assert answer["refresh_token_expires_in"] == 30 * 86_400
    sandbox.advance(days=30)
    assert visitor.refresh(answer["refresh_token"]).json() == ENDED


def test_too_many_refresh_tokens_end_the_oldest_without_a_word(visitor, sandbox):
    sandbox.set("youtube", most_refresh_tokens=2)
    tokens = [visitor.log_in(prompt="consent")["refresh_token"] for _ in range(3)]

    assert [visitor.refresh(token).status_code for token in tokens] == [400, 200, 200]


@pytest.mark.parametrize(
    ("refusal", "status", "error"),
    [
        ("admin_policy_enforced", 400, "admin_policy_enforced"),
        ("invalid_rapt", 400, "invalid_grant"),
        ("deleted_client", 401, "deleted_client"),
    ],
)
def test_a_refresh_may_be_refused_by_others_than_the_user(visitor, sandbox, refusal, status, error):
    token = visitor.log_in()["refresh_token"]
    sandbox.set("youtube", refresh_refusal=refusal)

    answer = visitor.refresh(token)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_one_revocation_ends_everything_that_was_granted(visitor):
    first, second = visitor.log_in(), visitor.log_in(prompt="consent")

    assert visitor.http.post("/revoke", data={"token": first["access_token"]}).status_code == 200

    assert visitor.refresh(second["refresh_token"]).json() == ENDED
    visitor.token = second["access_token"]
    assert reason_of(visitor.channel()) == (401, "authError")
    again = visitor.http.post("/revoke", data={"token": first["access_token"]})
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")
    assert visitor.refresh(visitor.log_in()["refresh_token"]).status_code == 200


def test_whoever_asks_for_openid_learns_who_it_is(visitor):
    answer = visitor.log_in(scope=f"openid {READONLY}")

    said = read_signed(visitor, answer["id_token"])
    assert said["iss"] == "https://accounts.google.com"
    assert said["sub"] == visitor.http.get("/tokeninfo", params={"access_token": answer["access_token"]}).json()["sub"]


def read_signed(visitor: YouTube, token: str) -> dict:
    """What a token of Google's says; its times are those of the sandbox."""
    address = visitor.http.get("/.well-known/risc-configuration").json()["jwks_uri"]
    key = jwt.PyJWK(visitor.http.get(address).json()["keys"][0])
    unchecked = {"verify_exp": False, "verify_iat": False}
    return jwt.decode(token, key, algorithms=["RS256"], audience=APP["client_id"], options=unchecked)


def test_brand_channels_of_one_person_fall_together(visitor, sandbox):
    sandbox.set("youtube", shared_google_user=True)
    with YouTube(sandbox, "northlight") as other:
        visitor.http.post("/revoke", data={"token": visitor.log_in(prompt="consent")["refresh_token"]})

        assert reason_of(other.channel()) == (401, "authError")


def test_a_token_revoked_by_a_fault_takes_its_family_along(youtube, sandbox):
    credentials = sandbox.create_account("youtube", "harbourcoffee")["credentials"]
    youtube.token = credentials["token"]
    sandbox.fault("token_revoked", platform="youtube", path="read")

    assert reason_of(youtube.channel()) == (401, "authError")
    assert youtube.refresh(credentials["refresh_token"]).json() == ENDED


def test_tokeninfo_tells_scopes_and_time_for_nothing(visitor, sandbox):
    sandbox.set("youtube", daily_units=1)
    visitor.token = token = visitor.log_in()["access_token"]
    for _ in range(3):
        answer = visitor.http.get("/tokeninfo", params={"access_token": token}).json()

    assert answer["scope"] == f"{UPLOAD} {READONLY}"
    assert 3500 < int(answer["expires_in"]) <= 3600
    assert answer["aud"] == APP["client_id"]
    assert visitor.http.get("/tokeninfo", params={"access_token": "x"}).json()["error"] == "invalid_token"


def test_the_channel_of_a_grant_is_the_one_that_was_chosen(youtube):
    answer = youtube.channel().json()

    (channel,) = answer["items"]
    assert (answer["kind"], channel["kind"]) == ("youtube#channelListResponse", "youtube#channel")
    assert channel["id"] == youtube.id
    assert channel["id"].startswith("UC")
    assert channel["contentDetails"]["relatedPlaylists"]["uploads"] == "UU" + youtube.id[2:]
    assert (channel["snippet"]["title"], channel["snippet"]["customUrl"]) == ("Harbour Coffee", "@harbourcoffee")
    assert channel["status"]["longUploadsStatus"] == "allowed"


def test_a_google_account_without_a_channel_is_told_in_two_ways(youtube, sandbox):
    sandbox.set("youtube", channel_problem="noChannel")
    empty = youtube.channel()
    sandbox.set("youtube", channel_problem="youtubeSignupRequired")
    refused = youtube.channel()

    assert (empty.status_code, empty.json().get("items")) == (200, None)
    assert reason_of(refused) == (401, "youtubeSignupRequired")


def test_what_is_missing_from_a_request_is_told(youtube):
    bare = httpx.get(
        f"{youtube.sandbox.origin('youtube')}/youtube/v3/channels?part=id&mine=true", trust_env=False, verify=False
    )

    assert reason_of(bare) == (401, "required")
    assert reason_of(youtube.api("GET", "channels", mine="true")) == (400, "missingRequiredParameter")
    assert reason_of(youtube.api("GET", "channels", part="id")) == (400, "missingRequiredParameter")
    assert reason_of(youtube.channel(part="id,colour")) == (400, "unknownPart")
    assert reason_of(youtube.channel(page="2")) == (400, "badRequest")
    assert reason_of(youtube.api("GET", "communityPosts", part="id")) == (404, "notFound")


def test_the_scope_to_upload_reads_nothing(sandbox):
    with YouTube(sandbox, "harbourcoffee", scopes=[UPLOAD]) as uploader:
        answer = uploader.channel()

    assert reason_of(answer) == (403, "insufficientPermissions")
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
