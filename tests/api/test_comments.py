"""Comments below what is out, as programs write, read and take them back."""

from __future__ import annotations

from typing import Any

import pytest

from apps.core import clock as system_clock
from apps.core import tenancy
from apps.platforms.adapters.memory import MemoryPlatform
from apps.posts.models import Post
from apps.social_accounts.models import SocialAccount
from apps.tenants.rest import ids
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import Program, program
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(agency: Agency) -> Program:
    return program(agency.workspace)


def out_on(agency: Agency, *handles: str) -> Post:
    post = agency.post("Main", on=[agency.account(handle) for handle in handles])
    agency.schedule(post)
    run_worker()
    return post


def said(answer: Any, status: int = 201) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def test_one_request_comments_on_every_account(own: Program, agency: Agency, memory: MemoryPlatform):
    post = out_on(agency, "harbour", "quay")

    made = said(own.post("/comments", {"post": ids.public(ids.POST, post.pk), "text": "See also"}))["data"]
    run_worker()

    assert [row["state"] for row in made] == ["scheduled", "scheduled"]
    assert len({row["batch"] for row in made}) == 1
    assert [row["media"] for row in made] == [[], []]
    for handle in ("harbour", "quay"):
        assert memory.texts(handle) == ["Main", "See also"]
    found = own.get("/comments", post=ids.public(ids.POST, post.pk)).json()["data"]
    assert {(row["state"], row["role"], bool(row["remote_id"])) for row in found} == {("published", "comment", True)}
    one = own.get(f"/comments/{made[0]['id']}").json()
    assert one["attempts_made"] == 0
    assert [row["outcome"] for row in own.get(f"/comments/{one['id']}/attempts").json()["data"]] == ["published"]


def test_the_same_key_again_says_it_once(own: Program, agency: Agency, memory: MemoryPlatform):
    post = out_on(agency, "harbour")
    body = {"post": ids.public(ids.POST, post.pk), "text": "See also"}

    first = said(own.post("/comments", body, Idempotency_Key="one"))
    again = own.post("/comments", body, Idempotency_Key="one")
    run_worker()

    assert again.json() == first
    assert again.headers["Idempotent-Replayed"] == "true"
    assert memory.texts("harbour") == ["Main", "See also"]


def test_it_is_written_below_publications_and_answered(own: Program, agency: Agency, memory: MemoryPlatform):
    post = out_on(agency, "harbour", "quay")
    shown = own.get(f"/posts/{post.pk}").json()["publications"]
    harbour = next(row["id"] for row in shown if row["account"] == shown[0]["account"])

    (question,) = said(own.post("/comments", {"publications": [harbour], "text": "Question"}))["data"]
    run_worker()
    (answer,) = said(own.post("/comments", {"parent": question["id"], "text": "Answer"}))["data"]
    run_worker()

    assert answer["parent"] == question["id"]
    assert len(memory.posts) == 4
    *_, asked, answered = memory.posts
    assert answered.parent_id == asked.remote_id


def test_a_planned_comment_is_changed_and_called_off(own: Program, agency: Agency, clock: Clock):
    post = out_on(agency, "harbour")
    day = f"{system_clock.now().year + 1}-01-05"
    body = {"post": ids.public(ids.POST, post.pk), "text": "Frist", "local_at": f"{day}T09:00", "timezone": "UTC"}
    (made,) = said(own.post("/comments", body))["data"]
    assert made["scheduled_at"] == f"{day}T09:00:00Z"

    tag = own.get(f"/comments/{made['id']}").headers["ETag"]
    changed = said(own.patch(f"/comments/{made['id']}", {"text": "First"}, If_Match=tag), 200)
    assert (changed["text"], changed["scheduled_at"]) == ("First", made["scheduled_at"])
    assert own.patch(f"/comments/{made['id']}", {"text": "Other"}, If_Match=tag).status_code == 412

    assert own.delete(f"/comments/{made['id']}").status_code == 204
    assert own.get(f"/comments/{made['id']}").json()["state"] == "canceled"
    assert own.patch(f"/comments/{made['id']}", {"text": "Other"}).json()["code"] == "busy"


def test_it_is_taken_down_at_its_platform(own: Program, agency: Agency, memory: MemoryPlatform):
    post = out_on(agency, "harbour")
    (made,) = said(own.post("/comments", {"post": ids.public(ids.POST, post.pk), "text": "See also"}))["data"]
    run_worker()

    assert own.delete(f"/comments/{made['id']}").json()["code"] == "busy"
    assert said(own.post(f"/comments/{made['id']}/unpublish"), 200)["state"] == "removed"
    assert memory.texts("harbour") == ["Main"]


def test_parts_of_a_post_are_read_and_not_changed(own: Program, agency: Agency):
    post = agency.post("Main", on=[agency.account()], comment="First comment", replies=["Second"])
    agency.schedule(post)
    run_worker()

    found = own.get("/comments", sort="created_at").json()["data"]

    assert {(row["role"], row["state"]) for row in found} == {("first_comment", "published"), ("reply", "published")}
    assert own.delete(f"/comments/{found[0]['id']}").json()["code"] == "busy"
    assert [row["role"] for row in own.get("/comments", role="reply").json()["data"]] == ["reply"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"text": "x" * 10_000}, "/text"),
        ({"text": "   "}, "/text"),
        ({"scheduled_at": "2020-01-01T00:00:00Z"}, "/scheduled_at"),
        ({"scheduled_at": "2099-01-01T00:00:00Z"}, "/scheduled_at"),
        ({"accounts": ["acc_0197a3c45d2e7b119c3a2f6f0f8d1e55"]}, "/accounts/0"),
        ({"parent": "cmt_0197a3c45d2e7b119c3a2f6f0f8d1e55"}, "/post"),
    ],
)
def test_a_refusal_says_where(own: Program, agency: Agency, change: dict[str, Any], pointer: str):
    post = out_on(agency, "harbour")

    told = said(own.post("/comments", {"post": ids.public(ids.POST, post.pk), "text": "Words", **change}), 422)

    assert [fault["pointer"] for fault in told["errors"]] == [pointer]
    assert own.get("/comments").json()["data"] == []


def test_a_post_that_is_not_out_takes_none(own: Program, agency: Agency):
    waiting = agency.scheduled("Later", minutes=60)

    everywhere = own.post("/comments", {"post": ids.public(ids.POST, waiting.post_id), "text": "Early"})
    there = own.post("/comments", {"publications": [ids.public(ids.PUBLICATION, waiting.pk)], "text": "Early"})

    for answer in (everywhere, there):
        assert [fault["code"] for fault in said(answer, 422)["errors"]] == ["not_out"]


def test_each_network_says_what_can_be_said_below(own: Program):
    told = {row["platform"]: row["comments"] for row in own.get("/platforms").json()["data"]}

    shown = {name: one.pop("media_types") for name, one in told.items()}
    files = {"max_media": 10, "needs_text": False}
    assert told["bluesky"] == {"write": True, "answer": True, "unpublish": True, "max_text": 300, **files}
    files = {"max_media": 1, "needs_text": True}
    assert told["linkedin"] == {"write": True, "answer": False, "unpublish": False, "max_text": 1250, **files}
    files = {"max_media": 0, "needs_text": True}
    assert told["pinterest"] == {"write": False, "answer": False, "unpublish": False, "max_text": None, **files}
    assert shown["linkedin"] == ["image/gif", "image/jpeg", "image/png"]
    assert (shown["instagram"], shown["pinterest"]) == ([], [])
    assert "video/mp4" not in shown["facebook"]


def test_each_account_has_its_own_words_and_files(own: Program, agency: Agency, memory: MemoryPlatform):
    post = out_on(agency, "harbour", "quay")
    quay = next(row for row in own.get(f"/posts/{post.pk}").json()["publications"] if handle_of(row) == "quay")
    picture = factories.asset(agency.workspace, alt="A loaf")
    shown = {"media": ids.public(ids.MEDIA, picture.pk), "alt": "A fresh loaf", "cut": {}}
    override = {"account": quay["account"], "text": "On the quay", "media": []}
    body = {"post": ids.public(ids.POST, post.pk), "text": "See also", "media": [shown], "overrides": [override]}

    made = said(own.post("/comments", body))["data"]
    run_worker()

    assert {row["text"]: row["media"] for row in made} == {"See also": [shown], "On the quay": []}
    assert {(post.text, post.alts) for post in memory.posts if post.parent_id} == {
        ("See also", ("A fresh loaf",)), ("On the quay", ()),
    }  # fmt: skip


def test_other_files_for_a_planned_comment(own: Program, agency: Agency):
    post = out_on(agency, "harbour")
    later = {"local_at": f"{system_clock.now().year + 1}-01-05T09:00", "timezone": "UTC"}
    (made,) = said(own.post("/comments", {"post": ids.public(ids.POST, post.pk), "text": "Words", **later}))["data"]
    picture = ids.public(ids.MEDIA, factories.asset(agency.workspace).pk)

    changed = said(own.patch(f"/comments/{made['id']}", {"media": [{"media": picture}]}), 200)

    assert changed["text"] == "Words"
    assert [one["media"] for one in changed["media"]] == [picture]
    theirs = ids.public(ids.MEDIA, factories.asset(factories.workspace()).pk)
    told = said(own.patch(f"/comments/{made['id']}", {"media": [{"media": theirs}]}), 422)
    assert [fault["pointer"] for fault in told["errors"]] == ["/media/0/media"]


def test_a_refusal_names_the_override_it_is_about(own: Program, agency: Agency):
    post = out_on(agency, "harbour", "quay")
    rows = own.get(f"/posts/{post.pk}").json()["publications"]
    accounts = [row["account"] for row in rows]
    body = {"post": ids.public(ids.POST, post.pk), "text": "Words"}
    theirs = ids.public(ids.MEDIA, factories.asset(factories.workspace()).pk)

    def pointers(*overrides: Any, **changes: Any) -> list[str]:
        told = said(own.post("/comments", {**body, **changes, "overrides": list(overrides)}), 422)
        return [fault["pointer"] for fault in told["errors"]]

    assert pointers({"account": accounts[1], "text": "x" * 10_000}) == ["/overrides/0/text"]
    assert pointers({"account": accounts[0], "media": []}, text="") == ["/text", "/text"]
    assert pointers({"account": accounts[0], "media": [{"media": theirs}]}) == ["/overrides/0/media/0/media"]
    assert pointers({"account": accounts[0]}, {"account": accounts[0]}) == ["/overrides/1/account"]
    assert pointers({"account": accounts[1]}, accounts=accounts[:1]) == ["/overrides/0/account"]
    assert own.get("/comments").json()["data"] == []


def handle_of(row: dict[str, Any]) -> str:
    with tenancy.across_tenants("a test looks"):
        account = SocialAccount.across_tenants.get(pk=ids.read(ids.ACCOUNT, row["account"]))
        return str(account.handle)


def test_the_list_costs_the_same_however_long(
    own: Program, agency: Agency, django_assert_max_num_queries: Any, memory: MemoryPlatform
):
    post = out_on(agency, *(f"h{number}" for number in range(8)))
    own.post("/comments", {"post": ids.public(ids.POST, post.pk), "text": "See also"})
    with django_assert_max_num_queries(12) as few:
        own.get("/comments", limit=1)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(own.get("/comments", limit=100).json()["data"]) == 8
