from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.linkedin import LinkedInAdapter
from apps.platforms.contract import RemotePost, Role
from apps.platforms.errors import ConsentRefused, Disconnected, MissingPermission, NotSent, Throttled
from apps.platforms.formats import with_limits
from apps.platforms.validation import problems
from tests.platforms.drafts import draft
from tests.platforms.linkedin.conftest import CLIENT, MEMBER, PAGE

CALLBACK = "https://app.test/cb"
TOKEN = "POST /oauth/v2/accessToken"
ROLES = "GET /rest/organizationAcls"
PROFILE = {"sub": "abc123", "name": "Ann Bee", "picture": "https://media.licdn.com/p.jpg"}
ME = {"id": "abc123", "localizedFirstName": "Ann", "localizedLastName": "Bee", "vanityName": "annbee"}
ACME = {"id": 555, "localizedName": "Acme", "vanityName": "acme"}
NO_ROLE = (200, {"elements": [], "paging": {"start": 0, "count": 10, "links": []}})


def token(scope, **more):
    return (200, {"access_token": "AQVtok", "expires_in": 5184000, "scope": scope, "token_type": "Bearer", **more})


def role(key="organization", **paging):
    one = {key: PAGE, "role": "ADMINISTRATOR", "roleAssignee": MEMBER, "state": "APPROVED"}
    return (200, {"elements": [one], "paging": {"start": 0, "count": 10, "links": [], **paging}})


def finish(adapter, scopes=(), **answer):
    keep = Secret(json.dumps({"scopes": list(scopes)}))
    given = answer or {"code": "C"}
    return adapter.finish_consent(client=CLIENT, redirect_uri=CALLBACK, answer=given, keep=keep)


def asked_by(adapter, client=CLIENT):
    start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="s")
    return parse_qs(urlsplit(start.authorize_url).query)


def test_the_consent_page_is_asked_for_what_the_app_has(linkedin):
    _, adapter = linkedin({})
    assert asked_by(adapter)["scope"] == [" ".join(LinkedInAdapter.scopes)]
    assert asked_by(adapter, replace(CLIENT, scopes=("openid", "w_member_social")))["scope"] == [
        "openid w_member_social"
    ]
    _, adapter = linkedin({}, scopes="r_basicprofile w_organization_social")
    assert asked_by(adapter)["scope"] == ["r_basicprofile w_organization_social"]
    assert "code_challenge" not in asked_by(adapter)  # LinkedIn knows no PKCE on the web


def test_an_app_that_only_shares_connects_the_member_and_asks_for_no_pages(linkedin, clock):
    server, adapter = linkedin({TOKEN: [token("openid,profile,w_member_social")], "GET /v2/userinfo": [(200, PROFILE)]})

    consent = finish(adapter, ["openid", "profile", "email", "w_member_social"])

    form = dict(parse_qsl(server.bodies[0].decode()))
    assert form == {
        "grant_type": "authorization_code",
        "code": "C",
        "redirect_uri": CALLBACK,
        "client_id": "77x",
        "client_secret": "client-secret",
    }
    assert [one.remote_id for one in consent.channels] == [MEMBER]
    assert consent.credential.scopes == ("openid", "profile", "w_member_social")
    assert consent.missing_scopes == ("email",)
    assert consent.channels[0].limits == {"first_comment": False, "findable": False}
    assert (consent.credential.refresh_token, consent.credential.refresh_expires_at) == (Secret(""), None)
    assert consent.credential.expires_at == clock() + timedelta(days=60)
    assert not any("organizationAcls" in path for _, path in server.requests)


def test_first_comments_are_offered_where_the_consent_covers_them(linkedin, page, member):
    _, adapter = linkedin({"GET /rest/organizations/555": [(200, ACME)], "GET /v2/userinfo": [(200, PROFILE)]})
    assert adapter.check(page).limits == {}
    limits = adapter.check(member).limits
    comment = draft("First!", role=Role.FIRST_COMMENT, parent=RemotePost("urn:li:share:7"))
    assert [one.field for one in problems(comment, with_limits(adapter.capabilities, limits), label="It")] == ["role"]


EVERYTHING = "r_basicprofile,w_member_social,w_organization_social,rw_organization_admin"


@pytest.mark.parametrize("key", ["organization", "organizationTarget", "organizationalTarget"])
def test_one_consent_gives_the_member_and_every_page_whatever_the_key_is_called(linkedin, key):
    answers = {
        TOKEN: [token(EVERYTHING, refresh_token="AQXref", refresh_token_expires_in=31536000)],
        "GET /v2/me": [(200, ME)],
        ROLES: [role(key), NO_ROLE],
        "GET /rest/organizations/555": [(200, ACME)],
    }
    _, adapter = linkedin(answers)

    consent = finish(adapter)

    assert [(one.remote_id, one.kind, one.handle, one.name) for one in consent.channels] == [
        (MEMBER, "profile", "annbee", "Ann Bee"),
        (PAGE, "page", "acme", "Acme"),
    ]
    assert consent.credential.remote_user_id == MEMBER
    assert consent.credential.refresh_token == Secret("AQXref")


def test_all_pages_of_the_roles_are_read_and_a_role_of_an_unknown_name_is_passed_over(linkedin, sent):
    more = role(links=[{"rel": "next", "href": "/rest/organizationAcls?start=100"}])
    other = (200, {"elements": [{"organization": "urn:li:organization:6", "role": "CONTENT_ADMINISTRATOR"}]})
    bad = (400, {"status": 400, "code": "INVALID_VALUE_FOR_FIELD", "message": "No such role"})
    answers = {
        TOKEN: [token(EVERYTHING)],
        "GET /v2/me": [(200, ME)],
        ROLES: [more, role(), other, bad],
        "GET /rest/organizations/555": [(200, ACME)],
    }
    _, adapter = linkedin(answers)

    consent = finish(adapter)

    assert [one.remote_id for one in consent.channels] == [MEMBER, PAGE, "urn:li:organization:6"]
    assert consent.channels[-1].name == "LinkedIn page 6"
    assert [request.url.params["start"] for request in sent if "Acls" in request.url.path][:2] == ["0", "100"]


def test_every_call_names_its_version_and_its_protocol(linkedin, sent, page):
    _, adapter = linkedin({"GET /rest/organizations/555": [(200, ACME)]}, version="202611")
    adapter.check(page)
    headers = sent[0].headers
    assert (headers["LinkedIn-Version"], headers["X-Restli-Protocol-Version"]) == ("202611", "2.0.0")
    assert headers["Authorization"] == "Bearer AQV-access"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error": "user_cancelled_login"}, "declined"),
        ({"error": "user_cancelled_authorize"}, "declined"),
        ({"error": "unauthorized_scope_error"}, "product"),
        ({"error": "server_error"}, "start again"),
        ({"state": "s"}, "start again"),
    ],
)
def test_a_refusal_says_who_has_to_do_what(linkedin, answer, words):
    _, adapter = linkedin({})
    with pytest.raises(ConsentRefused, match=words):
        finish(adapter, **answer)


INVALID_CODE = {
    "error": "invalid_request",
    "error_description": "Unable to retrieve access token: authorization code not found",
}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({TOKEN: [(400, INVALID_CODE)]}, ConsentRefused),
        ({TOKEN: [(500, b"oops")]}, NotSent),
        ({TOKEN: [(429, {"message": "Slow"})]}, Throttled),
        ({TOKEN: [(200, b"<html>")]}, NotSent),
        ({TOKEN: [(200, {"access_token": 7})], "GET /v2/me": [(200, {})]}, NotSent),
        ({TOKEN: [token("w_member_social")]}, MissingPermission),
        ({TOKEN: [token("r_basicprofile")], "GET /v2/me": [(200, ME)]}, ConsentRefused),
        ({TOKEN: [token("r_basicprofile,w_member_social")], "GET /v2/me": [(401, {"status": 401})]}, ConsentRefused),
        ({TOKEN: [token(EVERYTHING)], "GET /v2/me": [(200, ME)], ROLES: [(500, b"")]}, NotSent),
    ],
)
def test_a_consent_that_fails_is_refused_or_may_be_tried_again(linkedin, answers, expected):
    _, adapter = linkedin(answers)
    with pytest.raises(expected):
        finish(adapter)


# --- afterwards


def test_a_refresh_keeps_the_token_it_was_made_with_while_that_grows_shorter(linkedin, clock, page):
    renewed = {"refresh_token": "AQX-refresh", "refresh_token_expires_in": 26438400}
    server, adapter = linkedin({TOKEN: [token("", **renewed), token("")]})

    after = adapter.refresh(page)

    assert dict(parse_qsl(server.bodies[0].decode()))["grant_type"] == "refresh_token"
    assert (after.access_token, after.refresh_token) == (Secret("AQVtok"), Secret("AQX-refresh"))
    assert after.refresh_expires_at == clock() + timedelta(seconds=26438400)
    assert (after.scopes, after.channel_id, after.client) == (page.scopes, PAGE, CLIENT)
    # An answer that leaves the refresh token out takes nothing away.
    again = adapter.refresh(after)
    assert (again.refresh_token, again.refresh_expires_at) == (after.refresh_token, after.refresh_expires_at)


def test_a_token_that_cannot_be_renewed_lasts_as_long_as_it_lasts(linkedin, clock, member):
    server, adapter = linkedin({})
    assert adapter.refresh(member) is member
    clock.advance(days=60)
    with pytest.raises(Disconnected):
        adapter.refresh(member)
    assert server.requests == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((400, {"error": "invalid_grant", "error_description": "The refresh token is dead"}), Disconnected),
        ((400, {"error": "invalid_request", "error_description": "The refresh token is dead"}), Disconnected),
        ((401, {"error": "invalid_client", "error_description": "Client authentication failed"}), NotSent),
        ((400, b"<html>"), NotSent),
        ((503, b""), NotSent),
        ((429, {"message": "Slow"}), Throttled),
        ((200, {"expires_in": 60}), NotSent),
        ((200, b"<html>"), NotSent),
    ],
)
def test_a_refresh_that_fails_is_dead_or_may_be_made_again(linkedin, page, answer, expected):
    _, adapter = linkedin({TOKEN: [answer]})
    with pytest.raises(expected):
        adapter.refresh(page)


def test_both_tokens_are_given_back_and_a_dead_one_is_no_error(linkedin, page):
    server, adapter = linkedin({"POST /oauth/v2/revoke": [(200, b""), (400, {"error": "invalid_request"})]})
    adapter.revoke(page)
    assert [dict(parse_qsl(body.decode()))["token"] for body in server.bodies] == ["AQV-access", "AQX-refresh"]
    _, adapter = linkedin({"POST /oauth/v2/revoke": [(503, b"")]})
    with pytest.raises(NotSent):
        adapter.revoke(page)


def test_a_consent_at_the_simulated_linkedin_gives_all_its_pages(bench):
    bench.scopes = ()
    bench.sandbox.set("linkedin", more_channels=2)
    try:
        kinds = [channel.kind for channel in bench.consent().channels]
    finally:
        bench.sandbox.set("linkedin", more_channels=0)
    assert kinds == ["profile", "page", "page", "page"]
