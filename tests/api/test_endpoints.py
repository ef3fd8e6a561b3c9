"""Webhook endpoints through the API."""

from __future__ import annotations

import base64

import pytest

from apps.core import tenancy
from apps.webhooks.models import Endpoint
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db
URL = "https://app.example.com/hook"


def made(api, **fields):
    answer = api.post("/webhook-endpoints", {"url": URL, **fields})
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def test_the_secret_is_told_once(api, organization):
    endpoint = made(api, events=["post.published", "post.failed"], description="Ours")
    kind, _, text = endpoint["secret"].partition("_")

    assert (kind, len(base64.b64decode(text))) == ("whsec", 32)
    assert (endpoint["version"], endpoint["rests_until"]) == ("2026-11", None)
    assert (endpoint["state"], endpoint["events"]) == ("active", ["post.published", "post.failed"])
    read = api.get(f"/webhook-endpoints/{endpoint['id']}")
    assert endpoint["secret"] not in read.content.decode()
    with tenancy.scope(organization_id=organization.pk):
        assert Endpoint.objects.get().secret.reveal() == endpoint["secret"]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"url": "http://app.example.com/"}, "/url"),
        ({"url": "ftp://x"}, "/url"),
        ({"url": ""}, "/url"),
        ({"events": ["post.vanished"]}, "/events/0"),
        ({"workspace": "ws_" + "0" * 32}, "/workspace"),
    ],
    ids=str,
)
def test_what_is_no_endpoint_is_told_with_its_place(api, fields, pointer):
    answer = api.post("/webhook-endpoints", {"url": URL, **fields})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_an_endpoint_is_changed_rested_and_removed(api):
    path = f"/webhook-endpoints/{made(api)['id']}"

    assert api.patch(path, {"events": ["post.failed"]}).json()["events"] == ["post.failed"]
    assert api.patch(path, {"url": "https://127.0.0.1:99/"}).status_code == 422
    assert api.patch(path, {"state": "disabled"}).json()["state"] == "disabled"
    assert api.post(f"{path}/test").json()["code"] == "refused"
    assert api.post(f"{path}/redeliver", {"since": "2026-01-01T00:00:00Z"}).json()["code"] == "refused"
    assert api.patch(path, {"state": "paused"}).json()["state"] == "paused"
    assert api.post(f"{path}/test").json()["code"] == "refused"
    assert api.patch(path, {"state": "active"}).json()["state"] == "active"
    assert api.post(f"{path}/rotate", {"overlap_hours": 0}).json()["overlaps_until"] is None
    assert api.post(f"{path}/rotate").json()["overlaps_until"]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_a_test_is_on_its_way_and_can_be_sent_again(api):
    path = f"/webhook-endpoints/{made(api)['id']}"
    delivery = api.post(f"{path}/test").json()

    assert (delivery["type"], delivery["event"], delivery["state"]) == ("webhook.test", None, "waiting")
    assert [row["id"] for row in api.get(f"{path}/deliveries", state="waiting").json()["data"]] == [delivery["id"]]
    assert api.get(f"/webhook-deliveries/{delivery['id']}/attempts").json()["data"] == []
    assert api.post(f"/webhook-deliveries/{delivery['id']}/redeliver").json()["state"] == "waiting"
    since = {"since": "2026-01-01T00:00:00Z"}
    assert api.post(f"{path}/redeliver", since).json() == {"count": 0}
    assert api.post(f"{path}/redeliver", {**since, "until": "2025-01-01T00:00:00Z"}).status_code == 422


def test_a_workspaces_key_has_endpoints_of_its_own(api, workspace, workspace_api, other_workspace):
    of_all, of_other = made(api), made(api, workspace=str(other_workspace.pk))
    own = made(workspace_api)

    assert own["workspace"] == f"ws_{workspace.pk.hex}"
    assert [row["id"] for row in workspace_api.get("/webhook-endpoints").json()["data"]] == [own["id"]]
    for hidden in (of_all, of_other):
        assert workspace_api.get(f"/webhook-endpoints/{hidden['id']}").status_code == 404
        assert workspace_api.post(f"/webhook-endpoints/{hidden['id']}/rotate").status_code == 404
    assert (
        workspace_api.post("/webhook-endpoints", {"url": URL, "workspace": str(other_workspace.pk)}).status_code == 422
    )
    assert len(program(workspace.organization).get("/webhook-endpoints").json()["data"]) == 3
