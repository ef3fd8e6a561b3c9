"""Labels, campaigns and templates through the API, and what posts have to do with them."""

from __future__ import annotations

import pytest

from apps.core import tenancy
from apps.posts.models import Post
from apps.publishing.states import State
from apps.tenants.rest import ids
from tests.support import factories

pytestmark = pytest.mark.django_db
NOBODYS = "0" * 32


def made(api, path, **fields) -> dict:
    answer = api.post(path, fields)
    assert answer.status_code == 201, answer.content.decode()
    assert answer["Location"].endswith(f"{path}/{answer.json()['id']}")
    return answer.json()


def faults(answer) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("path", "fields", "changes"),
    [
        ("/labels", {"name": "Evergreen", "colour": "teal"}, {"colour": "red"}),
        (
            "/campaigns",
            {
                "name": "Spring", "starts_on": "2026-03-01", "ends_on": "2026-05-31", "goal": "Be seen",
                "colour": "green", "external_ref": "c-1",
            },
            {"goal": "Be found", "ends_on": None},
        ),
        (
            "/templates",
            {
                "name": "Opening", "parts": [{"role": "main", "text": "We are open ", "link": ""}],
                "options": {"mastodon": {"visibility": "unlisted"}}, "labels": [],
            },
            {"parts": [{"role": "main", "text": "Closed", "link": ""}]},
        ),
    ],
    ids=["labels", "campaigns", "templates"],
)  # fmt: skip
def test_a_thing_is_made_read_changed_and_removed(workspace_api, path, fields, changes):
    thing = made(workspace_api, path, **fields)
    assert {name: thing[name] for name in fields} == fields
    place = f"{path}/{thing['id']}"
    read = workspace_api.get(place)
    assert read.json() == thing

    changed = workspace_api.patch(place, changes, If_Match=read["ETag"]).json()
    assert {name: changed[name] for name in fields} == {**fields, **changes}
    for call in (workspace_api.patch, workspace_api.delete):
        body = ({"name": "Another"},) if call == workspace_api.patch else ()
        assert call(place, *body, If_Match=read["ETag"]).status_code == 412
    assert [row["id"] for row in workspace_api.get(path).json()["data"]] == [thing["id"]]
    assert workspace_api.delete(place).status_code == 204
    assert workspace_api.get(place).status_code == 404


@pytest.mark.parametrize(
    ("path", "fields", "fault"),
    [
        ("/labels", {"name": "EVERGREEN"}, (409, "/name", "taken")),
        ("/labels", {"name": " "}, (422, "/name", "blank")),
        ("/labels", {"name": "x", "colour": "mauve"}, (422, "/colour", "invalid_choice")),
        ("/campaigns", {"name": "x", "external_ref": "c-1"}, (409, "/external_ref", "taken")),
        (
            "/campaigns",
            {"name": "x", "starts_on": "2026-03-02", "ends_on": "2026-03-01"},
            (422, "/ends_on", "invalid"),
        ),
        ("/templates", {"name": "x", "parts": []}, (422, "/parts", "min_length")),
        ("/templates", {"name": "x", "parts": [{"role": "reply"}]}, (422, "/parts", "invalid")),
        (
            "/templates",
            {"name": "x", "parts": [{}], "options": {"myspace": {}}},
            (422, "/options", "invalid"),
        ),
        (
            "/templates",
            {"name": "x", "parts": [{}], "labels": [f"lbl_{NOBODYS}"]},
            (422, "/labels/0", "not_found"),
        ),
    ],
    ids=str,
)
def test_what_cannot_be_is_told_with_its_place(workspace_api, path, fields, fault):
    made(workspace_api, "/labels", name="Evergreen")
    made(workspace_api, "/campaigns", name="Spring", external_ref="c-1")

    answer = workspace_api.post(path, fields)

    assert (answer.status_code, *faults(answer)[0]) == fault


def test_they_are_found_by_name_and_reference(workspace_api):
    label = made(workspace_api, "/labels", name="Evergreen")
    made(workspace_api, "/labels", name="Other")
    campaign = made(workspace_api, "/campaigns", name="Spring", external_ref="c-1")
    made(workspace_api, "/campaigns", name="Spring")

    assert [row["id"] for row in workspace_api.get("/labels", name="EVERGREEN").json()["data"]] == [label["id"]]
    found = workspace_api.get("/campaigns", external_ref="c-1").json()["data"]
    assert [row["id"] for row in found] == [campaign["id"]]


def test_a_post_is_sorted_when_it_is_made_and_at_any_time_after(workspace_api, workspace):
    one, two = (made(workspace_api, "/labels", name=name)["id"] for name in ("One", "Two"))
    spring = made(workspace_api, "/campaigns", name="Spring")["id"]
    post = made(workspace_api, "/posts", text="Hello", labels=[two, one], campaign=spring)
    assert (post["labels"], post["campaign"], post["revision"]) == ([one, two], spring, 1)

    with tenancy.scope(organization_id=workspace.organization_id):
        written = Post.objects.get()
    factories.publication(written, factories.account(workspace), state=State.PUBLISHED)
    changed = workspace_api.patch(f"/posts/{post['id']}", {"labels": [one], "campaign": None}).json()

    assert (changed["labels"], changed["campaign"], changed["revision"]) == ([one], None, 1)
    assert workspace_api.patch(f"/posts/{post['id']}", {"text": "Other"}).json()["code"] == "busy"


def test_labels_and_campaigns_of_another_workspace_are_not_there(api, workspace, other_workspace):
    theirs = made(api, "/labels", name="Theirs", workspace=ids.public(ids.WORKSPACE, other_workspace.pk))["id"]
    campaign = made(api, "/campaigns", name="Theirs", workspace=ids.public(ids.WORKSPACE, other_workspace.pk))["id"]
    here = ids.public(ids.WORKSPACE, workspace.pk)
    post = made(api, "/posts", text="Hello", workspace=here)

    for fields, place in (({"labels": [theirs]}, "/labels/0"), ({"campaign": campaign}, "/campaign")):
        for answer in (
            api.post("/posts", {"text": "Hello", "workspace": here, **fields}),
            api.patch(f"/posts/{post['id']}", fields),
        ):
            assert (answer.status_code, faults(answer)) == (422, [(place, "not_found")])


def test_a_post_begins_with_a_template(workspace_api, workspace):
    account = ids.public(ids.ACCOUNT, factories.account(workspace).pk)
    label = made(workspace_api, "/labels", name="Evergreen")["id"]
    template = made(
        workspace_api, "/templates", name="Opening", labels=[label],
        parts=[{"role": "main", "text": "We are open"}, {"role": "reply", "text": "Until 8"}],
        options={"mastodon": {"visibility": "unlisted"}},
    )["id"]  # fmt: skip

    post = made(workspace_api, "/posts", template=template, accounts=[account])
    assert [part["text"] for part in post["parts"]] == ["We are open", "Until 8"]
    assert post["overrides"] == [{"account": account, "text": None, "options": {"visibility": "unlisted"}}]
    assert post["labels"] == [label]

    other = made(workspace_api, "/posts", template=template, text="Closed today", labels=[])
    assert [part["text"] for part in other["parts"]] == ["Closed today", "Until 8"]
    assert other["labels"] == []
    rows = workspace_api.post("/posts/bulk", {"posts": [{"template": template}, {"template": f"tpl_{NOBODYS}"}]})
    assert [row["status"] for row in rows.json()["results"]] == [201, 422]
    assert workspace_api.post("/posts/validate", {"template": template, "accounts": [account]}).json()["is_ready"]


def test_a_post_is_duplicated_with_what_sorts_it_and_within_its_workspace(api, workspace, other_workspace):
    here, there = (ids.public(ids.WORKSPACE, one.pk) for one in (workspace, other_workspace))
    label = made(api, "/labels", name="Evergreen", workspace=here)["id"]
    spring = made(api, "/campaigns", name="Spring", workspace=here)["id"]
    post = made(api, "/posts", text="Hello", labels=[label], campaign=spring, workspace=here, external_ref="a")

    path = f"/posts/{post['id']}/duplicate"
    copy = api.post(path, {"external_ref": "b", "workspace": here}).json()
    assert (copy["labels"], copy["campaign"], copy["external_ref"]) == ([label], spring, "b")
    assert copy["parts"] == post["parts"]
    assert faults(api.post(path, {"workspace": there})) == [("/workspace", "another_workspace")]
    assert api.post(path, {"external_ref": "a"}).status_code == 409
    assert api.post(path).status_code == 201
