"""What goes by itself, and what stays although it looks as if it should go."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from apps.audit.models import Entry
from apps.core import clock as system_clock
from apps.core import tenancy
from apps.media import services, storage
from apps.media.models import Asset, Rendition, ShelfItem, Upload
from apps.media.services import Destination, cleaning, receiving
from apps.media.states import RenditionState, UploadState
from apps.tenants.models import Workspace
from tests.media.conftest import now
from tests.media.test_pieces import files_below, send
from tests.support import factories
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def from_the_front(clock: Clock) -> None:
    """The walk through the storage begins at its beginning."""
    cache.clear()


def trash(asset: Asset, *, days: float) -> None:
    with tenancy.across_tenants("a test throws away"):
        Asset.across_tenants.filter(pk=asset.pk).update(trashed_at=system_clock.now() - timedelta(days=days))


def there_are(model: Any) -> int:
    with tenancy.across_tenants("a test counts"):
        return model.across_tenants.count()


class TestUploads:
    def test_an_abandoned_upload_ends_after_a_day_and_frees_its_room(
        self, to: Destination, clock: Clock, media_root: Path
    ) -> None:
        upload = send(services.begin(to=to, name="film.mp4", size=1000), b"x" * 100, at=0)

        clock.advance(hours=23)
        services.clean_up(now=clock.now)
        assert now(upload).state == UploadState.RECEIVING
        clock.advance(hours=2)
        services.clean_up(now=clock.now)

        assert now(upload).state == UploadState.EXPIRED
        assert files_below(media_root) == []
        with to.scope():
            assert services.used(to.workspace_id) == 0

    def test_what_a_worker_has_in_hand_does_not_expire(self, to: Destination, clock: Clock) -> None:
        upload = services.begin_fetch(to=to, url="https://example.org/film.mp4")
        clock.advance(hours=24)
        assert receiving._claim() is not None

        assert cleaning.expire_uploads(now=clock.now) == 0
        assert now(upload).state == UploadState.RECEIVING

    def test_what_waits_for_a_worker_waits_for_a_week(self, to: Destination, clock: Clock, cup: bytes) -> None:
        upload = services.complete(send(services.begin(to=to, name="cup.jpg", size=len(cup)), cup, at=0))

        clock.advance(days=6)
        assert cleaning.expire_uploads(now=clock.now) == 0
        clock.advance(days=2)
        assert cleaning.expire_uploads(now=clock.now) == 1
        assert now(upload).state == UploadState.EXPIRED

    def test_bytes_that_could_not_be_removed_at_once_go_later(
        self, to: Destination, clock: Clock, media_root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upload = send(services.begin(to=to, name="film.mp4", size=1000), b"x" * 100, at=0)
        with monkeypatch.context() as broken:
            broken.setattr(Path, "unlink", refuse)
            services.abort(upload)
        assert files_below(media_root)

        services.clean_up(now=clock.now)

        assert files_below(media_root) == []
        assert now(upload).storage_name == ""

    def test_ended_uploads_are_forgotten_after_a_month(self, to: Destination, clock: Clock) -> None:
        services.abort(services.begin(to=to, name="film.mp4", size=1000))
        clock.advance(days=29)
        services.clean_up(now=clock.now)
        assert there_are(Upload) == 1

        clock.advance(days=2)
        services.clean_up(now=clock.now)
        assert there_are(Upload) == 0


class TestTrash:
    def test_is_emptied_after_a_month(
        self, workspace: Workspace, clock: Clock, media_root: Path,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:  # fmt: skip
        old, fresh, kept = (factories.asset(workspace) for _ in range(3))
        trash(old, days=31)
        trash(fresh, days=29)

        with django_capture_on_commit_callbacks(execute=True):
            assert cleaning.empty_trash(now=clock.now) == 1

        left = {Path(path).name for path in files_below(media_root)}
        assert left == {Path(str(asset.file.name)).name for asset in (fresh, kept)}
        with tenancy.across_tenants("a test reads the diary"):
            assert Entry.across_tenants.filter(verb="media.deleted", subject_id=old.pk).count() == 1

    def test_keeps_what_a_post_uses(self, workspace: Workspace, clock: Clock) -> None:
        asset = factories.asset(workspace)
        factories.post(workspace, assets=[asset])
        trash(asset, days=90)

        assert cleaning.empty_trash(now=clock.now) == 0
        assert default_storage.exists(str(asset.file.name))

    def test_keeps_a_file_that_another_row_names(
        self, workspace: Workspace, clock: Clock, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        asset = factories.asset(workspace)
        own = {"organization_id": workspace.organization_id, "file": asset.file.name}
        with tenancy.scope(organization_id=workspace.organization_id):
            item = ShelfItem.objects.create(**own, mime_type="image/png", size=1, sha256="a")
        trash(asset, days=31)

        with django_capture_on_commit_callbacks(execute=True):
            assert cleaning.empty_trash(now=clock.now) == 1
        assert default_storage.exists(str(item.file.name))

        with tenancy.scope(organization_id=workspace.organization_id):
            item.delete()
        assert services.release(str(item.file.name))
        assert not default_storage.exists(str(item.file.name))

    def test_what_was_taken_out_meanwhile_stays(self, workspace: Workspace, clock: Clock) -> None:
        asset = factories.asset(workspace)
        trash(asset, days=31)
        with tenancy.across_tenants("a person thinks again"):
            Asset.across_tenants.update(trashed_at=None)

        place = (asset.pk, asset.organization_id, asset.workspace_id)
        assert not cleaning._delete_trashed(*place, now=clock.now)
        assert there_are(Asset) == 1


class TestRenditions:
    @pytest.mark.parametrize(
        ("days", "state", "goes"),
        [
            (31, RenditionState.READY, True),
            (31, RenditionState.FAILED, True),
            (29, RenditionState.READY, False),
            (31, RenditionState.MAKING, False),
        ],
    )
    def test_what_nobody_needed_for_a_month_goes(
        self, to: Destination, workspace: Workspace, clock: Clock, days: int, state: RenditionState, goes: bool
    ) -> None:
        asset = factories.asset(workspace)
        name = default_storage.save("assets/made.mp4", ContentFile(b"made"))
        with to.scope():
            Rendition.objects.create(
                organization_id=to.organization_id, workspace_id=to.workspace_id, asset=asset, key="a", recipe={},
                needed_at=clock.now - timedelta(days=days), state=state, file=name, sha256="a",
                lease_until=clock.now if state == RenditionState.MAKING else None,
            )  # fmt: skip

        assert cleaning.forget_renditions(now=clock.now) == goes
        assert default_storage.exists(name) != goes


class TestOrphans:
    def test_files_that_no_row_names_go_after_a_day(
        self, to: Destination, workspace: Workspace, media_root: Path, clock: Clock
    ) -> None:
        named = factories.asset(workspace)
        upload = send(services.begin(to=to, name="film.mp4", size=1000), b"x" * 100, at=0)
        lost = [default_storage.save(f"{where}/lost", ContentFile(b"lost")) for where in ("assets/a", "incoming/b")]
        fresh = default_storage.save("assets/a/fresh", ContentFile(b"fresh"))
        kept = [path for path in files_below(media_root) if not path.endswith("/lost")]
        for path in (*map(media_root.joinpath, lost), Path(named.file.path), *map(Path, kept)):
            if not str(path).endswith(fresh):
                age(path, days=2)

        assert cleaning.remove_orphans(now=clock.now) == 2

        assert files_below(media_root) == kept
        assert not (media_root / "incoming/b").exists(), "nor does an empty folder stay"
        assert now(upload).received == 100

    def test_a_run_looks_at_so_many_and_the_next_goes_on(
        self, media_root: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cleaning, "LOOKED_AT", 3)
        for number in range(8):
            name = default_storage.save(f"assets/{number % 3}/{number}", ContentFile(b"lost"))
            age(media_root / name, days=2)

        assert [cleaning.remove_orphans(now=clock.now) for _ in range(4)] == [3, 3, 2, 0]

    def test_the_walk_sees_every_file_once_in_order(self, media_root: Path) -> None:
        names = ["assets/a/x", "assets/a-b/y", "assets/a0", "assets/b/c/d", "assets/b/c.d", "assets/z"]
        for name in names:
            default_storage.save(name, ContentFile(b"x"))

        seen = [name for name, _ in storage.listing("assets")]

        assert seen == sorted(names)
        for place, name in enumerate(seen):
            assert [one for one, _ in storage.listing("assets", after=name)] == seen[place + 1 :]


def test_folders_of_killed_workers_go_after_a_day(tmp_path: Path, settings: Settings) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    old, fresh, foreign = (tmp_path / f"{name}1" for name in (storage.WORKSHOP, f"{storage.WORKSHOP}x", "other-"))
    for folder in (old, fresh, foreign):
        folder.mkdir()
        (folder / "film").write_bytes(b"x")
    for folder in (old, foreign):
        age(folder, days=2)

    assert cleaning.remove_temporary(older_than=timedelta(days=1)) == 1

    assert [folder.exists() for folder in (old, fresh, foreign)] == [False, True, True]


def test_one_kind_of_work_that_fails_does_not_keep_the_others(
    to: Destination, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    upload = services.begin(to=to, name="film.mp4", size=1000)
    clock.advance(hours=25)
    monkeypatch.setattr(cleaning, "empty_trash", refuse)

    done = services.clean_up(now=clock.now)

    assert (done["uploads"], done["trash"]) == (1, 0)
    assert now(upload).state == UploadState.EXPIRED
    assert "clean-up of trash failed" in caplog.text


def refuse(*_: object, **__: object) -> None:
    raise OSError("the disk is read-only")


def age(path: Path, *, days: float) -> None:
    then = time.time() - days * 86400
    os.utime(path, (then, then))
