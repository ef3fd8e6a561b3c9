"""Instagram with Facebook Login: a person's and a Page's token on graph.facebook.com, and what only they may do."""

from __future__ import annotations

import pytest

from tests.sandbox.clients import Instagram
from tests.sandbox.facebook_client import Facebook, code_of, film
from tests.sandbox.gallery import picture
from tests.sandbox.instagram_client import SCOPES, LinkedInstagram


@pytest.fixture
def linked(sandbox):
    with LinkedInstagram(sandbox, "harbourcoffee") as client:
        yield client


def test_a_login_finds_the_account_behind_the_page(sandbox):
    sandbox.set("facebook", linked_instagram=True)
    with Facebook(sandbox, "harbourcoffee") as facebook:
        token = facebook.long_token(scope=",".join(SCOPES))
        inside = "id,username,name,profile_picture_url,followers_count,media_count"
        fields = f"id,access_token,instagram_business_account{{{inside}}}"
        (page,) = facebook.as_user("GET", "/me/accounts", token, fields=fields).json()["data"]

    found = page["instagram_business_account"]
    assert found["id"] == sandbox.account("instagram", "harbourcoffee")["id"]
    assert (found["username"], found["media_count"]) == ("harbourcoffee", 0)


@pytest.mark.parametrize("as_user", [False, True], ids=["page token", "user token"])
def test_a_picture_is_staged_published_found_and_commented_on(sandbox, gallery, as_user):
    with LinkedInstagram(sandbox, "harbourcoffee", as_user=as_user) as linked:
        media = linked.post(gallery.hang(picture()), "Through a Page")
        assert linked.call("POST", f"/v26.0/{media}/comments", data={"message": "First"}).status_code == 200
        found = linked.get(f"/v26.0/{linked.id}/media", fields="id,caption,permalink").json()["data"]

    assert [(one["id"], one["caption"]) for one in found] == [(media, "Through a Page")]
    assert sandbox.texts("instagram", "harbourcoffee") == ["Through a Page", "First"]


def test_a_reel_is_sent_to_the_upload_host_of_facebook(linked):
    content = film()
    answer = linked.stage(media_type="REELS", upload_type="resumable", caption="Sent").json()
    assert answer["uri"].startswith(linked.sandbox.origin("facebook") + "/ig-api-upload/v26.0/")

    headers = {"Authorization": f"OAuth {linked.token}", "offset": "0", "file_size": str(len(content))}
    assert linked.http.post(answer["uri"], content=content, headers=headers).json()["success"] is True
    linked.sandbox.advance(seconds=2)
    media = linked.publish(answer["id"]).json()["id"]
    answer = linked.get(f"/v26.0/{media}", fields="media_product_type,permalink").json()
    assert answer["media_product_type"] == "REELS"


def test_only_here_media_are_deleted_and_places_are_named(linked, gallery, sandbox):
    page = sandbox.account("facebook", "harbourcoffee")["id"]
    url = gallery.hang(picture())
    assert linked.stage(image_url=url, location_id=page).status_code == 200
    assert code_of(linked.stage(image_url=url, location_id="5")) == (100, None)

    media = linked.post(url)
    assert linked.call("DELETE", f"/v26.0/{media}").status_code == 200
    assert code_of(linked.get(f"/v26.0/{media}", fields="id")) == (100, 33)
    (post,) = sandbox.posts("instagram")
    assert post["deleted_at"]


def test_totals_with_advertisements_are_told_only_here(linked, gallery, sandbox):
    media = linked.post(gallery.hang(picture()))
    sandbox.advance(days=1)

    assert linked.get(f"/v26.0/{media}/insights", metric="total_views").json()["data"]
    with Instagram(sandbox, "harbourcoffee") as instagram:
        assert code_of(instagram.get(f"/v26.0/{media}/insights", metric="total_views")) == (100, None)


@pytest.mark.parametrize(
    ("missing", "method", "edge", "code"),
    [
        ("instagram_basic", "GET", "media", 10),
        ("pages_read_engagement", "GET", "media", 10),
        ("instagram_content_publish", "POST", "media", 10),
        ("instagram_manage_insights", "GET", "insights", 10),
    ],
)
def test_permissions_have_their_names_of_facebook(sandbox, missing, method, edge, code):
    scopes = [scope for scope in SCOPES if scope != missing]
    with LinkedInstagram(sandbox, "harbourcoffee", scopes=scopes) as linked:
        answer = linked.call(method, f"/v26.0/{linked.id}/{edge}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, code)


def test_deleting_has_a_permission_of_its_own(sandbox, gallery):
    scopes = [scope for scope in SCOPES if scope != "instagram_manage_contents"]
    with LinkedInstagram(sandbox, "harbourcoffee", scopes=scopes) as linked:
        media = linked.post(gallery.hang(picture()))

        assert code_of(linked.call("DELETE", f"/v26.0/{media}")) == (200, None)


def test_a_role_through_a_business_needs_one_permission_more(sandbox):
    sandbox.set("instagram", role_through_business=True)
    with LinkedInstagram(sandbox, "harbourcoffee") as linked:
        answer = linked.get(f"/v26.0/{linked.id}/media")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, 200)
    with LinkedInstagram(sandbox, "harbourcoffee", scopes=[*SCOPES, "ads_read"]) as linked:
        assert linked.get(f"/v26.0/{linked.id}/media").status_code == 200


def test_a_page_token_may_be_blind_for_what_is_fresh(sandbox, gallery):
    sandbox.set("instagram", page_token_blind_seconds=600)
    with LinkedInstagram(sandbox, "harbourcoffee") as linked:
        container = linked.container(image_url=gallery.hang(picture()))
        assert code_of(linked.get(f"/v26.0/{container}", fields="status_code")) == (100, 33)
        user = {"Authorization": f"Bearer {linked.granted['user_token']}"}
        seen = linked.http.get(f"/v26.0/{container}", params={"fields": "status_code"}, headers=user)
        assert seen.json()["status_code"] == "IN_PROGRESS"
        sandbox.advance(minutes=10)
        assert linked.status(container) == "FINISHED"


def test_nobody_reaches_the_account_of_another_page(linked, sandbox):
    other = sandbox.account("instagram", "lumenyoga")["id"]

    assert code_of(linked.get(f"/v26.0/{other}/media")) == (100, 33)
    sandbox.set("facebook", linked_instagram=False)
    assert code_of(linked.get(f"/v26.0/{linked.id}/media")) == (100, 33)


def test_the_tokens_of_one_login_are_strange_to_the_host_of_the_other(linked, sandbox):
    with Instagram(sandbox, "harbourcoffee") as instagram:
        strange = {"Authorization": f"Bearer {linked.token}"}
        assert code_of(instagram.http.get("/v26.0/me", headers=strange)) == (190, None)
        linked.token = instagram.token
        assert code_of(linked.get(f"/v26.0/{linked.id}/media")) == (190, None)


def test_whoever_removes_the_application_on_facebook_ends_it_here_as_well(linked):
    with Facebook(linked.sandbox, "harbourcoffee") as facebook:
        facebook.people("remove_app")

    assert code_of(linked.get(f"/v26.0/{linked.id}/media")) == (190, 458)


def test_faults_of_instagram_strike_here_too(linked, gallery, sandbox):
    container = linked.container(image_url=gallery.hang(picture()))
    sandbox.advance(seconds=2)
    sandbox.fault("error_after", platform="instagram", account="harbourcoffee", path="commit")

    assert linked.publish(container).status_code == 500
    assert linked.status(container) == "PUBLISHED"
