"""Two programs that change the same thing in the same moment: nothing that either of them wrote is lost unseen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from apps.tenants.rest import ids
from apps.tenants.rest.views import Operations
from tests.support import factories
from tests.support.programs_with_keys import Program

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]  # SQLite has one writer at a time


@pytest.fixture(autouse=True)
def _as_near_as_can_be(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever has been let through waits for the other one to come as far, if it can."""
    gate, require = threading.Barrier(2), Operations.require_match

    def and_wait(self: Operations, data: Any) -> None:
        require(self, data)
        with suppress(threading.BrokenBarrierError):
            gate.wait(1)

    monkeypatch.setattr(Operations, "require_match", and_wait)
    yield
    gate.abort()


def both(*asks: Callable[[], Any]) -> list[int]:
    """The statuses of these, asked at the same time."""

    def run(ask: Callable[[], Any]) -> int:
        try:
            return int(ask().status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(asks)) as pool:
        return sorted(pool.map(run, asks))


@pytest.fixture
def path(workspace_api: Program, workspace: Any) -> str:
    account = ids.public(ids.ACCOUNT, factories.account(workspace, "mastodon").pk)
    made = workspace_api.post("/posts", {"text": "One", "title": "Monday", "accounts": [account]})
    assert made.status_code == 201, made.content
    return f"/posts/{made.json()['id']}"


def test_of_two_with_the_same_tag_one_changes_the_post_and_the_other_is_told(workspace_api, path):
    tag = workspace_api.get(path)["ETag"]
    statuses = both(*[
        lambda said=said: workspace_api.patch(path, said, If_Match=tag)
        for said in ({"text": "Two"}, {"title": "Tuesday"})
    ])  # fmt: skip

    assert statuses == [200, 412]
    post = workspace_api.get(path).json()
    assert (post["parts"][0]["text"], post["title"]) in [("Two", "Monday"), ("One", "Tuesday")]
    assert post["revision"] == 2


def test_without_a_tag_each_changes_what_it_names_and_keeps_the_rest(workspace_api, path):
    assert both(
        *[lambda said=said: workspace_api.patch(path, said) for said in ({"text": "Two"}, {"title": "Tuesday"})]
    ) == [200, 200]

    post = workspace_api.get(path).json()
    assert (post["parts"][0]["text"], post["title"], post["revision"]) == ("Two", "Tuesday", 3)


def test_a_post_is_not_planned_in_words_that_nobody_read(workspace_api, path):
    tag = workspace_api.get(path)["ETag"]
    statuses = both(
        lambda: workspace_api.patch(path, {"text": "Two"}, If_Match=tag),
        lambda: workspace_api.post(f"{path}/schedule", {"scheduled_at": "2099-06-01T07:00:00Z"}, If_Match=tag),
    )

    assert statuses == [200, 412]


def test_of_two_policies_with_the_same_tag_one_is_put_in_force(api, workspace):
    path = f"/workspaces/{ids.public(ids.WORKSPACE, workspace.pk)}/approval-policy"
    tag = api.get(path)["ETag"]
    statuses = both(*[
        lambda note=note: api.put(path, {"steps": [], "note": note}, If_Match=tag) for note in ("One", "Two")
    ])  # fmt: skip

    assert statuses == [200, 412]
    assert api.get(path).json()["version"] == 1
