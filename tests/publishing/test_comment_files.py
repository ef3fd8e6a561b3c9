"""Comments with files, and with other words or files on some accounts: each goes out once, as its platform takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from apps.core import clock as system_clock
from apps.core import ids
from apps.dashboard.asset_page import posts_with
from apps.dashboard.library_page import used_in
from apps.media.models import Asset, Rendition
from apps.media.rendering import rounds
from apps.media.services import cleaning
from apps.media.states import RenditionState
from apps.platforms.adapters.memory import MemoryPlatform
from apps.posts.content import MediaContent
from apps.posts.errors import NotInWorkspace
from apps.publishing import services
from apps.publishing.errors import CommentRefused
from apps.publishing.models import FollowUp, FollowUpMedia, Publication
from apps.publishing.remarks import Remark, Remarks
from apps.publishing.states import State
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture(agency: Agency, settings: Any, tmp_path: Path) -> Asset:
    settings.MEDIA_ROOT, settings.MEDIA_WORK_DIR = str(tmp_path / "media"), tmp_path / "making"
    return factories.asset(agency.workspace, alt="A loaf")


@pytest.fixture
def picky(agency: Agency, monkeypatch: pytest.MonkeyPatch, picture: Asset) -> None:
    """A platform that takes a JPEG with a comment, and no other file."""
    can = adapter(agency.platform).capabilities
    jpeg = replace(can, max_comment_media=1, comment_media_types=frozenset({"image/jpeg"}), max_aspect=2.0)
    monkeypatch.setattr(adapter(agency.platform), "capabilities", jpeg)


def out(agency: Agency, *handles: str) -> list[Publication]:
    rows = agency.schedule(agency.post("Main", on=[agency.account(handle) for handle in handles]))
    run_worker()
    return [agency.read(row) for row in rows]


def write(
    agency: Agency,
    publications: Iterable[Publication],
    *,
    text: str = "See also",
    files: Iterable[Asset] = (),
    own: Mapping[UUID, Remark] | None = None,
    **said: Any,
) -> list[FollowUp]:
    rows = list(publications)
    remarks = Remarks(Remark(text, shown(*files)), own or {})
    with agency.scope():
        post = rows[0].post
    made: list[FollowUp] = agency.do(
        services.comment, post=post, publications=rows, remarks=remarks, **{"batch": ids.new_id(), **said}
    )
    return made


def shown(*files: Asset) -> tuple[MediaContent, ...]:
    return tuple(MediaContent(one.pk) for one in files)


def said_on(memory: MemoryPlatform, handle: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(post.text, post.alts) for post in memory.posts if post.handle == handle and post.parent_id]


def refused(agency: Agency, rows: list[Publication], **said: Any) -> list[tuple[str, str]]:
    with pytest.raises(CommentRefused) as error:
        write(agency, rows, **said)
    return [(problem.field, problem.code) for problem in error.value.problems]


def test_each_account_hears_its_own_words_and_shows_its_own_files(
    agency: Agency, memory: MemoryPlatform, picture: Asset
) -> None:
    rows = out(agency, "harbour", "quay", "mole")
    at = {row.account_id: handle for row, handle in zip(rows, ("harbour", "quay", "mole"), strict=True)}
    quay, mole = (next(pk for pk, handle in at.items() if handle == one) for one in ("quay", "mole"))
    own = {quay: Remark("On the quay", shown(picture)), mole: Remark("See also")}

    write(agency, rows, files=[picture], own=own)
    run_worker()

    assert said_on(memory, "harbour") == [("See also", ("A loaf",))]
    assert said_on(memory, "quay") == [("On the quay", ("A loaf",))]
    assert said_on(memory, "mole") == [("See also", ())]


def test_a_picture_alone_is_a_comment(agency: Agency, memory: MemoryPlatform, picture: Asset) -> None:
    write(agency, out(agency, "harbour"), text="", files=[picture])
    run_worker()

    assert said_on(memory, "harbour") == [("", ("A loaf",))]


def test_a_lost_answer_of_a_comment_with_a_picture_is_looked_for(
    agency: Agency, memory: MemoryPlatform, picture: Asset, clock: Clock
) -> None:
    (row,) = write(agency, out(agency, "harbour"), files=[picture])
    memory.fault("lost_after", call="commit")

    run_worker()
    assert agency.read(row).state == State.UNCERTAIN
    clock.advance(minutes=5)
    run_worker()

    assert agency.read(row).state == State.PUBLISHED
    assert said_on(memory, "harbour") == [("See also", ("A loaf",))]


def test_a_comment_waits_for_what_is_made_of_its_file_and_goes_out_once(
    agency: Agency, memory: MemoryPlatform, picture: Asset, picky: None, clock: Clock
) -> None:
    (row,) = write(agency, out(agency, "harbour"), files=[picture])
    with agency.scope():
        (made,) = Rendition.objects.all()
    assert made.recipe["mime_type"] == "image/jpeg"

    run_worker()
    assert (agency.read(row).state, said_on(memory, "harbour")) == (State.SCHEDULED, [])
    rounds.make(seconds=60)
    clock.advance(seconds=11)
    run_worker()

    assert agency.read(row).state == State.PUBLISHED
    assert said_on(memory, "harbour") == [("See also", ("A loaf",))]


def test_what_is_made_for_a_comment_is_called_off_with_it_and_with_no_post(
    agency: Agency, picture: Asset, picky: None
) -> None:
    later = system_clock.now() + timedelta(hours=1)
    (row,) = write(agency, out(agency, "harbour"), files=[picture], due_at=later)
    other = agency.scheduled("Other", minutes=60, assets=[picture])

    with agency.scope():
        planned = other.post
    agency.do(services.cancel, post=planned)
    with agency.scope():
        assert Rendition.objects.get().state == RenditionState.QUEUED
    agency.do(services.withdraw_comment, follow_up=row)
    with agency.scope():
        assert Rendition.objects.get().state == RenditionState.CANCELED


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"max_comment_media": 0}, ("media.0", "no_media")),
        ({"max_comment_media": 1}, ("media", "too_many_media")),
        ({"comment_text_required": True}, ("text", "text_required")),
    ],
)
def test_what_a_network_does_not_take_is_said_before(
    agency: Agency, picture: Asset, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    rows = out(agency, "harbour")
    kind = adapter(agency.platform)
    monkeypatch.setattr(kind, "capabilities", replace(kind.capabilities, **changes))

    assert problem in refused(agency, rows, text="", files=[picture, picture])
    assert write(agency, rows, text="Words alone")


def test_the_client_s_own_rules_hold_for_files_of_comments(agency: Agency, picture: Asset) -> None:
    rows = out(agency, "harbour")
    yesterday = (system_clock.now() - timedelta(days=2)).date()
    with agency.scope():
        Asset.objects.filter(pk=picture.pk).update(rights_until=yesterday, alt="")
        type(agency.workspace).objects.filter(pk=agency.workspace.pk).update(alt_text_required=True)

    assert set(refused(agency, rows, files=[picture])) == {("media.0", "rights_ended"), ("media.0.alt", "alt_required")}


def test_a_right_that_ends_before_its_hour_keeps_it_from_going_out(
    agency: Agency, memory: MemoryPlatform, picture: Asset, clock: Clock
) -> None:
    later = system_clock.now() + timedelta(days=3)
    (row,) = write(agency, out(agency, "harbour"), files=[picture], due_at=later)
    with agency.scope():
        Asset.objects.filter(pk=picture.pk).update(rights_until=(later - timedelta(days=2)).date())

    clock.advance(days=3)
    run_worker()

    found = agency.read(row)
    assert (found.state, found.problem_field) == (State.FAILED, "media.0")
    assert said_on(memory, "harbour") == []


def test_a_stranger_s_file_is_not_there(agency: Agency, picture: Asset) -> None:
    theirs = factories.asset(factories.workspace())

    with pytest.raises(NotInWorkspace):
        write(agency, out(agency, "harbour"), files=[theirs])


def test_other_files_for_a_comment_that_waits(
    agency: Agency, memory: MemoryPlatform, picture: Asset, clock: Clock
) -> None:
    later = system_clock.now() + timedelta(hours=1)
    (row,) = write(agency, out(agency, "harbour"), due_at=later)
    second = factories.asset(agency.workspace, alt="A mill")

    agency.do(services.change_comment, follow_up=row, media=shown(picture))
    agency.do(services.change_comment, follow_up=row, text="With a mill", media=shown(second))
    agency.do(services.change_comment, follow_up=row, due_at=later + timedelta(minutes=1))
    clock.advance(minutes=61)
    run_worker()

    assert said_on(memory, "harbour") == [("With a mill", ("A mill",))]


def test_a_file_that_a_comment_shows_outlives_the_trash(
    agency: Agency, picture: Asset, clock: Clock, settings: Any
) -> None:
    write(agency, out(agency, "harbour"), files=[picture])
    with agency.scope():
        Asset.objects.filter(pk=picture.pk).update(trashed_at=system_clock.now())

    cleaning.empty_trash(now=system_clock.now() + settings.MEDIA_TRASH_KEPT * 2)

    with agency.scope():
        assert FollowUpMedia.objects.get().asset == picture


def test_a_newer_version_is_shown_by_comments_that_wait_and_by_no_other(
    agency: Agency, memory: MemoryPlatform, picture: Asset, clock: Clock
) -> None:
    later = system_clock.now() + timedelta(hours=1)
    rows = out(agency, "harbour")
    (said,) = write(agency, rows, text="At once", files=[picture])
    run_worker()
    (waits,) = write(agency, rows, text="Later", files=[picture], due_at=later)
    newer = factories.asset(agency.workspace, alt="A darker loaf")

    done = agency.do(services.show_newer_version, old_id=picture.pk, new_id=newer.pk)
    clock.advance(hours=1)
    run_worker()

    assert ([row.pk for row in done.comments], done.kept) == ([waits.pk], [])
    assert said_on(memory, "harbour") == [("At once", ("A loaf",)), ("Later", ("A darker loaf",))]
    assert agency.read(said).state == State.PUBLISHED
    with agency.scope():
        assert used_in([picture.pk, newer.pk]) == {picture.pk: 1, newer.pk: 1}


def test_a_file_in_a_post_and_in_its_comment_is_used_in_one_post(agency: Agency, picture: Asset) -> None:
    (row,) = agency.schedule(agency.post("Main", on=[agency.account("harbour")], assets=[picture]))
    run_worker()
    write(agency, [agency.read(row)], files=[picture])

    with agency.scope():
        assert used_in([picture.pk]) == {picture.pk: 1}
        assert [post.pk for post in posts_with(picture)] == [row.post_id]
