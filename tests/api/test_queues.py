"""Queues through the API: slots, posts that take them, and what is going to happen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.tenants.keys import Mode
from apps.tenants.rest import ids
from tests.support import factories
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db
WEEK = [{"weekday": day, "time": hour} for day in ("monday", "wednesday") for hour in ("09:00", "15:00")]


@pytest.fixture(autouse=True)
def monday(clock):
    """Eight in the morning in Berlin."""
    clock.set(datetime(2027, 3, 1, 7, tzinfo=UTC))
    return clock


@pytest.fixture
def account(workspace):
    return ids.public(ids.ACCOUNT, factories.account(workspace).pk)


def made(api, **fields):
    answer = api.post("/queues", {"name": "Tips", "slots": WEEK, **fields})
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def posted(api, account, queue, **fields):
    answer = api.post("/posts", {"text": "Good morning", "accounts": [account], "queue": queue["id"], **fields})
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def faults(answer):
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def test_a_queue_is_made_read_found_changed_and_forgotten(workspace_api, workspace):
    queue = made(workspace_api, jitter_minutes=10, description="For Monday people")

    assert [(one["weekday"], one["time"], one["number"]) for one in queue["slots"]] == [
        ("monday", "09:00", 1), ("monday", "15:00", 2), ("wednesday", "09:00", 3), ("wednesday", "15:00", 4),
    ]  # fmt: skip
    assert (queue["timezone"], queue["clock"], queue["paused"], queue["waiting"]) == ("", "Europe/Berlin", False, 0)
    assert workspace_api.get(f"/queues/{queue['id']}").json() == queue
    assert [row["id"] for row in workspace_api.get("/queues", name="Tips").json()["data"]] == [queue["id"]]
    assert workspace_api.get("/queues", name="Other").json()["data"] == []

    kept = [{"weekday": "monday", "time": "15:00"}]
    changed = workspace_api.patch(f"/queues/{queue['id']}", {"name": "News", "slots": kept}).json()
    assert (changed["name"], changed["slots"]) == ("News", [queue["slots"][1]])
    assert workspace_api.delete(f"/queues/{queue['id']}").status_code == 204
    assert workspace_api.get(f"/queues/{queue['id']}").status_code == 404


def test_slots_come_and_go_one_by_one(workspace_api):
    queue = made(workspace_api)
    path = f"/queues/{queue['id']}/slots"
    slot = workspace_api.post(path, {"weekday": "sunday", "time": "20:15"}).json()

    assert (slot["weekday"], slot["time"], slot["number"]) == ("sunday", "20:15", 5)
    assert len(workspace_api.get(path).json()["data"]) == 5
    assert faults(workspace_api.post(path, {"weekday": "sunday", "time": "20:15"})) == [("/time", "taken")]
    assert workspace_api.delete(f"{path}/{slot['id']}").status_code == 204
    assert workspace_api.delete(f"{path}/{slot['id']}").status_code == 404


def test_posts_take_slots_and_say_which(workspace_api, account):
    queue = made(workspace_api)
    first = posted(workspace_api, account, queue)
    urgent = posted(workspace_api, account, queue, queue_priority="high", action="schedule")

    assert urgent["status"] == "scheduled"
    assert (urgent["queue"], urgent["queue_priority"]) == (queue["id"], "high")
    assert urgent["slot"] == {"id": queue["slots"][0]["id"], "number": 1, "at": "2027-03-01T08:00:00Z"}
    assert (urgent["scheduled_at"], urgent["local_at"]) == ("2027-03-01T08:00:00Z", "2027-03-01T09:00:00")
    moved = workspace_api.get(f"/posts/{first['id']}").json()
    assert (first["slot"]["number"], moved["slot"]["number"], moved["local_at"]) == (1, 2, "2027-03-01T15:00:00")
    assert [row["due_at"] for row in moved["publications"]] == [moved["scheduled_at"]]
    assert workspace_api.get(f"/queues/{queue['id']}").json()["waiting"] == 2


def test_a_draft_joins_a_queue_and_leaves_it_for_a_time(workspace_api, account):
    queue = made(workspace_api)
    draft = workspace_api.post("/posts", {"text": "Good morning", "accounts": [account]}).json()
    path = f"/posts/{draft['id']}"

    assert (draft["queue"], draft["queue_priority"], draft["slot"]) == (None, None, None)
    joined = workspace_api.post(f"{path}/schedule", {"queue": queue["id"], "queue_priority": "low"}).json()["post"]
    assert (joined["queue"], joined["queue_priority"], joined["slot"]["number"]) == (queue["id"], "low", 1)
    timed = workspace_api.post(f"{path}/schedule", {"local_at": "2027-03-02T12:00"}).json()["post"]
    assert (timed["queue"], timed["slot"], timed["local_at"]) == (None, None, "2027-03-02T12:00:00")
    workspace_api.post(f"{path}/schedule", {"queue": queue["id"]})
    assert workspace_api.post(f"{path}/cancel").json()["queue"] is None


def test_a_post_is_moved_into_a_queue_to_another_and_out_again(workspace_api, account):
    tips, news = made(workspace_api), made(workspace_api, name="News", slots=WEEK[2:])
    draft = workspace_api.post("/posts", {"text": "Good morning", "accounts": [account]}).json()
    path = f"/posts/{draft['id']}"

    inside = workspace_api.patch(path, {"queue": tips["id"], "text": "Good evening"}).json()
    assert (inside["queue"], inside["slot"]["at"], inside["status"]) == (
        tips["id"],
        "2027-03-01T08:00:00Z",
        "scheduled",
    )
    assert (inside["parts"][0]["text"], inside["queue_priority"]) == ("Good evening", "medium")
    urgent = workspace_api.patch(path, {"queue_priority": "high"}).json()
    assert (urgent["queue"], urgent["queue_priority"]) == (tips["id"], "high")
    moved = workspace_api.patch(path, {"queue": news["id"], "queue_priority": "low"}).json()
    assert (moved["queue"], moved["queue_priority"]) == (news["id"], "low")
    assert moved["scheduled_at"] == "2027-03-03T08:00:00Z"
    assert [workspace_api.get(f"/queues/{one['id']}").json()["waiting"] for one in (tips, news)] == [0, 1]

    outside = workspace_api.patch(path, {"queue": None}).json()
    assert (outside["queue"], outside["slot"], outside["scheduled_at"]) == (None, None, "2027-03-03T08:00:00Z")
    assert workspace_api.patch(path, {"queue": None}).json()["queue"] is None
    workspace_api.patch(path, {"queue": tips["id"]})
    timed = workspace_api.patch(path, {"queue": None, "local_at": "2027-03-02T12:00"}).json()
    assert (timed["queue"], timed["local_at"], timed["status"]) == (None, "2027-03-02T12:00:00", "scheduled")


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"queue_priority": "high"}, "/queue_priority"),
        ({"queue": None, "queue_priority": "high"}, "/queue_priority"),
        ({"queue": "q_0197a3c45d2e7b119c3a2f6f0f8d1e55"}, "/queue"),
        ({"queue": "QUEUE", "local_at": "2027-03-02T12:00"}, "/queue"),
    ],
)
def test_what_cannot_be_said_of_a_queue_says_where(workspace_api, account, said, pointer):
    queue = made(workspace_api)
    draft = workspace_api.post("/posts", {"text": "Good morning", "accounts": [account]}).json()
    said = {name: queue["id"] if value == "QUEUE" else value for name, value in said.items()}

    answer = workspace_api.patch(f"/posts/{draft['id']}", said)

    assert answer.status_code == 422, answer.content.decode()
    assert faults(answer)[0][0] == pointer


def test_a_queue_of_another_workspace_is_not_there(api, workspace_api, account, other_workspace):
    theirs = program(other_workspace).post("/queues", {"name": "Theirs", "slots": WEEK}).json()
    draft = workspace_api.post("/posts", {"text": "Good morning", "accounts": [account]}).json()

    assert faults(workspace_api.patch(f"/posts/{draft['id']}", {"queue": theirs["id"]})) == [("/queue", "not_found")]
    assert faults(api.patch(f"/posts/{draft['id']}", {"queue": theirs["id"]})) == [("/queue", "not_found")]


def test_what_is_out_joins_no_queue_and_leaves_none(workspace_api, workspace):
    queue = made(workspace_api)
    post = factories.post(workspace, accounts=[])
    factories.publication(post, factories.account(workspace), state="published")

    assert workspace_api.patch(f"/posts/{post.pk}", {"queue": queue["id"]}).status_code in (409, 422)
    assert workspace_api.patch(f"/posts/{post.pk}", {"queue": None}).json()["queue"] is None


def test_the_next_slot_and_the_next_twenty(workspace_api, account):
    queue = made(workspace_api)
    post = posted(workspace_api, account, queue, queue_priority="low")
    path = f"/queues/{queue['id']}"

    usual, low = (workspace_api.get(f"{path}/next-slot", **asked).json() for asked in ({}, {"priority": "low"}))
    assert (usual["local_at"], usual["slot"], usual["priority"]) == (
        "2027-03-01T09:00:00", queue["slots"][0], "medium",
    )  # fmt: skip
    assert (low["local_at"], low["slot"]["number"]) == ("2027-03-01T15:00:00", 2)
    lines = workspace_api.get(f"{path}/preview").json()["data"]
    assert (len(lines), lines[0]["state"], lines[0]["post"], lines[0]["priority"]) == (20, "taken", post["id"], "low")
    assert (lines[1]["state"], lines[1]["post"], lines[1]["due_at"]) == ("free", None, None)
    assert faults(workspace_api.get(f"{path}/next-slot", priority="urgent")) == [("", "invalid")]


def test_a_queue_without_slots_has_no_next_one(workspace_api, account):
    queue = made(workspace_api, slots=[])
    said = {"text": "Good morning", "accounts": [account], "queue": queue["id"]}

    answer = workspace_api.get(f"/queues/{queue['id']}/next-slot")
    assert (answer.status_code, answer.json()["code"]) == (409, "queue_full")
    assert faults(workspace_api.post("/posts", said)) == [("/queue", "queue_full")]
    assert [row["code"] for row in workspace_api.post("/posts/validate", said).json()["problems"]] == ["queue_full"]
    assert workspace_api.get("/posts").json()["data"] == []


def test_pausing_is_said_and_done_twice_without_harm(workspace_api):
    path = f"/queues/{made(workspace_api)['id']}"

    assert [workspace_api.post(f"{path}/pause").json()["paused"] for _ in range(2)] == [True, True]
    assert [workspace_api.post(f"{path}/resume").json()["paused"] for _ in range(2)] == [False, False]
    assert workspace_api.patch(path, {"paused": True}).json()["paused"] is True


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"scheduled_at": "2027-06-01T07:00:00Z"}, ("/queue", "invalid")),
        ({"local_at": "2027-06-01T07:00"}, ("/queue", "invalid")),
        ({"action": "draft"}, ("/action", "invalid")),
        ({"action": "publish_now"}, ("/action", "invalid")),
        ({"queue_priority": "urgent"}, ("/queue_priority", "invalid_choice")),
        ({"queue": "q_" + "0" * 32}, ("/queue", "not_found")),
        ({"accounts": []}, ("/accounts", "no_account")),
    ],
    ids=str,
)
def test_what_cannot_be_done_with_a_queue_is_told_with_its_place(workspace_api, account, fields, fault):
    said = {"text": "Good morning", "accounts": [account], "queue": made(workspace_api)["id"], **fields}
    answer = workspace_api.post("/posts", said)

    assert (answer.status_code, faults(answer)) == (422, [fault])
    assert workspace_api.get("/posts").json()["data"] == []


def test_a_priority_wants_a_queue(workspace_api, account):
    said = {"text": "Good morning", "accounts": [account], "queue_priority": "high"}

    assert faults(workspace_api.post("/posts", said)) == [("/queue_priority", "invalid")]


def test_a_queue_of_another_workspace_is_not_found(api, workspace, other_workspace, account):
    theirs = made(api, workspace=ids.public(ids.WORKSPACE, other_workspace.pk))
    said = {"text": "Hello", "workspace": ids.public(ids.WORKSPACE, workspace.pk), "accounts": [account]}

    assert faults(api.post("/posts", {**said, "queue": theirs["id"]})) == [("/queue", "not_found")]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": ""}, ("/name", "blank")),
        ({"jitter_minutes": 61}, ("/jitter_minutes", "max_value")),
        ({"timezone": "Mars/Olympus"}, ("/timezone", "invalid")),
        ({"slots": [{"weekday": "funday", "time": "09:00"}]}, ("/slots/0/weekday", "invalid_choice")),
        ({"slots": [{"weekday": "monday", "time": "24:00"}]}, ("/slots/0/time", "invalid")),
    ],
    ids=str,
)
def test_what_no_queue_can_be_is_told_with_its_place(workspace_api, fields, fault):
    answer = workspace_api.post("/queues", {"name": "Tips", **fields})

    assert (answer.status_code, faults(answer)) == (422, [fault])


def test_a_name_is_there_once(workspace_api):
    made(workspace_api)
    answer = workspace_api.post("/queues", {"name": " Tips "})

    assert (answer.status_code, faults(answer)) == (409, [("/name", "taken")])


def test_who_changes_says_what_was_read(workspace_api):
    queue = made(workspace_api)
    path = f"/queues/{queue['id']}"
    tag = workspace_api.get(path)["ETag"]

    assert workspace_api.patch(path, {"name": "News"}, If_Match=tag).status_code == 200
    assert workspace_api.patch(path, {"name": "More"}, If_Match=tag).status_code == 412
    assert workspace_api.delete(path, If_Match=tag).status_code == 412


def test_the_same_request_takes_one_slot(workspace_api, account):
    queue = made(workspace_api)
    said = {"text": "Good morning", "accounts": [account], "queue": queue["id"]}
    first, again = (workspace_api.post("/posts", said, Idempotency_Key="post-1") for _ in range(2))

    assert first.json() == again.json()
    assert workspace_api.get(f"/queues/{queue['id']}").json()["waiting"] == 1


def test_many_at_once_take_one_slot_each(workspace_api, account):
    queue, other = made(workspace_api), made(workspace_api, name="Other")
    row = {"text": "Good morning", "accounts": [account]}
    asked = [{**row, "queue": one["id"]} for one in (queue, other) * 3]
    asked[2] = {**row, "queue": "nonsense"}
    answer = workspace_api.post("/posts/bulk", {"posts": asked}).json()

    assert (answer["created"], answer["refused"]) == (5, 1)
    given = [(one["post"]["queue"], one["post"]["slot"]["at"]) for one in answer["results"] if one["post"]]
    assert len(set(given)) == 5


def test_a_test_key_moves_nothing_of_a_live_workspace(workspace, workspace_api):
    queue = made(workspace_api)
    tester = program(workspace.organization, mode=Mode.TEST)

    assert tester.get("/queues").json()["data"] == []
    assert tester.post(f"/queues/{queue['id']}/pause").status_code == 404


def test_a_list_of_posts_costs_the_same_however_many_stand_in_queues(workspace_api, account):
    queue = made(workspace_api)

    def cost(path):
        with CaptureQueriesContext(connection) as asked:
            assert workspace_api.get(path).status_code == 200
        return len(asked)

    posted(workspace_api, account, queue)
    few = [cost("/posts"), cost("/queues"), cost(f"/queues/{queue['id']}/preview")]
    for name in ("B", "C"):
        other = made(workspace_api, name=name)
        for _ in range(3):
            posted(workspace_api, account, other)
            posted(workspace_api, account, queue)
    assert [cost("/posts"), cost("/queues"), cost(f"/queues/{queue['id']}/preview")] == few


def in_bulk(api, account, queue, priorities):
    rows = [
        {"text": f"Post {number}", "accounts": [account], "queue": queue["id"], "queue_priority": priority}
        for number, priority in enumerate(priorities)
    ]
    return api.post("/posts/bulk", {"posts": rows}).json()


def test_in_bulk_each_gets_what_it_would_have_got_alone(workspace_api, account):
    """Urgent ones take slots of others, of those that were there and of those of the same request."""
    together, alone = made(workspace_api), made(workspace_api, name="Alone")
    priorities = ["low", "medium", "high", "medium", "high", "low"]
    for queue in (together, alone):
        for number in range(2):
            posted(workspace_api, account, queue, text=f"There {number}", queue_priority="medium")

    told = in_bulk(workspace_api, account, together, priorities)
    for number, priority in enumerate(priorities):
        posted(workspace_api, account, alone, text=f"Post {number}", queue_priority=priority)

    def line(queue):
        lines = workspace_api.get(f"/queues/{queue['id']}/preview").json()["data"]
        return [(one["at"], one["post"] and text_of(workspace_api, one["post"])) for one in lines]

    assert (told["created"], told["refused"]) == (6, 0)
    assert line(together) == line(alone)
    shown = told["results"][2]["post"]
    assert (shown["queue"], shown["queue_priority"]) == (together["id"], "high")
    assert shown == workspace_api.get(f"/posts/{shown['id']}").json()


def text_of(api, post_id):
    return api.get(f"/posts/{post_id}").json()["parts"][0]["text"]


def test_one_that_is_refused_leaves_its_slot_to_the_next(workspace_api, account):
    queue = made(workspace_api)
    rows = [{"text": text, "accounts": [account], "queue": queue["id"]} for text in ("One", "", "Two")]

    told = workspace_api.post("/posts/bulk", {"posts": rows}).json()

    assert [row["status"] for row in told["results"]] == [201, 422, 201]
    slots = [row["post"]["slot"]["at"] for row in told["results"] if row["post"]]
    assert slots == ["2027-03-01T08:00:00Z", "2027-03-01T14:00:00Z"]


@pytest.mark.postgres  # whose statements are counted
def test_in_bulk_a_queue_takes_the_same_statements_for_one_and_for_two_hundred(workspace_api, account):
    queue, sizes = made(workspace_api), []
    for number in (2, 200):
        with CaptureQueriesContext(connection) as asked:
            assert in_bulk(workspace_api, account, queue, ["medium"] * number)["created"] == number
        sizes.append(len(asked))

    assert sizes[1] <= sizes[0]
