"""All of a post at once: tried again, taken down, moved; each account with its own answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.publishing import services
from apps.publishing.models import Publication
from apps.publishing.restraints import Scope, Target
from apps.publishing.services import wholes
from apps.publishing.states import State
from apps.tenants.keys import Mode
from apps.tenants.rest import ids
from tests.support import factories
from tests.support.programs_with_keys import program
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(agency: Agency):
    return program(agency.workspace)


def with_states(workspace, *states, clock=None):
    post = factories.post(workspace, accounts=[])
    rows = [factories.publication(post, factories.account(workspace), state=state) for state in states]
    return post, [ids.public(ids.PUBLICATION, row.pk) for row in rows]


def out_on(agency: Agency, *handles: str):
    """A post that is live on each of these."""
    post = agency.post(on=[agency.account(handle) for handle in handles])
    agency.schedule(post)
    run_worker()
    return post


def states(workspace) -> list[str]:
    with tenancy.scope(organization_id=workspace.organization_id):
        return list(Publication.objects.order_by("id").values_list("state", flat=True))


def test_what_failed_is_sent_again_and_what_is_unclear_is_not(workspace_api, workspace):
    post, (failed, again, unclear, out) = with_states(
        workspace, State.FAILED, State.FAILED, State.NEEDS_ATTENTION, State.PUBLISHED
    )

    told = workspace_api.post(f"/posts/{post.pk}/retry").json()

    assert (told["retried"], told["left"]) == (2, 1)
    assert {row["publication"]: (row["done"], row["code"]) for row in told["results"]} == {
        failed: (True, ""), again: (True, ""), unclear: (False, "needs_decision"),
    }  # fmt: skip
    assert states(workspace) == ["scheduled", "scheduled", "needs_attention", "published"]
    assert {row["id"]: row["state"] for row in told["post"]["publications"]}[out] == "published"


def test_a_stop_keeps_one_back_and_not_the_others(workspace_api, workspace):
    post, (stopped, free) = with_states(workspace, State.FAILED, State.FAILED)
    with tenancy.scope(organization_id=workspace.organization_id):
        account = Publication.objects.order_by("id").first().account
        target = Target(Scope.ACCOUNT, workspace.organization_id, workspace.pk, account.pk)
        services.stop(target=target, reason="A recall", actor=SYSTEM)

    told = workspace_api.post(f"/posts/{post.pk}/retry").json()

    assert {row["publication"]: row["code"] for row in told["results"]} == {stopped: "busy", free: ""}


def test_nothing_to_try_again_is_told(workspace_api, workspace):
    post, _ = with_states(workspace, State.PUBLISHED, State.HELD)

    assert workspace_api.post(f"/posts/{post.pk}/retry").json()["code"] == "busy"
    assert states(workspace) == ["published", "held"]


def test_a_post_is_taken_down_everywhere_and_again_is_as_good(own, agency: Agency, memory: MemoryPlatform):
    post = out_on(agency, "harbour", "pier")

    told = own.post(f"/posts/{post.pk}/unpublish").json()

    assert (told["removed"], told["left"], told["post"]["status"]) == (2, 0, "removed")
    assert memory.posts == []
    assert own.post(f"/posts/{post.pk}/unpublish").json()["removed"] == 2


def test_each_account_answers_for_itself_when_it_is_taken_down(
    own, agency: Agency, memory: MemoryPlatform, monkeypatch
):
    post = out_on(agency, "harbour", "pier")
    asked: list[str] = []
    real = MemoryAdapter.delete

    def delete(self, remote, credential):
        asked.append(remote.remote_id)
        if len(asked) == 1:
            raise TimeoutError
        return real(self, remote, credential)

    monkeypatch.setattr(MemoryAdapter, "delete", delete)
    told = own.post(f"/posts/{post.pk}/unpublish").json()

    assert (told["removed"], told["left"], told["post"]["status"]) == (1, 1, "published")
    assert sorted(row["code"] for row in told["results"]) == ["", "platform_uncertain"]
    assert own.post(f"/posts/{post.pk}/unpublish").json()["removed"] == 2


def test_where_a_platform_cannot_delete_it_says_so(own, agency: Agency, memory: MemoryPlatform):
    post = out_on(agency, "harbour")
    adapter(memory).capabilities = replace(MemoryAdapter.capabilities, deletes=False)

    told = own.post(f"/posts/{post.pk}/unpublish").json()

    assert [row["code"] for row in told["results"]] == ["not_offered"]
    assert told["results"][0]["message"]


def test_a_request_does_not_ask_platforms_without_end(agency: Agency, memory: MemoryPlatform):
    post = out_on(agency, "harbour", "pier")

    answers = wholes.take_down_all(post=post, actor=SYSTEM, at_most=timedelta())

    assert [answer.code for answer in answers] == ["not_asked", "not_asked"]
    assert len(memory.posts) == 2


def test_what_never_went_out_is_not_taken_down(workspace_api, workspace):
    post, _ = with_states(workspace, State.SCHEDULED)

    assert workspace_api.post(f"/posts/{post.pk}/unpublish").json()["code"] == "busy"
    assert states(workspace) == ["scheduled"]


@pytest.mark.parametrize("path", ["retry", "unpublish"])
def test_a_test_key_finds_no_real_post(workspace, path):
    post, _ = with_states(workspace, State.FAILED, State.PUBLISHED)

    answer = program(workspace, mode=Mode.TEST).post(f"/posts/{post.pk}/{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert states(workspace) == ["failed", "published"]


def test_a_change_names_another_time_or_reference(workspace_api, workspace):
    account = ids.public(ids.ACCOUNT, factories.account(workspace).pk)
    fields = {"text": "Hello", "accounts": [account]}
    path = f"/posts/{workspace_api.post('/posts', fields).json()['id']}"
    tag = workspace_api.get(path)["ETag"]

    draft = workspace_api.patch(path, {"local_at": "2099-06-01T09:00", "external_ref": "ours"}, If_Match=tag).json()
    assert (draft["status"], draft["scheduled_at"]) == ("draft", "2099-06-01T07:00:00Z")
    assert (draft["external_ref"], draft["revision"], draft["parts"][0]["text"]) == ("ours", 1, "Hello")
    assert workspace_api.patch(path, {"scheduled_at": None}).json()["scheduled_at"] is None
    workspace_api.post(f"{path}/schedule", {"local_at": "2099-06-01T09:00"})

    moved = workspace_api.patch(path, {"text": "Later", "local_at": "2099-06-02T09:00"}).json()
    assert [row["due_at"] for row in moved["publications"]] == ["2099-06-02T07:00:00Z"]
    assert (moved["parts"][0]["text"], moved["status"]) == ("Later", "scheduled")
    gone = workspace_api.patch(path, {"scheduled_at": None})
    assert (gone.status_code, gone.json()["errors"][0]["code"]) == (422, "planned")
    past = workspace_api.patch(path, {"text": "Lost", "scheduled_at": "2001-01-01T00:00:00Z"})
    assert (past.status_code, workspace_api.get(path).json()["parts"][0]["text"]) == (422, "Later"), "all or nothing"
    other = workspace_api.post("/posts", {"text": "Other"}).json()["id"]
    taken = workspace_api.patch(f"/posts/{other}", {"external_ref": "ours"})
    assert (taken.status_code, taken.json()["code"]) == (409, "taken")


def test_moving_what_is_planned_takes_a_key_that_may_write(workspace):
    account = factories.account(workspace)
    post = factories.post(workspace, accounts=[account])
    factories.publication(post, account)

    moved = program(workspace, scopes=["posts:read"]).patch(f"/posts/{post.pk}", {"local_at": "2099-06-02T09:00"})

    assert (moved.status_code, moved.json()["code"]) == (403, "forbidden")
