"""Where nobody tells that a post was removed, one list a day finds it, and the platform itself confirms it."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from apps.core import tenancy
from apps.events.models import Event
from apps.platforms.adapters.x import XAdapter
from apps.platforms.insights import OwnPosts
from apps.publishing.states import State
from apps.webhooks import services
from apps.webhooks.models import Patrol
from tests.support import factories
from tests.webhooks.conftest import read

pytestmark = pytest.mark.django_db


class OnX:
    """An account of ours on the simulated X, whose owner writes and deletes there by hand."""

    def __init__(self, workspace, sandbox, clock) -> None:
        known = sandbox.create_account("x", "harbourcoffee")
        self.clock, self.sandbox = clock, sandbox
        self.account = factories.account(
            workspace, "x", remote_id=known["id"], handle="harbourcoffee", token=known["credentials"]["token"]
        )
        self.http = httpx.Client(
            base_url=sandbox.origin("x"), headers={"Authorization": f"Bearer {known['credentials']['token']}"},
            trust_env=False, verify=False,
        )  # fmt: skip

    def published(self, text: str, *, hours_ago: float = 2):
        made = self.http.post("/2/tweets", json={"text": text}).json()["data"]["id"]
        post = factories.post(self.account.workspace, text, accounts=[self.account])
        at = self.clock.now - timedelta(hours=hours_ago)
        return factories.publication(post, self.account, state=State.PUBLISHED, remote_id=made, published_at=at)

    def delete(self, publication) -> None:
        assert self.http.delete(f"/2/tweets/{publication.remote_id}").status_code == 200


@pytest.fixture
def on_x(workspace, platforms, clock):
    made = OnX(workspace, platforms, clock)
    yield made
    made.http.close()


def test_a_post_that_its_owner_deleted_is_found_and_the_others_are_left_alone(on_x, clock):
    kept, gone = on_x.published("Stays"), on_x.published("Goes")
    on_x.delete(gone)

    assert services.patrol_due(now=clock.now) == 1

    assert (read(kept).state, read(gone).state) == (State.PUBLISHED, State.REMOVED)
    with tenancy.across_tenants("a test looks"):
        assert Event.across_tenants.get(subject_id=gone.pk).payload["how"] == "found_gone"


def test_it_is_done_once_a_day(on_x, clock):
    on_x.published("Stays")
    services.patrol_due(now=clock.now)

    assert services.patrol_due(now=clock.advance(hours=23)) == 0
    assert services.patrol_due(now=clock.advance(hours=1)) == 1


def test_a_post_that_the_list_lacks_and_the_platform_knows_is_not_gone(on_x, clock, monkeypatch):
    """Lists lag, and leave things out: only the post's own absence counts."""
    publication = on_x.published("Not in the list")
    monkeypatch.setattr(XAdapter, "own_posts", lambda *_, **__: OwnPosts(()))
    services.patrol_due(now=clock.now)

    assert read(publication).state == State.PUBLISHED


def test_what_cannot_be_asked_is_no_proof(on_x, clock, platforms):
    gone = on_x.published("Goes")
    on_x.delete(gone)
    platforms.revoke_tokens("x", "harbourcoffee")

    services.patrol_due(now=clock.now)

    assert read(gone).state == State.PUBLISHED
    with tenancy.across_tenants("a test looks"):
        assert Patrol.across_tenants.get().problem


def test_without_posts_of_ours_the_platform_is_not_bothered(on_x, clock):
    on_x.published("Too fresh for a list", hours_ago=0.2)

    before = on_x.sandbox.stats()["requests"]
    services.patrol_due(now=clock.now)

    assert on_x.sandbox.stats()["requests"] == before
