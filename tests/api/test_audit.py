"""A program reads who did what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import SYSTEM, Actor, ActorKind
from apps.tenants.keys import Mode
from tests.support import factories
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(organization, workspace, other_workspace, owner, clock):
    """Four deeds, a minute apart: Anna's, a key's, the system's, and Anna's elsewhere."""
    anna = Actor(ActorKind.USER, owner.user_id, "r-1", "203.0.113.0/24")
    with tenancy.scope(organization_id=organization.pk):
        for verb, subject, actor in (
            ("post.created", factories.post(workspace), anna),
            ("post.updated", factories.post(workspace), Actor(ActorKind.KEY, program(organization).key.pk)),
            ("account.signed_out", factories.account(workspace), SYSTEM),
            ("workspace.updated", other_workspace, anna),
        ):
            audit.record(verb, subject=subject, actor=actor, diff={"name": ["A", "B"]})
            clock.advance(minutes=1)


def verbs(api, **query):
    answer = api.get("/audit", **query)
    assert answer.status_code == 200, answer.content.decode()
    return [row["verb"] for row in answer.json()["data"]]


@pytest.mark.usefixtures("done")
def test_entries_are_told_newest_first_and_page_by_page(api, owner):
    everything = verbs(api)
    assert everything == ["workspace.updated", "account.signed_out", "post.updated", "post.created"]

    first = api.get("/audit", limit=3).json()
    rest = api.get("/audit", limit=3, cursor=first["next_cursor"]).json()
    assert [row["verb"] for row in (*first["data"], *rest["data"])] == everything
    assert (first["has_more"], rest["has_more"]) == (True, False)
    row = rest["data"][0]
    assert (row["subject"]["type"], row["actor"]["kind"], row["actor"]["name"]) == ("post", "user", str(owner.user))
    assert (row["diff"], row["address"], row["request_id"]) == ({"name": ["A", "B"]}, "203.0.113.0/24", "r-1")
    assert row["id"].startswith("aud_")
    assert first["data"][2]["actor"]["id"].startswith("key_")


@pytest.mark.usefixtures("done")
def test_the_list_is_narrowed(api, owner, workspace, other_workspace, clock):
    (post_row,) = [row for row in api.get("/audit").json()["data"] if row["verb"] == "post.created"]

    assert verbs(api, verb="post.created") == ["post.created"]
    assert verbs(api, verb="post.*") == ["post.updated", "post.created"]
    assert verbs(api, actor=str(owner.user_id)) == ["workspace.updated", "post.created"]
    assert verbs(api, subject=post_row["subject"]["id"]) == ["post.created"]
    assert verbs(api, workspace=f"ws_{other_workspace.pk.hex}") == ["workspace.updated"]
    moments = [(clock.now - timedelta(minutes=back)).isoformat() for back in (3, 1)]
    assert verbs(api, since=moments[0], until=moments[1]) == ["account.signed_out", "post.updated"]


@pytest.mark.parametrize(
    "query", [{"actor": "Anna"}, {"subject": "post_1"}, {"since": "soon"}, {"until": "12"}, {"workspace": "x"}], ids=str
)
def test_what_cannot_be_read_is_told(api, query):
    answer = api.get("/audit", **query)

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, next(iter(query)))


@pytest.mark.usefixtures("done")
def test_each_key_reads_what_is_its_own(api, organization, workspace, workspace_api):
    trying = factories.workspace(organization, is_test=True)
    with tenancy.scope(organization_id=organization.pk):
        audit.record("post.deleted", subject=factories.post(trying), actor=SYSTEM)

    assert workspace_api.get("/audit").status_code == 403
    assert verbs(program(organization, mode=Mode.TEST)) == ["post.deleted"]
    assert "post.deleted" not in verbs(api)
    assert verbs(program(factories.organization())) == []
    assert program(organization, scopes=["posts:write"]).get("/audit").status_code == 403


def test_a_list_asks_as_much_however_long_it_is(api, workspace):
    def fill(count):
        with tenancy.scope(organization_id=workspace.organization_id):
            for _ in range(count):
                audit.record("post.created", subject=workspace, actor=Actor(ActorKind.KEY, api.key.pk))

    fill(1)
    verbs(api)
    with CaptureQueriesContext(connection) as few:
        verbs(api)
    fill(40)
    with CaptureQueriesContext(connection) as many:
        assert len(verbs(api, limit=50)) == 41
    assert len(many) == len(few)
