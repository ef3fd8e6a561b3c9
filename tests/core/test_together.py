"""Rows of many tables in one statement: noted, written at the end, forgotten where something fails."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core import tenancy
from apps.core.inserting import Merge
from apps.core.together import (
    CannotForget,
    at_the_end,
    flush,
    if_forgotten,
    is_pending,
    pending,
    recalled,
    together,
    whole,
    write,
)
from apps.posts.models import Part, Post
from apps.posts.states import PartRole
from apps.tenants.models import Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_home(workspace: Workspace):
    with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
        yield


def a_post(workspace: Workspace, title: str = "One") -> Post:
    return Post(organization_id=workspace.organization_id, workspace_id=workspace.pk, title=title)


def a_part(post: Post) -> Part:
    own = {"organization_id": post.organization_id, "workspace_id": post.workspace_id}
    return Part(post=post, position=0, role=PartRole.MAIN, text="Good morning", **own)


def titles() -> list[str]:
    return list(Post.objects.order_by("title").values_list("title", flat=True))


def test_outside_of_a_block_rows_are_written_at_once(workspace):
    post = a_post(workspace)
    write([post])

    assert titles() == ["One"]
    assert not is_pending(post)


def test_inside_they_are_noted_and_written_at_the_end(workspace):
    with CaptureQueriesContext(connection) as asked, together():
        post = a_post(workspace)
        write([post])
        write([a_part(post)], of=post.pk)
        assert is_pending(post)
        assert [part.text for part in pending(Part, of=post.pk)] == ["Good morning"]
        assert not asked.captured_queries

    assert len(asked) == (1 if connection.vendor == "postgresql" else 2)
    assert (titles(), Part.objects.get().post_id, post._state.adding) == (["One"], post.pk, False)


def test_a_row_that_may_be_there_already_is_not_new(workspace):
    post = a_post(workspace)
    write([post])
    post.title = "Two"
    with together():
        write([post], merge=Merge(unique=("id",), changed=("title",)))
        assert not is_pending(post)

    assert titles() == ["Two"]


def test_what_failed_leaves_nothing_and_the_rest_is_written(workspace):
    undone = []
    with together():
        write([a_post(workspace, "One")])
        with suppress(ValueError), together():
            write([a_post(workspace, "Two")])
            if_forgotten(lambda: undone.append("Two"))
            raise ValueError("no")
        write([a_post(workspace, "Three")])

    assert (titles(), undone) == (["One", "Three"], ["Two"])


def test_a_block_that_fails_writes_nothing(workspace):
    with suppress(ValueError), together():
        write([a_post(workspace)])
        raise ValueError("no")

    assert titles() == []


def spoil(workspace: Workspace) -> None:
    """Fail after something was written, and say nothing of it."""
    with suppress(ValueError), together():
        write([a_post(workspace, "Gone")])
        flush()
        raise ValueError("no")


def test_what_was_written_before_it_failed_is_taken_back_with_the_block_around_it(workspace):
    with together():
        write([a_post(workspace, "Kept")])
        with pytest.raises(CannotForget), together(savepoint=True):
            spoil(workspace)

    assert titles() == ["Kept"]


def test_a_block_does_not_end_well_with_what_it_cannot_forget(workspace):
    with pytest.raises(CannotForget), together():
        spoil(workspace)


def test_what_cannot_be_forgotten_is_not_by_a_later_failure_of_what_can(workspace):
    def fail_twice() -> None:
        with together():
            spoil(workspace)
            with suppress(ValueError), together():
                raise ValueError

    with pytest.raises(CannotForget):
        fail_twice()


def write_two_parts_at_one_place(post: Post) -> None:
    with together(savepoint=True):
        write([post])
        write([a_part(post), a_part(post)], of=post.pk)


def test_with_a_savepoint_the_database_speaks_at_its_end(workspace):
    with together():
        write([a_post(workspace, "Kept")])
        with pytest.raises(IntegrityError):
            write_two_parts_at_one_place(a_post(workspace))

    assert titles() == ["Kept"]


def test_a_read_is_made_once_in_a_block_and_each_time_outside(workspace):
    asked = []
    for _ in range(2):
        recalled("it", lambda: asked.append("outside"))
    with together():
        for _ in range(2):
            recalled("it", lambda: asked.append("inside"))

    assert asked == ["outside", "outside", "inside"]


def test_a_whole_verb_is_a_transaction_or_a_part_of_the_block(workspace):
    @whole
    def make(title: str) -> None:
        write([a_post(workspace, title)])
        if title == "Two":
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        make("Two")
    with together():
        make("One")
        with pytest.raises(ValueError, match="no"):
            make("Two")

    assert titles() == ["One"]


def test_what_holds_others_up_is_finished_in_one_go_at_the_end_and_outside_of_a_block_now(workspace):
    finished: list[list[str]] = []
    at_the_end("counted", ["alone"], finished.append)
    assert finished == [["alone"]]

    with together():
        at_the_end("counted", ["one"], finished.append)
        at_the_end("counted", ["two", "three"], finished.append)
        write([a_post(workspace)])
        assert finished == [["alone"]]

    assert finished == [["alone"], ["one", "two", "three"]]
    assert titles() == ["One"]


def test_a_savepoint_is_written_before_others_are_held_up(workspace):
    seen = []
    with together(), together(savepoint=True):
        write([a_post(workspace)])
        at_the_end("count", [1], lambda things: seen.append(titles()))

    assert seen == [["One"]]


def test_a_savepoint_whose_end_fails_is_taken_back(workspace):
    def refuse(things):
        raise ValueError("There is no room")

    with together(), suppress(ValueError), together(savepoint=True):
        write([a_post(workspace)])
        at_the_end("count", [1], refuse)

    assert titles() == []


def test_what_failed_is_not_finished(workspace):
    finished: list[list[str]] = []
    with together():
        at_the_end("counted", ["one"], finished.append)
        with suppress(ValueError), together():
            at_the_end("counted", ["two"], finished.append)
            raise ValueError
        with suppress(ValueError), together(savepoint=True):
            at_the_end("counted", ["three"], finished.append)
            raise ValueError

    assert finished == [["one"]]


def test_a_savepoint_finishes_what_is_its_own(workspace):
    finished: list[list[str]] = []
    with together():
        at_the_end("counted", ["one"], finished.append)
        with together(savepoint=True):
            at_the_end("counted", ["two"], finished.append)
        assert finished == [["two"]]

    assert finished == [["two"], ["one"]]


def test_a_block_whose_end_fails_writes_nothing(workspace):
    def refuse(_: list[str]) -> None:
        raise ValueError

    def write_and_be_refused() -> None:
        with transaction.atomic(), together():
            write([a_post(workspace)])
            at_the_end("counted", ["one"], refuse)

    with pytest.raises(ValueError):
        write_and_be_refused()
    assert titles() == []
