"""What all operations have in common: refusals, pages, tags, and that the same request happens once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from apps.core import tenancy
from apps.core.ids import new_id
from apps.tenants import services
from apps.tenants.models import AnsweredRequest, Workspace
from apps.tenants.rest import ids, problems
from tests.support import factories
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db
MEMBERS = {"type", "title", "status", "detail", "code", "errors", "request_id", "error", "message"}


def is_problem(answer, status: int, code: str) -> bool:
    body = answer.json()
    assert set(body) == MEMBERS
    assert answer["Content-Type"] == "application/problem+json"
    assert body["request_id"] == answer["X-Request-ID"]
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code), body
    return True


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/nowhere", "/workspaces/", "/workspaces/ws_1", "/workspaces/acc_" + "0" * 32, "/", "/a%0Ab"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_that_leads_nowhere_says_so_in_json(api, path, method):
    assert is_problem(api.send(method, path), 404, "not_found")


def test_an_address_that_leads_nowhere_asks_for_a_key_first(client):
    assert is_problem(client.get("/api/v1/nowhere"), 401, "unauthenticated")


def test_a_method_that_an_address_does_not_have(api):
    answer = api.delete("/organization")

    assert is_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD, PATCH"
    assert is_problem(api.send("OPTIONS", "/organization"), 405, "method_not_allowed")


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b'{"name": "\\ud800"}', b"[" * 100_000, b"NaN"],
    ids=["cut", "bytes", "half", "deep", "nan"],
)
def test_what_cannot_be_read_is_told(api, body):
    assert is_problem(api.post("/workspaces", body), 400, "unreadable")


@pytest.mark.parametrize("body", [[], "text", 1, None, True], ids=str)
def test_a_body_of_another_shape_is_told(api, body):
    assert is_problem(api.post("/workspaces", body if body is not None else b"null"), 422, "invalid")


def test_a_body_that_is_too_large_is_not_read(api, settings):
    settings.API_MAX_BODY_BYTES = 10

    assert is_problem(api.post("/workspaces", {"name": "A long name"}), 413, "too_large")


def test_another_type_is_refused_and_a_client_that_wants_html_gets_json(api):
    headers = {"Authorization": f"Bearer {api.text}"}
    refused = api.client.post("/api/v1/workspaces", b"<a/>", content_type="application/xml", headers=headers)
    assert is_problem(refused, 415, "unsupported_media_type")

    shown = api.client.get("/api/v1/organization", headers={**headers, "Accept": "text/html"})
    assert (shown.status_code, shown["Content-Type"]) == (200, "application/json")


def test_every_fault_has_a_pointer(api):
    answer = api.post("/api-keys", {"scopes": ["posts:read", "nothing"], "workspace": "ws_1", "expires_at": "soon"})

    assert is_problem(answer, 422, "invalid")
    found = {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}
    assert found == {
        "/name": "required", "/scopes/1": "invalid_choice", "/workspace": "invalid", "/expires_at": "invalid",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("local", "zone"), [("9999-12-31T23:59", "America/New_York"), ("0001-01-01T00:00", "Asia/Tokyo")]
)
@pytest.mark.parametrize("doing", ["write", "validate", "change", "plan"])
def test_an_hour_that_no_clock_tells_is_refused(workspace_api, workspace, doing, local, zone):
    named = {"local_at": local, "timezone": zone}
    post = ids.public(ids.POST, factories.post(workspace).pk)
    method, path, body = {
        "write": ("POST", "/posts", {"workspace": ids.public(ids.WORKSPACE, workspace.pk), "text": "Hello", **named}),
        "validate": ("POST", "/posts/validate", {"text": "Hello", "accounts": [], **named}),
        "change": ("PATCH", f"/posts/{post}", named),
        "plan": ("POST", f"/posts/{post}/schedule", named),
    }[doing]

    answer = workspace_api.send(method, path, body)

    assert is_problem(answer, 422, "invalid")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/local_at"]


def test_an_instant_that_no_clock_tells_is_refused(workspace_api, workspace):
    post = ids.public(ids.POST, factories.post(workspace).pk)

    answer = workspace_api.post(f"/posts/{post}/schedule", {"scheduled_at": "9999-12-31T23:59:00+00:00"})

    assert is_problem(answer, 422, "invalid")


def test_a_null_character_goes_no_further(api):
    assert is_problem(api.post("/workspaces", {"name": "a\0b"}), 422, "invalid")
    assert is_problem(api.get("/workspaces", external_ref="a\0b"), 422, "invalid")


def test_a_mistake_of_ours_is_told_as_one(api, monkeypatch, caplog):
    monkeypatch.setattr(services, "create_workspace", lambda **_: 1 / 0)

    answer = api.post("/workspaces", {"name": "One more"})

    assert is_problem(answer, 500, "internal_error")
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivision" not in answer.content.decode()


def test_every_error_of_a_room_is_told(monkeypatch):
    class OfTomorrow(ValueError):
        pass

    assert problems.told(OfTomorrow()) is None


# --- keys -------------------------------------------------------------------------------------------------------------


def test_a_key_is_taken_from_either_header_and_not_from_two(api, organization):
    both = {"Authorization": f"Bearer {api.text}", "x-api-key": api.text}
    other = {**both, "x-api-key": program(organization).text}

    for headers in ({"x-api-key": api.text}, {"Authorization": f"bearer {api.text}"}, both):
        assert api.client.get("/api/v1/organization", headers=headers).status_code == 200
    assert is_problem(api.client.get("/api/v1/organization", headers=other), 401, "unauthenticated")


def test_a_session_of_a_browser_is_no_key(owner, workspace):
    browser = factories.signed_in(owner, at=workspace)

    assert is_problem(browser.get("/api/v1/organization"), 401, "unauthenticated")


def test_a_key_works_from_its_addresses(organization):
    own = program(organization, allowed_addresses=["203.0.113.0/24"])

    assert is_problem(own.get("/organization"), 401, "unauthenticated")
    headers = {"Authorization": f"Bearer {own.text}"}
    assert own.client.get("/api/v1/organization", headers=headers, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_an_archived_workspace_is_read_and_not_written(api, workspace):
    api.post(f"/workspaces/{workspace.pk}/archive")

    assert api.get(f"/workspaces/{workspace.pk}").status_code == 200
    refused = api.post("/connect-sessions", {"workspace": str(workspace.pk)})
    assert is_problem(refused, 409, "workspace_archived")


def test_a_key_is_in_the_diary_as_what_acted(api, organization):
    from apps.audit.models import Entry

    api.post("/workspaces", {"name": "One more"})

    with tenancy.scope(organization_id=organization.pk):
        entry = Entry.objects.get(verb="workspace.created")
    assert (entry.actor_kind, entry.actor_id, entry.address) == ("key", api.key.pk, "127.0.0.0/24")
    assert entry.request_id


# --- ids --------------------------------------------------------------------------------------------------------------


def test_ids_are_understood_with_their_kind_and_without(api, workspace):
    for form in (str(workspace.pk), workspace.pk.hex, f"ws_{workspace.pk.hex}", f"ws_{workspace.pk}"):
        assert api.get(f"/workspaces/{form}").json()["id"] == f"ws_{workspace.pk.hex}"
    assert ids.read("ws", f"acc_{workspace.pk.hex}") is None


# --- pages ------------------------------------------------------------------------------------------------------------


def test_pages_follow_each_other_without_a_gap(api, organization):
    made = [factories.workspace(organization) for _ in range(7)]
    for sort, wanted in (("-created_at", made[::-1]), ("created_at", made)):
        seen, cursor = [], ""
        while True:
            page = api.get("/workspaces", limit=3, sort=sort, **({"cursor": cursor} if cursor else {})).json()
            seen += [row["id"] for row in page["data"]]
            assert page["has_more"] == (page["next_cursor"] is not None)
            if not page["has_more"]:
                break
            cursor = page["next_cursor"]
            factories.workspace(factories.organization())
        assert seen == [ids.public("ws", row.pk) for row in wanted]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"limit": "²"},
        {"cursor": "x"},
        {"sort": "name"},
        {"archived": "x"},
    ],
    ids=str,
)
def test_a_parameter_that_is_none_is_told(api, query):
    answer = api.get("/workspaces", **query)

    if query == {"archived": "x"}:
        return
    assert is_problem(answer, 422, "invalid")
    assert [fault["parameter"] for fault in answer.json()["errors"]] == list(query)


def test_a_cursor_that_was_changed_is_none_of_ours(api, organization):
    for _ in range(3):
        factories.workspace(organization)
    cursor = api.get("/workspaces", limit=1).json()["next_cursor"]

    assert is_problem(api.get("/workspaces", cursor=cursor[:-1]), 422, "invalid")


def test_lists_are_filtered(api, organization):
    ours = factories.workspace(organization, external_ref="client-7")
    gone = factories.workspace(organization)
    api.post(f"/workspaces/{gone.pk}/archive")

    def names(**query):
        return {row["name"] for row in api.get("/workspaces", **query).json()["data"]}

    assert names(external_ref="client-7") == {ours.name}
    assert names(archived="true") == {gone.name}
    assert names(archived="false") == {ours.name}


# --- tags -------------------------------------------------------------------------------------------------------------


def test_a_change_is_held_against_what_was_read(api, workspace):
    path = f"/workspaces/{workspace.pk}"
    tag = api.get(path)["ETag"]
    changed = api.patch(path, {"name": "Second"}, If_Match=tag)

    assert changed.status_code == 200
    assert changed["ETag"] == api.get(path)["ETag"] != tag
    assert is_problem(api.patch(path, {"name": "Third"}, If_Match=tag), 412, "precondition_failed")
    assert api.get(path).json()["name"] == "Second"
    assert api.patch(path, {"name": "Third"}, If_Match="*").status_code == 200
    assert api.patch(path, {"name": "Fourth"}).status_code == 200


# --- once -------------------------------------------------------------------------------------------------------------


def test_the_same_request_happens_once(api):
    first = api.post("/workspaces", {"name": "One"}, Idempotency_Key="a")
    second = api.post("/workspaces", {"name": "One"}, Idempotency_Key="a")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert second["Location"] == first["Location"]
    assert len(api.get("/workspaces").json()["data"]) == 1


def test_an_answer_without_a_body_is_repeated_too(api, owner):
    made = api.post("/invitations", {"email": "a@example.org", "role": "admin"}).json()
    path = f"/invitations/{made['id']}"

    assert api.delete(path, Idempotency_Key="a").status_code == 204
    assert api.delete(path, Idempotency_Key="a").status_code == 204
    assert api.delete(path, Idempotency_Key="b").status_code == 409


def test_another_request_with_the_same_key_is_refused(api):
    api.post("/workspaces", {"name": "One"}, Idempotency_Key="a")

    assert is_problem(api.post("/workspaces", {"name": "Two"}, Idempotency_Key="a"), 422, "idempotency_key_reused")


def test_a_refusal_frees_the_key(api):
    assert api.post("/workspaces", {"name": ""}, Idempotency_Key="a").status_code == 422
    assert api.post("/workspaces", {"name": "One"}, Idempotency_Key="a").status_code == 201


def test_keys_of_others_are_their_own(api, organization, workspace):
    other = program(organization)

    assert api.post("/workspaces", {"name": "One"}, Idempotency_Key="a").status_code == 201
    assert other.post("/workspaces", {"name": "Two"}, Idempotency_Key="a").status_code == 201


def test_a_day_later_the_key_is_free(api, clock):
    api.post("/workspaces", {"name": "One"}, Idempotency_Key="a")
    clock.advance(hours=24)

    assert api.post("/workspaces", {"name": "Two"}, Idempotency_Key="a").status_code == 201
    clock.advance(hours=25)
    assert services.forget_answers() == 1


def test_a_request_that_died_is_begun_again(api, organization, clock):
    api.post("/workspaces", {"name": "One"}, Idempotency_Key="a")
    with tenancy.scope(organization_id=organization.pk):
        AnsweredRequest.objects.update(answered_at=None)

    assert is_problem(api.post("/workspaces", {"name": "One"}, Idempotency_Key="a"), 409, "idempotency_key_in_use")
    clock.advance(minutes=6)
    # It runs again; what the first had done is found there.
    assert is_problem(api.post("/workspaces", {"name": "One"}, Idempotency_Key="a"), 409, "taken")


def test_a_key_that_is_shown_once_is_kept_sealed(api, organization):
    made = api.post("/api-keys", {"name": "Ours", "scopes": ["posts:read"]}, Idempotency_Key="a").json()
    again = api.post("/api-keys", {"name": "Ours", "scopes": ["posts:read"]}, Idempotency_Key="a").json()

    assert again["key"] == made["key"]
    with connection.cursor() as cursor, tenancy.scope(organization_id=organization.pk):
        cursor.execute("SELECT body FROM tenants_answeredrequest")
        assert made["key"] not in str(cursor.fetchall())


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"], ids=["empty", "long", "tab"])
def test_what_is_no_idempotency_key_is_refused(api, key):
    assert is_problem(api.post("/workspaces", {"name": "One"}, Idempotency_Key=key), 400, "bad_idempotency_key")


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_carried_out(organization):
    own = program(organization)
    answers = []

    def create():
        try:
            answers.append(own.post("/workspaces", {"name": "One"}, Idempotency_Key="a").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=create) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(answers) <= {201, 409}
    assert answers.count(201) >= 1
    with tenancy.scope(organization_id=organization.pk):
        assert Workspace.objects.count() == 1


# --- how many questions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/workspaces", "/members", "/social-accounts", "/connect-sessions", "/api-keys", "/social-accounts/at-risk"],
)
def test_a_list_asks_as_much_of_the_database_however_long_it_is(api, organization, path, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill(count):
        for _ in range(count):
            place = factories.workspace(organization)
            factories.member(organization, workspaces=[place])
            factories.account(place, state="needs_reauth")
            api.post("/connect-sessions", {"workspace": str(place.pk)})

    fill(1)
    api.get(path)
    with CaptureQueriesContext(connection) as few:
        api.get(path)
    fill(5)
    with CaptureQueriesContext(connection) as many:
        answer = api.get(path)

    assert len(answer.json()["data"]) > 5 or path == "/api-keys"
    # On PostgreSQL the tenant is told to the database each time it changes.
    assert len(few) == len(many) <= 14


def test_unknown_ids_of_every_kind_look_alike(api):
    bodies = set()
    for path in ("/workspaces/{}", "/members/{}", "/api-keys/{}", "/social-accounts/{}", "/connect-sessions/{}"):
        body = api.get(path.format(new_id())).json()
        body.pop("request_id")
        bodies.add(str(body))
    assert len(bodies) == 1


def test_spans_are_seconds(api, workspace):
    api.patch(f"/workspaces/{workspace.pk}", {"too_late_after_seconds": 7200})

    with tenancy.scope(organization_id=workspace.organization_id):
        assert Workspace.objects.get(pk=workspace.pk).too_late_after == timedelta(hours=2)
