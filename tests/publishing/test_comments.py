"""Comments that are written below what is out: each goes out once on each account, and holds up nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.core import clock as system_clock
from apps.core import ids
from apps.core.actors import SYSTEM
from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing import gates, services
from apps.publishing.errors import CommentRefused, PostBusy
from apps.publishing.models import FollowUp, Publication, PublishingWindows
from apps.publishing.remarks import Remark, Remarks
from apps.publishing.restraints import Scope, Target
from apps.publishing.states import State
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


def out(agency: Agency, text: str = "Main", **parts: Any) -> Publication:
    publication = agency.scheduled(text, **parts)
    run_worker()
    read: Publication = agency.read(publication)
    assert read.state == State.PUBLISHED
    return read


def write(
    agency: Agency, *publications: Publication, text: str = "See also", media: Any = (), own: Any = None, **said: Any
) -> list[FollowUp]:
    remarks = Remarks(Remark(text, tuple(media)), own or {})
    said = {"batch": ids.new_id(), **said}
    with agency.scope():
        post = publications[0].post
    made: list[FollowUp] = agency.do(services.comment, post=post, publications=publications, remarks=remarks, **said)
    return made


def refused(agency: Agency, *publications: Publication, **said: Any) -> list[tuple[str, str]]:
    with pytest.raises(CommentRefused) as error:
        write(agency, *publications, **said)
    return [(problem.field, problem.code) for problem in error.value.problems]


def test_a_comment_goes_out_below_its_post_on_each_account(agency: Agency, memory: MemoryPlatform) -> None:
    first, second = agency.schedule(agency.post("Main", on=[agency.account("harbour"), agency.account("quay")]))
    run_worker()

    made = write(agency, agency.read(first), agency.read(second), text="See also")
    run_worker()

    for handle in ("harbour", "quay"):
        assert memory.texts(handle) == ["Main", "See also"]
    mains, comments = memory.posts[:2], memory.posts[2:]
    assert {comment.parent_id for comment in comments} == {main.remote_id for main in mains}
    rows = [agency.read(row) for row in made]
    assert [row.state for row in rows] == [State.PUBLISHED] * 2
    assert all(row.remote_id for row in rows)
    assert agency.events(rows[0]) == ["comment.published"]


def test_the_same_batch_again_writes_nothing(agency: Agency, memory: MemoryPlatform) -> None:
    publication, batch = out(agency), ids.new_id()

    first, again = write(agency, publication, batch=batch), write(agency, publication, batch=batch)
    run_worker()
    later = write(agency, publication, batch=batch)
    run_worker()

    assert [row.pk for row in first] == [row.pk for row in again] == [row.pk for row in later]
    assert memory.texts("harbour") == ["Main", "See also"]


def test_a_comment_waits_for_its_hour(agency: Agency, memory: MemoryPlatform, clock: Clock) -> None:
    publication = out(agency)
    write(agency, publication, due_at=system_clock.now() + timedelta(hours=2))

    run_worker()
    assert memory.texts("harbour") == ["Main"]

    clock.advance(hours=2)
    run_worker()
    assert memory.texts("harbour") == ["Main", "See also"]


def test_a_comment_whose_answer_is_lost_is_looked_for_and_never_sent_twice(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = out(agency)
    (row,) = write(agency, publication)
    memory.fault("lost_after", call="commit")

    run_worker()
    assert agency.read(row).state == State.UNCERTAIN
    clock.advance(minutes=5)
    run_worker()

    assert memory.texts("harbour") == ["Main", "See also"]
    assert agency.read(row).state == State.PUBLISHED


def test_a_comment_that_failed_holds_up_no_other(agency: Agency, memory: MemoryPlatform) -> None:
    publication = out(agency)
    (first,) = write(agency, publication, text="One")
    with agency.scope():
        FollowUp.objects.filter(pk=first.pk).update(state=State.FAILED)
    write(agency, publication, text="Two")

    run_worker()

    assert agency.read(first).state == State.FAILED
    assert memory.texts("harbour") == ["Main", "Two"]
    agency.do(services.retry_follow_up, follow_up=agency.read(first))
    run_worker()
    assert memory.texts("harbour") == ["Main", "Two", "One"]


def test_a_comment_answers_another(agency: Agency, memory: MemoryPlatform) -> None:
    publication = out(agency)
    (first,) = write(agency, publication, text="Question")
    run_worker()

    write(agency, publication, text="Answer", parent=agency.read(first))
    run_worker()

    _, question, answer = memory.posts
    assert answer.parent_id == question.remote_id


def test_what_it_answers_may_be_gone_at_its_hour(agency: Agency, memory: MemoryPlatform, clock: Clock) -> None:
    publication = out(agency)
    (first,) = write(agency, publication, text="Question")
    run_worker()
    in_an_hour = system_clock.now() + timedelta(hours=1)
    (answer,) = write(agency, publication, text="Answer", parent=agency.read(first), due_at=in_an_hour)
    services.take_down_follow_up(follow_up=agency.read(first), actor=SYSTEM)

    clock.advance(hours=1)
    run_worker()

    row = agency.read(answer)
    assert (row.state, row.problem_field) == (State.FAILED, "parent")
    assert memory.texts("harbour") == ["Main"]


def test_it_is_changed_and_called_off_while_it_waits(agency: Agency, memory: MemoryPlatform, clock: Clock) -> None:
    publication = out(agency)
    later = system_clock.now() + timedelta(hours=1)
    (changed,) = write(agency, publication, text="Frist", due_at=later)
    (called_off,) = write(agency, publication, text="Never", due_at=later)

    agency.do(services.change_comment, follow_up=changed, text="First", due_at=later + timedelta(hours=1))
    agency.do(services.withdraw_comment, follow_up=called_off)
    agency.do(services.withdraw_comment, follow_up=called_off)
    clock.advance(hours=1)
    run_worker()
    assert memory.texts("harbour") == ["Main"]
    clock.advance(hours=1)
    run_worker()

    assert memory.texts("harbour") == ["Main", "First"]
    assert agency.events(called_off) == ["comment.canceled"]
    with pytest.raises(PostBusy):
        agency.do(services.change_comment, follow_up=changed, text="Too late")
    with pytest.raises(PostBusy):
        agency.do(services.withdraw_comment, follow_up=changed)


def test_parts_of_a_post_are_not_changed_as_comments(agency: Agency) -> None:
    publication = out(agency, comment="First comment")
    (part,) = agency.follow_ups(publication)

    for verb in (services.change_comment, services.withdraw_comment):
        with pytest.raises(PostBusy):
            agency.do(verb, follow_up=part)


def test_a_post_that_is_not_out_takes_no_comment(agency: Agency, memory: MemoryPlatform) -> None:
    waiting = agency.scheduled("Later", minutes=30)

    assert refused(agency, waiting) == [("accounts", "not_out")]
    assert refused(agency, out(agency), text="") == [("text", "empty")]
    assert refused(agency, out(agency), text="x" * 10_000) == [("text", "too_long")]


def test_a_network_without_comments_says_so(agency: Agency, monkeypatch: pytest.MonkeyPatch, memory: Any) -> None:
    publication = out(agency)
    kind = adapter(memory)
    monkeypatch.setattr(kind, "capabilities", replace(kind.capabilities, first_comment=False, threads=False))

    assert refused(agency, publication) == [("accounts", "no_comments")]


def test_a_comment_keeps_to_quiet_hours(agency: Agency, memory: MemoryPlatform, clock: Clock) -> None:
    publication = out(agency)
    now = system_clock.now()
    at = now + timedelta(hours=3)
    (row,) = write(agency, publication, due_at=at)
    with agency.scope():
        local = at.astimezone(ZoneInfo(agency.workspace.timezone))
        begins, ends = local - timedelta(hours=1), local + timedelta(hours=1)
        quiet = {"days": list(range(7)), "begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}
        own = {"organization_id": agency.workspace.organization_id, "workspace": agency.workspace}
        PublishingWindows.objects.create(**own, quiet_hours=[quiet])

    assert refused(agency, publication, due_at=at) == [("due_at", "quiet_hours")]
    clock.advance(hours=3)
    run_worker()
    assert memory.texts("harbour") == ["Main"]
    assert agency.read(row).state == State.SCHEDULED

    clock.advance(hours=1)
    run_worker()
    assert memory.texts("harbour") == ["Main", "See also"]


def test_what_a_gate_objects_to_is_not_written(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    publication = out(agency)
    monkeypatch.setattr(gates, "_comment_gates", {"test": lambda row, said: "Not here."})

    assert refused(agency, publication) == [("accounts", "not_approved")]


def test_a_stop_holds_comments(agency: Agency, memory: MemoryPlatform) -> None:
    publication = out(agency)
    target = Target(Scope.WORKSPACE, agency.workspace.organization_id, agency.workspace.pk, None, "")
    agency.do(services.stop, target=target, reason="Crisis")
    (row,) = write(agency, publication)

    run_worker()

    assert agency.read(row).state == State.HELD
    assert memory.texts("harbour") == ["Main"]


def test_taking_the_post_down_calls_off_what_waits_below_it(agency: Agency, memory: MemoryPlatform) -> None:
    publication = out(agency)
    (row,) = write(agency, publication, due_at=system_clock.now() + timedelta(hours=1))

    services.take_down(publication=agency.read(publication), actor=SYSTEM)

    assert agency.read(row).state == State.CANCELED


def test_two_comments_have_two_keys(agency: Agency) -> None:
    """A platform that takes a key would otherwise take the second for the first."""
    publication = out(agency, comment="First comment")
    rows = [write(agency, publication, text=text)[0] for text in ("One", "Two")]

    places: list[int] = [row.position for row in rows]
    assert len({*places, agency.follow_ups(publication)[0].position}) == 3
