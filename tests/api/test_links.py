"""Links, history and exports through the API."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.analytics import services as analytics
from tests.links.conftest import BROWSER
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_a_workspace_says_what_becomes_of_links_and_posts_follow(api, workspace):
    account = factories.account(workspace, "mastodon")
    address = f"/api/v1/workspaces/{workspace.pk}/link-settings"
    assert api.get(address).json()["shortens"] is False
    refused = api.patch(address, {"domain": "go.elsewhere.example"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/domain")
    assert api.patch(address, {"tags": True, "shortens": True}).json()["medium"] == "social"
    said = {"workspace": str(workspace.pk), "text": "See https://a.example/x.", "accounts": [str(account.pk)]}

    assert api.post("/api/v1/posts/validate", said).json()["is_ready"] is True
    post = api.post("/api/v1/posts", said).json()

    (link,) = api.get(f"/api/v1/links?post={post['id']}").json()["data"]
    assert link["destination"] == "https://a.example/x?utm_source=mastodon&utm_medium=social"
    assert link["is_short"]
    Client().get(link["url"].removeprefix("http://127.0.0.1:8000"), headers={"user-agent": BROWSER})
    assert api.get(f"/api/v1/links/{link['id']}/clicks").json()["total"] == 1
    assert api.patch(f"/api/v1/links/{link['id']}", {"destination": "https://b.example"}).status_code == 422
    assert api.patch(f"/api/v1/links/{link['id']}", {"paused": True}).json()["paused_at"]
    assert api.delete(f"/api/v1/links/{link['id']}").status_code == 409


def test_many_posts_at_once_have_their_links(api, workspace):
    account = factories.account(workspace, "mastodon")
    api.patch(f"/api/v1/workspaces/{workspace.pk}/link-settings", {"shortens": True})
    posts = [
        {"workspace": str(workspace.pk), "text": f"https://a.example/{n}", "accounts": [str(account.pk)]}
        for n in range(3)
    ]
    assert api.post("/api/v1/posts/bulk", {"posts": posts}).status_code in (200, 201, 207)
    assert len(api.get("/api/v1/links").json()["data"]) == 3


def test_another_campaign_and_other_words_in_one_request(api, workspace):
    account = factories.account(workspace, "mastodon")
    api.patch(f"/api/v1/workspaces/{workspace.pk}/link-settings", {"tags": True})
    said = {"workspace": str(workspace.pk), "text": "https://a.example/", "accounts": [str(account.pk)]}
    post = api.post("/api/v1/posts", said).json()
    campaign = api.post("/api/v1/campaigns", {"workspace": str(workspace.pk), "name": "Spring Sale"}).json()

    changed = api.patch(f"/api/v1/posts/{post['id']}", {"campaign": campaign["id"], "text": "Now https://a.example/"})

    assert changed.status_code == 200
    (link,) = api.get(f"/api/v1/links?post={post['id']}").json()["data"]
    assert "utm_campaign=spring-sale" in link["url"]


def test_history_is_uploaded_and_exported(api, workspace):
    account = factories.account(workspace, "mastodon")

    def sends(text):
        file = SimpleUploadedFile("old.csv", text.encode(), "text/csv")
        said = {"account": str(account.pk), "kind": "accounts", "file": file}
        return api.client.post("/api/v1/imports/history", said, headers={"Authorization": f"Bearer {api.text}"})

    refused = sends("day,views\n2026-10-01,x\n2026-10-02,\n")
    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/file/2/views", "/file/3/"]
    made = sends("day,views\n2026-10-01,5\n")
    assert (made.status_code, made.json()["state"]) == (202, "waiting")
    analytics.work_history()
    done = api.get(f"/api/v1/imports/history/{made.json()['id']}").json()
    assert (done["state"], done["kept"]) == ("completed", 1)

    told = api.get(f"/api/v1/analytics/accounts/{account.pk}?from=2026-10-01&to=2026-10-02").json()
    assert [(day["day"], day["source"], day["figures"]["views"]) for day in told["days"]] == [
        ("2026-10-01", "upload", 5)
    ]
    asked = f"/api/v1/analytics/exports/account-days?workspace={workspace.pk}&from=2026-10-01&to=2026-10-02"
    lines = b"".join(api.get(asked).streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].split(",")[4] == "upload"
    assert api.get(asked + "&format=xml").status_code == 422
    assert api.get("/api/v1/analytics/exports/nothing").status_code == 404
    assert api.get("/api/v1/imports/history/template?kind=posts").content.startswith(b"post,day")
    assert api.delete(f"/api/v1/imports/history/{made.json()['id']}").status_code == 204


def test_a_domain_is_named_checked_and_taken_away(api, workspace):
    said = {"workspace": str(workspace.pk), "host": "go.example.com"}
    made = api.post("/api/v1/link-domains", said)
    assert made.status_code == 201
    domain = made.json()
    assert (domain["is_verified"], domain["problem"], domain["is_being_checked"]) == (False, None, False)
    assert domain["proof_name"].endswith(".go.example.com")
    again = api.post("/api/v1/link-domains", said)
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (422, "/host")

    url = f"/api/v1/link-domains/{domain['id']}"
    assert api.post(f"{url}/check").json()["is_being_checked"]
    assert api.get("/api/v1/link-domains").json()["data"] == [api.get(url).json()]
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404
