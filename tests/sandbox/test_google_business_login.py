"""Google Business: consent, tokens, and from accounts to the location that may be posted to."""

from __future__ import annotations

import pytest

from tests.sandbox.google_business_client import MANAGE, GoogleBusiness, status_of

V4_SCOPE = "https://www.googleapis.com/auth/plus.business.manage"


@pytest.fixture
def business(sandbox):
    with GoogleBusiness(sandbox, "harbourcoffee") as client:
        yield client


def test_a_consent_leads_to_accounts_and_their_locations(sandbox):
    with GoogleBusiness(sandbox, "harbourcoffee", token="none") as visitor:
        granted = visitor.log_in()
        visitor.token = granted["access_token"]
        personal, group = visitor.accounts(pageSize=20).json()["accounts"]
        found = visitor.locations(group["name"], pageSize=100).json()

        assert (granted["token_type"], granted["expires_in"]) == ("Bearer", 3599)
        assert set(granted["scope"].split()) == {MANAGE, "openid"}
        assert "id_token" in granted
        assert (personal["type"], personal["role"]) == ("PERSONAL", "PRIMARY_OWNER")
        assert (group["name"], group["type"], group["role"]) == (visitor.group, "LOCATION_GROUP", "MANAGER")
        assert visitor.locations(personal["name"]).json() == {}
        (place,) = found["locations"]
        assert (found["totalSize"], place["name"], place["title"]) == (1, visitor.place, "Harbour Coffee")
        assert place["metadata"]["hasVoiceOfMerchant"] is True
        assert "canOperateLocalPost" not in place["metadata"]
        assert f"{group['name']}/{place['name']}" == visitor.id


def test_access_ends_is_refreshed_and_is_withdrawn_as_a_whole(sandbox):
    with GoogleBusiness(sandbox, "harbourcoffee", token="none") as visitor:
        granted = visitor.log_in()
        visitor.token = granted["access_token"]
        sandbox.advance(hours=1)
        assert status_of(visitor.accounts()) == (401, "UNAUTHENTICATED")
        visitor.token = visitor.refresh(granted["refresh_token"]).json()["access_token"]
        assert visitor.accounts().status_code == 200

        assert visitor.http.post("/revoke", data={"token": granted["refresh_token"]}).status_code == 200

        assert status_of(visitor.accounts()) == (401, "UNAUTHENTICATED")
        assert visitor.refresh(granted["refresh_token"]).json()["error"] == "invalid_grant"


def test_without_the_scope_nothing_is_told_and_the_old_scope_opens_v4_alone(sandbox):
    with GoogleBusiness(sandbox, "harbourcoffee", scopes=["openid"]) as stranger:
        assert status_of(stranger.accounts()) == (403, "PERMISSION_DENIED")
        assert status_of(stranger.create()) == (403, "PERMISSION_DENIED")
    with GoogleBusiness(sandbox, "harbourcoffee", scopes=[V4_SCOPE]) as old:
        assert status_of(old.accounts()) == (403, "PERMISSION_DENIED")
        assert old.create().status_code == 200


def test_one_login_may_have_further_locations_in_pages_and_by_several_ways(business, sandbox):
    sandbox.set("google_business", more_channels=5, listed_twice=True)

    personal, *groups = business.accounts().json()["accounts"]
    first = business.locations(personal["name"], pageSize=4, orderBy="title", readMask="title,metadata.placeId").json()
    second = business.locations(personal["name"], pageSize=4, orderBy="title", pageToken=first["nextPageToken"]).json()

    assert len(groups) == first["totalSize"] == 6
    titles = [one["title"] for one in (*first["locations"], *second["locations"])]
    assert titles == sorted(titles)
    assert set(first["locations"][0]) == {"title", "metadata"}
    assert set(first["locations"][0]["metadata"]) == {"placeId"}
    assert "nextPageToken" not in second
    assert len(business.locations("accounts/-").json()["locations"]) == 6
    filtered = business.locations("accounts/-", filter='title="Lumen Yoga"').json()
    assert [one["title"] for one in filtered["locations"]] == ["Lumen Yoga"]
    through = business.call("GET", f"/v4/{personal['name']}/{business.place}/localPosts")
    assert (through.status_code, through.json()) == (200, {})


def test_locations_are_read_with_a_mask_and_by_those_who_manage_them(business, sandbox):
    stranger = sandbox.account("google_business", "lumenyoga")["id"]
    group, _, place = stranger.partition("/locations/")

    assert status_of(business.locations(business.group, readMask="")) == (400, "INVALID_ARGUMENT")
    assert status_of(business.locations(business.group, readMask="colour")) == (400, "INVALID_ARGUMENT")
    assert status_of(business.locations(business.group, pageToken="x")) == (400, "INVALID_ARGUMENT")
    assert status_of(business.locations(business.group, view="all")) == (400, "INVALID_ARGUMENT")
    assert status_of(business.locations(group)) == (403, "PERMISSION_DENIED")
    assert status_of(business.get(f"/v1/locations/{place}", readMask="name")) == (403, "PERMISSION_DENIED")
    assert status_of(business.get("/v1/locations/1", readMask="name")) == (404, "NOT_FOUND")
    assert business.get(f"/v1/{business.place}", readMask="name").json() == {"name": business.place}


@pytest.mark.parametrize("wanting", ["waitForVoiceOfMerchant", "verify", "resolveOwnershipConflict"])
def test_a_location_without_voice_is_told_apart_and_may_not_post(business, sandbox, wanting):
    sandbox.set("google_business", location_problem=wanting, location_problem_of="harbourcoffee")

    (place,) = business.locations(business.group).json()["locations"]
    state = business.get(f"/v1/{business.place}/VoiceOfMerchantState").json()

    assert "hasVoiceOfMerchant" not in place["metadata"]
    assert "hasVoiceOfMerchant" not in state
    assert state[wanting] == {}
    assert status_of(business.create()) == (403, "PERMISSION_DENIED")
    sandbox.set("google_business", unverified_status="FAILED_PRECONDITION")
    assert status_of(business.create()) == (400, "FAILED_PRECONDITION")


def test_chains_lost_roles_and_deleted_locations_refuse_each_in_their_way(business, sandbox):
    assert business.get(f"/v1/{business.place}/VoiceOfMerchantState").json() == {
        "hasVoiceOfMerchant": True, "hasBusinessAuthority": True,
    }  # fmt: skip
    sandbox.set("google_business", location_problem="chain", names_codes=True)
    detail = business.create().json()["error"]["details"][0]["errorDetails"][0]
    assert detail["code"] == "LOCATION_DISABLED_FOR_LOCAL_POST_API"
    sandbox.set("google_business", location_problem="lostRole")
    assert status_of(business.create()) == (403, "PERMISSION_DENIED")
    assert business.locations("accounts/-").json() == {}
    sandbox.set("google_business", location_problem="deleted")
    assert status_of(business.create()) == (404, "NOT_FOUND")


def test_notices_of_an_account_go_to_one_topic(business):
    path, topic = f"/v1/{business.group}/notificationSetting", "projects/postroom/topics/reviews"
    body = {"pubsubTopic": topic, "notificationTypes": ["NEW_REVIEW", "GOOGLE_UPDATE"]}
    mask = {"updateMask": "pubsubTopic,notificationTypes"}

    assert business.get(path).json() == {"name": path.removeprefix("/v1/")}
    set_now = business.call("PATCH", path, params=mask, json=body)
    assert set_now.json() == business.get(path).json() == {"name": path.removeprefix("/v1/")} | body
    for wrong in ({"pubsubTopic": "reviews"}, {"notificationTypes": ["NEW_QUESTION"]}):
        refused = business.call("PATCH", path, params=mask, json=body | wrong)
        assert status_of(refused) == (400, "INVALID_ARGUMENT")
    assert status_of(business.call("PATCH", path, json=body)) == (400, "INVALID_ARGUMENT")
