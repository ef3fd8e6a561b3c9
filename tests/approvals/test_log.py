"""The auditor's log: what it says, that it is sent while it is read, and that no tampering goes unseen."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.approvals import services
from apps.approvals.deciders import Decider
from apps.approvals.log import lines as log_lines
from apps.approvals.log import verifying
from apps.approvals.models import Decision, StepState
from apps.approvals.services import clockwork
from apps.approvals.services.records import append, decision
from apps.approvals.states import Verdict
from apps.core import tenancy
from apps.core.ids import first_id
from apps.core.rows import loaded
from apps.posts.models import Post
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.approvals.conftest import LEGAL, MANAGER, Desk, actor
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(desk: Desk, manager: Membership, approver: Membership) -> Post:
    """Three decisions about one post, between two about others."""
    desk.policy(MANAGER, LEGAL)
    desk.decide(desk.submit(desk.post("Before")), manager)
    post = desk.post("=Good morning")
    desk.decide(desk.submit(post), manager, Verdict.REQUEST_CHANGES, note="=SUM(A1)")
    desk.edit(post, "Good evening")
    request = desk.submit(post)
    desk.decide(request, manager)
    desk.decide(request, approver)
    desk.decide(desk.submit(desk.post("After")), manager)
    return post


def tampered(sql: str, *values: Any) -> None:
    """What somebody with the database in hand can do, who owns its tables."""
    unguarded()
    with tenancy.across_tenants("a test tampers"), connection.cursor() as cursor:
        cursor.execute(sql, values)


def unguarded() -> None:
    """The trigger is taken away; on PostgreSQL the application itself could not do that."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("DROP TRIGGER decisions_are_final")
            return
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("DROP TRIGGER decisions_are_final ON approvals_decision")
        cursor.execute("SET LOCAL ROLE postroom_app")


def verified(*options: str) -> str:
    """What the command says, and "" where all is whole."""
    out = io.StringIO()
    try:
        call_command("verify_approvals", *options, stdout=out)
    except CommandError:
        return out.getvalue()
    assert "is whole" in out.getvalue()
    return ""


def third(desk: Desk, post: Post) -> Decision:
    return desk.decisions(post.pk)[2]


# --- verifying


def test_a_log_that_nobody_touched_is_whole(story: Post) -> None:
    assert verified() == ""


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ("UPDATE approvals_decision SET note = 'Fine' WHERE note = '=SUM(A1)'", 1, "does not say any more"),
        ("UPDATE approvals_decision SET verdict = 'approve' WHERE verdict = 'request_changes'", 1, "not say any more"),
        ("UPDATE approvals_decision SET previous_hash = '' WHERE previous_hash <> ''", 2, "not say any more"),
        ("DELETE FROM approvals_decision WHERE note = '=SUM(A1)'", 1, "not the one that it followed"),
    ],
)
def test_the_line_that_was_changed_is_named(story: Post, change: str, place: int, words: str) -> None:
    tampered(change)

    said = verified()
    assert f"post {story.pk}, line {place} " in said
    assert words in said


# By what a line says: a change of it that fits the column.
SAID: dict[str, str] = {
    "address": "'198.51.100.0/24'", "revision": "99", "due_at": "'2036-01-01 10:00:00+00:00'", "seal": "'x'",
    "content_hash": "'x'", "decider_kind": "'guest'", "decider_name": "'Somebody'",
    "decided_at": "'2036-01-01 10:00:00+00:00'", "decider_id": "NULL",
}  # fmt: skip


@pytest.mark.parametrize("column", SAID)
def test_the_hash_is_over_everything_that_a_line_says(desk: Desk, story: Post, column: str) -> None:
    last = third(desk, story)
    tampered(f"UPDATE approvals_decision SET {column} = {SAID[column]} WHERE id = %s", _key(last))

    assert f"(decision {last.pk}): it does not say any more what was written" in verified()


def test_every_post_is_verified_however_many_there_are(
    desk: Desk, story: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "POSTS_AT_ONCE", 1)
    tampered("UPDATE approvals_decision SET note = 'Fine'")

    assert len(set(re.findall(r"post (\S+), line", verified()))) == 3


def test_a_line_that_was_made_to_fit_breaks_the_one_after(desk: Desk, story: Post) -> None:
    second = desk.decisions(story.pk)[1]
    second.note = "By the way"
    made = log_lines.hash_of(second)
    tampered("UPDATE approvals_decision SET note = 'By the way', hash = %s WHERE id = %s", made, _key(second))

    said = verified()
    assert f"line 3 (decision {third(desk, story).pk}): the line before it is not" in said
    assert "line 2 " not in said


def test_the_last_lines_do_not_vanish_unseen(desk: Desk, story: Post) -> None:
    tampered("DELETE FROM approvals_decision WHERE id = %s", _key(third(desk, story)))

    assert f"post {story.pk}: the diary knows of 3 decisions and the log has 2" in verified()


def test_the_last_line_that_the_clock_wrote_does_not_vanish_unseen(desk: Desk, clock: Clock) -> None:
    desk.policy({**MANAGER, "when_late": "publish"})
    publication = desk.planned(minutes=10)
    clock.set(publication.due_at)
    services.run_out_of_time(now=clock.now)
    assert verified() == ""

    tampered("DELETE FROM approvals_decision WHERE verdict = 'ran_out'")

    words = "the diary knows of 1 lines that the clock wrote and the log has 0"
    assert f"post {publication.post_id}: {words}" in verified()


def test_what_the_clock_wrote_before_the_diary_knew_of_it_is_no_fault(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.policy({**MANAGER, "when_late": "publish"})
    publication = desk.planned(minutes=10)
    clock.set(publication.due_at)
    with monkeypatch.context() as before:
        before.setattr(clockwork.audit, "record", lambda *_, **__: None)
        services.run_out_of_time(now=clock.now)
    assert desk.decisions(publication.post_id), "the clock wrote nothing"

    assert verified() == ""


def test_a_clock_that_is_behind_breaks_no_line(
    desk: Desk, clock: Clock, manager: Membership, approver: Membership, tmp_path: Any
) -> None:
    """Another machine decided the moment before, whose clock is ahead by 50 ms; it made the id by that clock too."""
    desk.policy(MANAGER, LEGAL)
    post = desk.post()
    request = desk.submit(post)
    desk.decide(request, manager)
    clock.set(clock.now - timedelta(milliseconds=50))
    with desk.agency.scope():
        row = StepState.objects.get(request=request, key="legal")
        behind = decision(request, row, Verdict.APPROVE, decider=Decider.of(actor(approver)))
        behind.pk = first_id(clock.now - timedelta(days=1))
        append(behind)

    assert verified() == ""
    assert [one.pk for one in desk.decisions(post.pk)][-1] == behind.pk
    file = tmp_path / "log.jsonl"
    file.write_text(exported(desk, "jsonl"))
    assert verified("--file", str(file)) == ""


def test_one_organization_is_verified_by_itself(desk: Desk, story: Post) -> None:
    other = factories.organization()
    tampered("UPDATE approvals_decision SET note = 'Fine' WHERE note = '=SUM(A1)'")

    assert verified("--organization", other.slug) == ""
    assert verified("--organization", desk.agency.workspace.organization.slug)
    with pytest.raises(CommandError, match="There is no organization"):
        call_command("verify_approvals", "--organization", "nobody")


def _key(row: Decision) -> Any:
    return row.pk if connection.features.has_native_uuid_field else row.pk.hex


# --- exporting


def exported(desk: Desk, form: str, **query: str) -> str:
    answer = program(desk.agency.workspace.organization).get(f"/approval-log.{form}", **query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_an_export_is_verified_without_a_database(desk: Desk, story: Post, tmp_path: Any) -> None:
    file = tmp_path / "approvals.jsonl"
    file.write_text(exported(desk, "jsonl"))
    assert verified("--file", str(file)) == ""

    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["place"] for row in rows if row["post"] == str(story.pk)] == [1, 2, 3]
    for spoil in (_changed, _dropped, _cut_off):
        kept = spoil([dict(row) for row in rows], str(story.pk))
        file.write_text("\n".join(json.dumps(row) for row in kept))
        assert bool(verified("--file", str(file))) is (spoil is not _cut_off)
    file.write_text("nonsense")
    with pytest.raises(CommandError, match="is no export"):
        call_command("verify_approvals", "--file", str(file))


def _changed(rows: list[dict[str, Any]], post: str) -> list[dict[str, Any]]:
    next(row for row in rows if row["post"] == post)["address"] = "198.51.100.0/24"
    return rows


def _dropped(rows: list[dict[str, Any]], post: str) -> list[dict[str, Any]]:
    return [row for row in rows if (row["post"], row["place"]) != (post, 2)]


def _cut_off(rows: list[dict[str, Any]], post: str) -> list[dict[str, Any]]:
    """What an export of later days lacks is no fault."""
    return [row for row in rows if (row["post"], row["place"]) != (post, 1)]


def test_a_spreadsheet_takes_nothing_for_a_formula(desk: Desk, story: Post) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(desk, "csv"))))

    assert len(rows) == 5
    assert {row["note"] for row in rows} == {"", "'=SUM(A1)"}
    assert all(row["hash"] and row["workspace_name"] for row in rows)


def test_the_log_is_narrowed_by_client_post_and_time(desk: Desk, story: Post) -> None:
    elsewhere = factories.workspace(desk.agency.workspace.organization)
    lines = desk.decisions(story.pk)
    first, last = lines[0].decided_at, lines[-1].decided_at

    def counted(**query: str) -> int:
        return len(exported(desk, "jsonl", **query).splitlines())

    assert counted(post=f"post_{story.pk}") == 3
    assert counted(workspace=f"ws_{elsewhere.pk}") == 0
    after = (last + timedelta(seconds=1)).isoformat()
    assert [counted(since=at) for at in (first.isoformat(), after)] == [5, 0]
    assert [counted(until=at) for at in (first.isoformat(), after)] == [0, 5], "without those of the instant itself"
    refused = program(desk.agency.workspace.organization).get("/approval-log.csv", since="yesterday")
    assert refused.status_code == 422


def test_an_export_holds_a_page_and_no_more(desk: Desk, story: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pages of two, no more than two decisions (and those of the same posts) are read before the first is sent."""
    monkeypatch.setattr(log_lines, "PAGE", 2)
    read: list[Any] = []

    def noted(model: type[Decision], alias: str, names: list[str], values: list[Any]) -> Decision:
        row = loaded(model, alias, names, values)
        read.append(row.pk)
        return row

    monkeypatch.setattr(Decision, "from_db", classmethod(noted))
    sent = log_lines.every_line(desk.agency.scope, log_lines.Wanted())
    next(sent)
    assert 0 < len(set(read)) <= 4
    assert len(list(sent)) == 4
    assert len(set(read)) == 5


# --- looking at it


def test_an_owner_reads_it_in_a_browser(desk: Desk, story: Post) -> None:
    client = factories.signed_in(desk.person(Role.OWNER), at=desk.agency.workspace)
    shown = client.get(reverse("approvals:log")).content.decode()
    assert shown.count("Asked for changes") == 1
    assert "does not hold" not in shown

    tampered("UPDATE approvals_decision SET note = 'Fine' WHERE note = '=SUM(A1)'")
    assert client.get(reverse("approvals:log")).content.decode().count("does not hold") == 1
    file = client.get(reverse("approvals:log_file", args=["csv"]), {"since": "2020-01-01"})
    assert len(b"".join(file.streaming_content).splitlines()) == 6
    assert client.get(reverse("approvals:log_file", args=["exe"])).status_code == 404
    assert client.get(reverse("approvals:log"), {"since": "nonsense"}).status_code == 422


def test_the_page_takes_as_many_queries_for_many_lines_as_for_one(desk: Desk, manager: Membership) -> None:
    client = factories.signed_in(desk.person(Role.OWNER), at=desk.agency.workspace)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("approvals:log")).status_code == 200
        return len(queries)

    desk.policy(MANAGER)
    desk.decide(desk.submit(desk.post()), manager)
    asked()
    for_one = asked()
    for number in range(5):
        desk.decide(desk.submit(desk.post(f"Post {number}")), manager)

    assert asked() == for_one


def test_programs_read_it_in_pages(desk: Desk, story: Post) -> None:
    told = program(desk.agency.workspace.organization).get("/approval-log", limit=2).json()

    assert [row["holds"] for row in told["data"]] == [True, True]
    assert told["has_more"]
    named = program(desk.agency.workspace.organization).get("/approval-log", post=f"post_{story.pk}").json()["data"]
    assert {row["place"] for row in named} == {1, 2, 3}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_another_organization_has_a_log_of_its_own(form: str, desk: Desk, story: Post) -> None:
    answer = program(factories.organization()).get(f"/approval-log.{form}")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]

    assert str(story.pk) not in text
