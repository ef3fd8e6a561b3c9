"""LinkedIn: consent, tokens and their ends, whom they belong to, and the headers that every call brings along."""

from __future__ import annotations

import pytest

from tests.sandbox.clients import CALLBACK, query_of
from tests.sandbox.linkedin_client import APP, LinkedIn, encoded

YEAR = 365 * 86400


@pytest.fixture
def linkedin(sandbox):
    with LinkedIn(sandbox, "harbourcoffee") as client:
        yield client


def test_a_person_allows_and_the_code_comes_back_with_the_state(linkedin):
    answer = query_of(linkedin.sandbox.consent(linkedin.authorize_url(), "harbourcoffee"))

    assert answer["state"] == "s1"
    assert answer["code"]


def test_a_person_denies_and_the_application_hears_it(linkedin):
    answer = query_of(linkedin.sandbox.consent(linkedin.authorize_url(), "harbourcoffee", allow=False))

    assert (answer["error"], answer["state"]) == ("user_cancelled_authorize", "s1")
    assert answer["error_description"]


@pytest.mark.parametrize(
    "change", [{"client_id": "x"}, {"redirect_uri": "javascript:alert(1)"}, {"redirect_uri": CALLBACK + "#a"}], ids=str
)
def test_a_wrong_request_is_answered_with_a_page_and_never_redirected(linkedin, change):
    assert linkedin.http.get(linkedin.authorize_url(**change)).status_code == 400


def test_a_registered_address_is_compared_without_its_query(linkedin):
    linkedin.sandbox.set("linkedin", redirect_uris=CALLBACK)

    assert linkedin.http.get(linkedin.authorize_url(redirect_uri=CALLBACK + "?a=1")).status_code == 200
    assert linkedin.http.get(linkedin.authorize_url(redirect_uri=CALLBACK + "/more")).status_code == 400


def test_a_scope_that_the_application_lacks_comes_back_as_an_error(linkedin):
    url = linkedin.authorize_url(scope="openid r_member_social")

    answer = linkedin.http.get(url, follow_redirects=False)

    assert query_of(answer.headers["location"])["error"] == "unauthorized_scope_error"


def test_a_code_buys_a_token_of_sixty_days_with_its_scopes_between_commas(linkedin):
    answer = linkedin.exchange(linkedin.code()).json()

    assert (answer["expires_in"], answer["token_type"]) == (60 * 86400, "Bearer")
    assert answer["scope"] == "openid,profile,w_member_social"
    assert answer["refresh_token_expires_in"] == YEAR
    assert len(answer["access_token"]) > 500


def test_an_application_without_the_programme_gets_no_refresh_token(linkedin):
    linkedin.sandbox.set("linkedin", refresh_tokens=False)

    assert "refresh_token" not in linkedin.exchange(linkedin.code()).json()


def test_a_code_works_once_and_for_half_an_hour(linkedin):
    used, late = linkedin.code(), linkedin.code()
    assert linkedin.exchange(used).status_code == 200

    assert linkedin.exchange(used).json()["error"] == "invalid_request"
    linkedin.sandbox.advance(minutes=30)
    assert linkedin.exchange(late).json()["error_description"].endswith("authorization code not found")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"redirect_uri": CALLBACK + "/"}, "invalid_request"),
        ({"client_secret": "guess"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_request"),
        ({"grant_type": "password"}, "invalid_request"),
    ],
    ids=str,
)
def test_a_code_is_refused_to_whoever_differs_and_still_works_for_its_owner(linkedin, change, error):
    code = linkedin.code()

    assert linkedin.exchange(code, **change).json()["error"] == error
    assert linkedin.exchange(code).status_code == 200


def test_credentials_in_a_header_are_not_read(linkedin):
    form = {"grant_type": "authorization_code", "code": linkedin.code(), "redirect_uri": CALLBACK}
    answer = linkedin.http.post("/oauth/v2/accessToken", data=form, auth=(APP["client_id"], APP["client_secret"]))

    assert answer.json()["error"] == "invalid_request"


def test_refreshing_keeps_the_refresh_token_and_its_end(linkedin):
    linkedin.sandbox.advance(days=59)

    answer = linkedin.refresh().json()

    assert answer["refresh_token"] == linkedin.credentials["refresh_token"]
    assert answer["refresh_token_expires_in"] == pytest.approx(306 * 86400, abs=60)
    assert answer["expires_in"] == 60 * 86400
    assert linkedin.refresh().status_code == 200


def test_a_token_never_outlives_the_year_of_its_consent(linkedin):
    linkedin.sandbox.advance(days=350)
    assert linkedin.refresh().json()["expires_in"] == pytest.approx(15 * 86400, abs=60)

    linkedin.sandbox.advance(days=15)
    answer = linkedin.refresh()
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_introspection_tells_the_state_of_a_token(linkedin):
    told = linkedin.introspect(linkedin.token)
    assert (told["active"], told["status"], told["auth_type"]) == (True, "active", "3L")
    assert told["expires_at"] - told["created_at"] == 60 * 86400
    assert "w_organization_social" in told["scope"].split(",")

    linkedin.sandbox.advance(days=60)
    assert linkedin.introspect(linkedin.token)["status"] == "expired"
    assert linkedin.introspect("invented") == {"active": False}


def test_a_revoked_refresh_token_takes_its_tokens_along(linkedin):
    assert linkedin.revoke(linkedin.credentials["refresh_token"]).status_code == 200

    assert linkedin.introspect(linkedin.token)["status"] == "revoked"
    assert linkedin.refresh().status_code == 400


def test_userinfo_names_the_member_by_the_id_of_the_urn(linkedin):
    answer = linkedin.get("/v2/userinfo").json()

    assert f"urn:li:person:{answer['sub']}" == linkedin.person
    assert answer["name"] == f"{answer['given_name']} {answer['family_name']}"
    assert answer["picture"].startswith("http")
    assert linkedin.get("/v2/me").json()["id"] == answer["sub"]


def test_userinfo_tells_no_more_than_the_scopes_allow(sandbox):
    with LinkedIn(sandbox, "harbourcoffee", scopes=["openid"]) as linkedin:
        assert list(linkedin.get("/v2/userinfo").json()) == ["sub"]
        assert linkedin.get("/v2/me").status_code == 403


def test_the_member_administers_the_page_that_was_chosen(linkedin):
    (element,) = linkedin.acls().json()["elements"]

    assert element == {
        "organization": linkedin.organization,
        "role": "ADMINISTRATOR",
        "roleAssignee": linkedin.person,
        "state": "APPROVED",
    }


def test_further_pages_come_page_by_page(linkedin):
    linkedin.sandbox.set("linkedin", more_channels=4)

    first = linkedin.acls("&start=0&count=3").json()
    (following,) = first["paging"]["links"]
    rest = linkedin.rest("GET", following["href"].removeprefix("/rest/")).json()

    assert following["rel"] == "next"
    assert [len(first["elements"]), len(rest["elements"]), rest["paging"]["links"]] == [3, 2, []]


def test_the_key_and_the_role_are_settings(linkedin):
    linkedin.sandbox.set("linkedin", acl_key="organizationalTarget", organization_role="CONTENT_ADMIN")

    assert linkedin.acls().json()["elements"] == []
    (element,) = linkedin.rest("GET", "organizationAcls?q=roleAssignee").json()["elements"]
    assert (element["organizationalTarget"], element["role"]) == (linkedin.organization, "CONTENT_ADMIN")


def test_pages_are_read_by_id_in_a_batch_and_by_name(linkedin):
    id = linkedin.organization.rpartition(":")[2]

    page = linkedin.rest("GET", f"organizations/{id}").json()
    assert (page["id"], page["localizedName"], page["vanityName"]) == (int(id), "Harbour Coffee", "harbourcoffee")
    batch = linkedin.rest("GET", f"organizationsLookup?ids=List({id},7)").json()
    assert (list(batch["results"]), list(batch["errors"])) == ([id], ["7"])
    (found,) = linkedin.rest("GET", "organizations?q=vanityName&vanityName=lumenyoga").json()["elements"]
    assert found["localizedName"] == "Lumen Yoga"


def test_the_page_of_somebody_else_is_not_readable(linkedin):
    other = linkedin.sandbox.account("linkedin", "lumenyoga")["id"].rpartition(":")[2]

    assert linkedin.rest("GET", f"organizations/{other}").status_code == 403


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"LinkedIn-Version": ""}, 400, "VERSION_MISSING"),
        ({"LinkedIn-Version": "202508"}, 426, "NONEXISTENT_VERSION"),
        ({"LinkedIn-Version": "209901"}, 426, "NONEXISTENT_VERSION"),
        ({"X-Restli-Protocol-Version": ""}, 400, "ILLEGAL_ARGUMENT"),
        ({"X-RestLi-Method": "BATCH_GET"}, 400, "ILLEGAL_ARGUMENT"),
        ({"Authorization": ""}, 401, "EMPTY_ACCESS_TOKEN"),
        ({"Authorization": "Bearer AQVinvented"}, 401, "INVALID_ACCESS_TOKEN"),
    ],
    ids=str,
)
def test_a_call_without_its_headers_is_refused(linkedin, headers, status, code):
    answer = linkedin.rest("GET", "organizationAcls?q=roleAssignee", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["x-li-uuid"]


def test_the_version_that_ended_is_named_with_its_day(linkedin):
    answer = linkedin.rest("GET", "organizationAcls?q=roleAssignee", headers={"LinkedIn-Version": "202508"})

    assert answer.json()["message"] == "Requested version 20250801 is not active"


def test_a_revoked_and_an_expired_token_say_so(linkedin):
    linkedin.sandbox.advance(days=60)
    assert (linkedin.acls().status_code, linkedin.acls().json()["serviceErrorCode"]) == (401, 65602)

    linkedin.sandbox.revoke_tokens("linkedin", "harbourcoffee")
    assert linkedin.acls().json() == {
        "message": "The token used in the request has been revoked by the user",
        "status": 401,
        "code": "REVOKED_ACCESS_TOKEN",
        "serviceErrorCode": 65601,
    }


def test_a_refresh_token_opens_nothing(linkedin):
    linkedin.token = linkedin.credentials["refresh_token"]

    assert linkedin.acls().json()["code"] == "INVALID_ACCESS_TOKEN"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("ids=List(1,2)", 200),
        ("ids=List%281%2C2%29", 400),
        ("ids=List(1", 400),
        ("ids[0]=1", 403),
        ("ids=List(urn:li:organization:1)", 400),
    ],
)
def test_lists_are_written_as_rest_li_2_writes_them(linkedin, query, status):
    assert linkedin.rest("GET", f"organizationsLookup?{query}").status_code == status


def test_a_day_has_its_calls_and_ends_at_midnight_utc(linkedin):
    linkedin.sandbox.set("linkedin", member_daily_calls=1)
    assert linkedin.acls().status_code == 200

    refused = linkedin.acls()
    assert refused.json() == {
        "message": "Resource level throttle MEMBER DAY limit for calls to this resource is reached.",
        "status": 429,
        "serviceErrorCode": 101,
    }
    assert not {name for name in refused.headers if "retry" in name or "limit" in name}
    # Another endpoint has a counter of its own.
    assert linkedin.rest("GET", f"organizations/{linkedin.organization.rpartition(':')[2]}").status_code == 200
    linkedin.sandbox.advance(days=1)
    assert linkedin.acls().status_code == 200


def test_the_application_has_a_day_of_its_own(linkedin):
    linkedin.sandbox.set("linkedin", app_daily_calls=1)
    with LinkedIn(linkedin.sandbox, "lumenyoga") as another:
        assert another.acls().status_code == 200

        assert "APPLICATION DAY" in linkedin.acls().json()["message"]


def test_what_does_not_exist_is_told_in_the_envelope(linkedin):
    answer = linkedin.rest("GET", f"shares/{encoded('urn:li:share:1')}")

    assert (answer.status_code, answer.json()["status"]) == (404, 404)
