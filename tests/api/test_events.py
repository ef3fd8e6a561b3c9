"""What has happened is read in order: nothing is missed, and nothing is told to whom it does not concern."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.core import tenancy
from apps.core.clock import now
from apps.events import services as events
from apps.events.selectors import SKEW, feed
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _some_time_has_passed(clock: Clock) -> None:
    """Events are shown a moment after they happened."""


def emit(workspace, *names: str) -> None:
    for name in names:
        with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
            events.emit(name, subject=workspace, data={"n": name})


def read(own, **query):
    return own.get("/events", **query).json()


def test_events_are_read_from_the_last_one_that_one_has(api, workspace, clock: Clock):
    assert read(api) == {"data": [], "next_cursor": None, "has_more": False}
    emit(workspace, "workspace.created", "workspace.updated", "workspace.deleted")
    clock.advance(seconds=5)

    first = read(api, limit=2)
    assert [event["type"] for event in first["data"]] == ["workspace.created", "workspace.updated"]
    assert (first["has_more"], first["next_cursor"]) == (True, first["data"][-1]["id"])
    rest = read(api, after=first["next_cursor"])
    assert [event["type"] for event in rest["data"]] == ["workspace.deleted"]
    nothing = read(api, after=rest["next_cursor"])
    assert nothing == {"data": [], "next_cursor": rest["next_cursor"], "has_more": False}
    emit(workspace, "workspace.restored")
    clock.advance(seconds=5)
    assert [event["type"] for event in read(api, after=rest["next_cursor"])["data"]] == ["workspace.restored"]


def test_events_are_read_once_more_from_an_instant_on(api, workspace, clock: Clock):
    emit(workspace, "workspace.created")
    clock.advance(seconds=5)
    since = clock.now.isoformat()
    emit(workspace, "workspace.updated")
    clock.advance(seconds=5)

    assert [event["type"] for event in read(api, since=since)["data"]] == ["workspace.updated"]
    for wrong in ("yesterday", "2026-11-29T08:00:00", "0001-01-01T00:00:00Z"):
        assert api.get("/events", since=wrong).json()["errors"][0]["parameter"] == "since"


def test_an_event_says_what_it_is_about(api, workspace, clock: Clock):
    emit(workspace, "workspace.updated")
    clock.advance(seconds=5)

    (event,) = read(api)["data"]
    assert event["subject"] == {"type": "workspace", "id": f"ws_{workspace.pk.hex}"}
    assert (event["workspace"], event["sequence"]) == (f"ws_{workspace.pk.hex}", 1)
    assert event["data"] == {"n": "workspace.updated"}


def test_events_are_narrowed(api, workspace, other_workspace, clock: Clock):
    emit(workspace, "workspace.created", "workspace.updated")
    emit(other_workspace, "workspace.created")
    clock.advance(seconds=5)

    assert len(read(api, types="workspace.created")["data"]) == 2
    assert len(read(api, types="workspace.created,workspace.updated", workspace=str(workspace.pk))["data"]) == 2
    assert api.get("/events", types="post.vanished").status_code == 422
    assert api.get("/events", after="post_1").status_code == 422


def test_a_workspaces_key_reads_of_its_workspace_alone(workspace, other_workspace, stranger_workspace, clock: Clock):
    emit(workspace, "workspace.updated")
    emit(other_workspace, "workspace.updated")
    emit(stranger_workspace, "workspace.updated")
    with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
        events.emit("organization.updated", subject=workspace.organization)
    clock.advance(seconds=5)

    assert [event["workspace"] for event in read(program(workspace))["data"]] == [f"ws_{workspace.pk.hex}"]
    assert len(read(program(workspace.organization))["data"]) == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_nothing_turns_up_behind_a_readers_back():
    """A transaction that began earlier and commits later holds back what is younger."""
    workspace = factories.workspace()
    written, may_commit = threading.Event(), threading.Event()

    def write_slowly():
        try:
            with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
                events.emit("workspace.created", subject=workspace)
                written.set()
                may_commit.wait(30)
        finally:
            connection.close()

    slow = threading.Thread(target=write_slowly)
    slow.start()
    assert written.wait(30)
    other = factories.workspace(workspace.organization)
    emit(other, "workspace.updated")
    later = now() + timedelta(minutes=1)

    def seen():
        with tenancy.scope(organization_id=workspace.organization_id):
            return [event.name for event in feed(now=later)]

    assert seen() == []
    may_commit.set()
    slow.join()
    assert seen() == ["workspace.created", "workspace.updated"]
    assert timedelta(0) < SKEW
