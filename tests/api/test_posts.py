"""Posts through the API: written, looked at before they go out, planned, changed, published."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import tenancy
from apps.posts.models import Post
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.tenants.keys import Mode
from apps.tenants.rest import ids
from tests.support import factories
from tests.support.programs_with_keys import program
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db
LATER = "2099-06-01T09:00"


@pytest.fixture
def account(workspace):
    return factories.account(workspace)


def public(account) -> str:
    return ids.public(ids.ACCOUNT, account.pk)


def faults(answer) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def made(api, **fields):
    answer = api.post("/posts", fields)
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def test_a_draft_is_kept_as_it_was_sent(workspace_api, workspace, account):
    picture = factories.asset(workspace)
    parts = [
        {"role": "main", "text": "Good morning ", "link": "https://example.com/", "media": [
            {"media": ids.public(ids.MEDIA, picture.pk), "alt": "A teal square", "cover": None, "cut": {"fit": "crop"}}
        ]},
        {"role": "first_comment", "text": "More below", "link": "", "media": []},
        {"role": "reply", "text": "And so on", "link": "", "media": []},
    ]  # fmt: skip
    override = {"account": public(account), "text": "Hello", "options": {"visibility": "unlisted"}}
    post = made(workspace_api, parts=parts, accounts=[public(account)], overrides=[override], title="Monday",
                language="en", external_ref="ours-1")  # fmt: skip

    assert post["parts"] == parts
    assert (post["accounts"], post["overrides"]) == ([public(account)], [override])
    assert (post["status"], post["revision"], post["external_ref"]) == ("draft", 1, "ours-1")
    assert workspace_api.get(f"/posts/{post['id']}").json() == post
    assert [row["id"] for row in workspace_api.get("/posts", external_ref="ours-1").json()["data"]] == [post["id"]]


def test_text_and_networks_are_enough(workspace_api, workspace, account):
    other = factories.account(workspace, "bluesky")
    post = made(workspace_api, text="Good morning", platforms=["mastodon", "bluesky"])

    assert sorted(post["accounts"]) == sorted([public(account), public(other)])
    answer = workspace_api.post("/posts", {"text": "Good morning", "platforms": ["mastodon", "x"]})
    assert faults(answer) == [("/platforms/1", "no_account")]


def test_a_reference_is_there_once_in_a_workspace(workspace_api, account):
    first = made(workspace_api, text="One", external_ref="ours-1")
    again = workspace_api.post("/posts", {"text": "Two", "external_ref": "ours-1"})

    assert (again.status_code, again.json()["code"], faults(again)) == (409, "taken", [("/external_ref", "taken")])
    assert first["id"] in again.json()["detail"]
    assert workspace_api.delete(f"/posts/{first['id']}").status_code == 204
    assert workspace_api.get(f"/posts/{first['id']}").status_code == 404
    made(workspace_api, text="Two", external_ref="ours-1")


def test_an_instant_and_wall_time_mean_the_same(workspace_api, account):
    to = {"text": "Good morning", "accounts": [public(account)], "action": "schedule"}
    by_instant = made(workspace_api, **to, scheduled_at="2099-06-01T07:00:00Z")
    by_wall_time = made(workspace_api, **to, local_at=LATER)
    elsewhere = made(workspace_api, **to, local_at="2099-06-01T03:00", timezone="America/New_York")

    for post in (by_instant, by_wall_time, elsewhere):
        assert post["scheduled_at"] == "2099-06-01T07:00:00Z"
        assert post["status"] == "scheduled"
        assert [row["state"] for row in post["publications"]] == ["scheduled"]
    assert (by_instant["local_at"], by_instant["timezone"]) == ("2099-06-01T09:00:00", "Europe/Berlin")
    assert elsewhere["timezone"] == "America/New_York"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"action": "schedule"}, ("/scheduled_at", "required")),
        ({"action": "schedule", "scheduled_at": "2001-01-01T00:00:00Z"}, ("/scheduled_at", "past")),
        ({"scheduled_at": LATER + "Z", "local_at": LATER}, ("/local_at", "invalid")),
        ({"local_at": "2099-13-01T00:00"}, ("/local_at", "invalid")),
        ({"local_at": "2099-01-01"}, ("/local_at", "invalid")),
        ({"timezone": "Mars/Olympus"}, ("/timezone", "invalid")),
        ({"accounts": ["acc_" + "0" * 32]}, ("/accounts/0", "not_found")),
        ({"media": [{"media": "med_" + "0" * 32}]}, ("/media/0/media", "not_found")),
        ({"overrides": [{"account": "acc_" + "0" * 32}]}, ("/overrides/0/account", "not_found")),
        ({"parts": [{"text": "One"}]}, ("/parts", "invalid")),
        ({"text": "x" * 100_001}, ("/text", "max_length")),
        ({"action": "shout"}, ("/action", "invalid_choice")),
        ({"action": "publish_now", "accounts": []}, ("/accounts", "no_account")),
        ({"action": "publish_now", "text": "x" * 600}, ("/parts/0/text", "too_long")),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_told_with_its_place_and_leaves_nothing(workspace_api, account, fields, fault):
    answer = workspace_api.post("/posts", {"text": "Good morning", "accounts": [public(account)], **fields})

    assert answer.status_code == 422
    assert fault in faults(answer)
    assert workspace_api.get("/posts").json()["data"] == []


def test_everything_is_told_at_once_before_it_is_stored(workspace_api, workspace, account):
    broken = factories.account(workspace, state="needs_reauth")
    said = {"text": "x" * 600, "accounts": [public(account), public(broken)], "scheduled_at": "2001-01-01T00:00:00Z"}
    told = workspace_api.post("/posts/validate", said).json()

    assert told["is_ready"] is False
    found = {(row["pointer"], row["code"], row.get("account")) for row in told["problems"]}
    assert {
        ("/scheduled_at", "past", None),
        ("/parts/0/text", "too_long", public(account)),
        ("/accounts", "not_connected", public(broken)),
    } <= found
    assert workspace_api.get("/posts").json()["data"] == []
    fine = workspace_api.post("/posts/validate", {"text": "Good morning", "accounts": [public(account)]})
    assert fine.json() == {"is_ready": True, "problems": [], "warnings": []}


def test_a_change_names_what_it_changes(workspace_api, account):
    post = made(workspace_api, text="One", accounts=[public(account)], title="Monday")
    path = f"/posts/{post['id']}"
    tag = workspace_api.get(path)["ETag"]
    changed = workspace_api.patch(path, {"text": "Two"}, If_Match=tag).json()

    assert changed["parts"][0]["text"] == "Two"
    assert (changed["title"], changed["accounts"], changed["revision"]) == ("Monday", [public(account)], 2)
    assert workspace_api.patch(path, {"text": "Three"}, If_Match=tag).status_code == 412
    assert workspace_api.patch(path, {"accounts": []}).json()["accounts"] == []


def test_a_post_is_planned_moved_and_taken_off_again(workspace_api, account):
    path = f"/posts/{made(workspace_api, text='One', accounts=[public(account)])['id']}"

    planned = workspace_api.post(f"{path}/schedule", {"local_at": LATER}).json()
    assert planned["post"]["status"] == "scheduled"
    moved = workspace_api.post(f"{path}/schedule", {"local_at": "2099-07-01T09:00"}).json()
    assert moved["post"]["publications"][0]["due_at"] == "2099-07-01T07:00:00Z"
    assert moved["post"]["publications"][0]["id"] == planned["post"]["publications"][0]["id"]
    off = workspace_api.post(f"{path}/cancel").json()
    assert (off["status"], off["scheduled_at"]) == ("canceled", None)
    assert workspace_api.post(f"{path}/cancel").json()["code"] == "busy"


def test_a_gap_in_the_clocks_is_said(workspace_api, account):
    path = f"/posts/{made(workspace_api, text='One', accounts=[public(account)])['id']}"

    assert (
        "Clocks go forward" in workspace_api.post(f"{path}/schedule", {"local_at": "2099-03-29T02:30"}).json()["note"]
    )


def test_a_published_post_says_where_it_is(agency: Agency):
    own = program(agency.workspace)
    account = agency.account()
    post = made(own, text="Good morning", accounts=[public(account)], action="publish_now")
    run_worker()

    read = own.get(f"/posts/{post['id']}").json()
    (publication,) = read["publications"]
    assert (read["status"], publication["state"]) == ("published", "published")
    assert publication["remote_id"]
    assert publication["problem"] is None
    (attempt,) = own.get(f"/publications/{publication['id']}/attempts").json()["data"]
    assert attempt["outcome"] == "published"
    assert own.patch(f"/posts/{post['id']}", {"text": "Other"}).json()["code"] == "busy"
    again = own.post(f"/posts/{post['id']}/duplicate").json()
    assert (again["status"], again["parts"], again["id"] != post["id"]) == ("draft", read["parts"], True)


def test_a_key_repeated_publishes_once(agency: Agency):
    own = program(agency.workspace)
    body = {"text": "Good morning", "accounts": [public(agency.account())], "action": "publish_now"}
    first, second = (own.post("/posts", body, Idempotency_Key="a").json() for _ in range(2))
    run_worker()

    assert first == second
    assert len(own.get("/publications").json()["data"]) == 1


def test_many_posts_are_made_and_refused_each_by_itself(workspace_api, account):
    rows = [
        {"text": "One", "accounts": [public(account)], "external_ref": "1"},
        {"text": "Two", "accounts": ["acc_" + "0" * 32]},
        {"text": "Three", "external_ref": "1"},
        {"accounts": "none"},
        {"text": "Five", "accounts": [public(account)], "action": "schedule", "local_at": LATER},
    ]
    answer = workspace_api.post("/posts/bulk", {"posts": rows}).json()

    assert [row["status"] for row in answer["results"]] == [201, 422, 409, 422, 201]
    assert (answer["created"], answer["refused"]) == (2, 3)
    assert answer["results"][1]["problem"]["errors"][0]["pointer"] == "/accounts/0"
    assert answer["results"][4]["post"]["status"] == "scheduled"
    assert len(workspace_api.get("/posts").json()["data"]) == 2
    assert workspace_api.post("/posts/bulk", {"posts": [{}] * 201}).status_code == 422


def test_a_test_key_writes_and_publishes_nothing_for_real(workspace, account):
    """What it does reach is in test_testing."""
    post = made(program(workspace), text="One", accounts=[public(account)])
    factories.workspace(workspace.organization, is_test=True)

    for own in (program(workspace, mode=Mode.TEST), program(workspace.organization, mode=Mode.TEST)):
        for path, body in (
            ("/posts", {"text": "One", "accounts": [public(account)], "action": "publish_now"}),
            ("/posts", {"text": "One", "accounts": [public(account)], "action": "schedule", "local_at": LATER}),
            (f"/posts/{post['id']}/publish", None),
            (f"/posts/{post['id']}/schedule", {"local_at": LATER}),
        ):
            answer = own.post(path, {"workspace": str(workspace.pk), **body} if body and "text" in body else body)
            assert answer.status_code in (404, 422), path
            assert "not_found" in answer.content.decode()
    with tenancy.scope(organization_id=workspace.organization_id):
        assert not Publication.objects.exists()


def test_lists_are_narrowed(workspace_api, workspace, account):
    other = factories.account(workspace)
    made(workspace_api, text="One", accounts=[public(account)], action="schedule", local_at=LATER)
    made(workspace_api, text="Two", accounts=[public(other)], action="schedule", local_at="2099-07-01T09:00")

    def texts(path="/posts", **query):
        return [row["parts"][0]["text"] for row in workspace_api.get(path, **query).json()["data"]]

    assert texts() == ["Two", "One"]
    assert texts(account=public(account)) == ["One"]
    assert texts(due_after="2099-06-15T00:00:00Z") == ["Two"]
    assert texts(due_before="2099-06-15T00:00:00Z") == ["One"]
    assert len(workspace_api.get("/publications", state="scheduled", account=public(other)).json()["data"]) == 1
    assert workspace_api.get("/posts", due_after="soon").status_code == 422


@pytest.mark.parametrize("path", ["/posts", "/publications"])
def test_a_list_asks_as_much_however_long_it_is(workspace_api, workspace, account, path):
    def fill(count):
        for _ in range(count):
            post = factories.post(workspace, accounts=[account], assets=[factories.asset(workspace)])
            factories.publication(post, account)

    fill(1)
    workspace_api.get(path)
    with CaptureQueriesContext(connection) as few:
        workspace_api.get(path)
    fill(6)
    with CaptureQueriesContext(connection) as many:
        assert len(workspace_api.get(path).json()["data"]) == 7
    assert len(few) == len(many) <= 18


def test_what_failed_is_tried_again_and_what_is_unclear_is_decided(workspace_api, workspace, account, clock):
    def publication(state, **more):
        due_at = clock.now + timedelta(hours=1)
        post = factories.post(workspace, accounts=[factories.account(workspace)], due_at=due_at)
        with tenancy.scope(organization_id=workspace.organization_id):
            target = post.variants.get().account
        return f"/publications/{factories.publication(post, target, state=state, **more).pk}"

    failed = publication(State.FAILED, problem="rejected", problem_words="Too long.", problem_field="text")
    shown = workspace_api.get(failed).json()
    assert shown["problem"] == {"code": "rejected", "field": "text", "message": "Too long."}
    assert workspace_api.post(f"{failed}/retry").json()["state"] == "scheduled"
    assert workspace_api.post(f"{failed}/retry").json()["code"] == "busy"
    assert workspace_api.post(f"{publication(State.HELD)}/resume").json()["state"] == "scheduled"
    unclear = publication(State.NEEDS_ATTENTION)
    assert workspace_api.post(f"{unclear}/decide", {"verdict": "perhaps"}).status_code == 422
    assert workspace_api.post(f"{unclear}/decide", {"verdict": "out"}).json()["remote_id"] is None
    assert workspace_api.post(f"{publication(State.SCHEDULED)}/cancel").json()["state"] == "canceled"
    assert workspace_api.post(f"{publication(State.SCHEDULED)}/unpublish").json()["code"] == "busy"


def test_a_post_of_others_is_not_there(api, stranger_workspace):
    theirs: Post = factories.post(stranger_workspace)

    for call in (api.get, api.delete):
        assert call(f"/posts/{theirs.pk}").status_code == 404
    assert api.post(f"/posts/{theirs.pk}/publish").status_code == 404


def test_a_post_with_the_words_of_another_is_warned_of_where_that_is_asked(workspace_api, workspace):
    account = ids.public(ids.ACCOUNT, factories.account(workspace).pk)
    body = {"text": "Fresh bread", "accounts": [account], "action": "schedule", "local_at": "2099-06-01T09:00"}
    assert workspace_api.post("/posts?warnings=true", body).json()["warnings"] == []

    again = workspace_api.post("/posts?warnings=true", body)

    told = workspace_api.post("/posts/validate", body).json()["warnings"]
    assert [warning["code"] for warning in again.json()["warnings"]] == ["duplicate"]
    assert again.json()["warnings"] == told[:1]
    assert "warnings" not in workspace_api.post("/posts", body).json()
    assert again.headers["ETag"] == workspace_api.get(f"/posts/{again.json()['id']}").headers["ETag"]
    assert workspace_api.post("/posts?warnings=perhaps", body).status_code == 422
