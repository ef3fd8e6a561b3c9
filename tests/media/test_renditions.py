"""Asking for renditions, and the lane that makes them."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from celery import current_app
from django.core.files.storage import default_storage
from django.db import connection, connections
from PIL import Image

from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.running.programs import Plan
from apps.events.models import Event
from apps.media import services, tasks, waking
from apps.media.errors import LostRendition
from apps.media.fitting import fit
from apps.media.models import Asset, Rendition
from apps.media.recipes import Cut, Framing, PictureRecipe, Recipe, VideoRecipe
from apps.media.rendering import claims, outcomes, rounds, workplace
from apps.media.rendering.claims import Claim, claim_next
from apps.media.rendering.work import work
from apps.media.services import renditions
from apps.media.states import RenditionState
from apps.tenants.models import Workspace
from tests.media import library, shapes
from tests.media.films import film
from tests.support.clock import Clock
from tests.support.waiting import wait_until

FOREVER = 600.0
NO_FFMPEG = "This server has no FFmpeg, so videos cannot be converted. Ask whoever runs it."


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.MEDIA_WORK_DIR = str(tmp_path / "media"), tmp_path / "making"


def inside(workspace: Workspace) -> AbstractContextManager[tenancy.Tenant]:
    return tenancy.scope(organization_id=workspace.organization_id, workspace_ids=[workspace.pk])


def ask(asset: Asset, recipe: Recipe = library.SMALL, purpose: str = "Instagram reel") -> Rendition:
    with inside(asset.workspace):
        return renditions.request(asset=asset, recipe=recipe, purpose=purpose)


def events_of(rendition: Rendition) -> list[Event]:
    with tenancy.across_tenants(library.WHY):
        return list(Event.across_tenants.filter(subject_id=rendition.pk).order_by("sequence"))


def taken() -> Claim:
    claim = claim_next(now=system_clock.now())
    assert claim is not None
    return claim


@pytest.mark.django_db
class TestAsking:
    def test_twice_for_the_same_is_asking_once(self, workspace: Workspace, clock: Clock) -> None:
        asset = library.a_picture(workspace)
        first = ask(asset)
        clock.advance(minutes=5)
        second = ask(asset, purpose="Threads")

        assert (second.pk, second.state, second.purpose) == (first.pk, RenditionState.QUEUED, "Instagram reel")
        assert second.needed_at == clock.now
        assert ask(asset, library.BLUE).pk != first.pk

    @pytest.mark.parametrize("state", [RenditionState.FAILED, RenditionState.CANCELED])
    def test_again_for_one_that_is_over_tries_it_anew(self, workspace: Workspace, state: RenditionState) -> None:
        rendition = ask(library.a_picture(workspace))
        with inside(workspace):
            Rendition.objects.update(state=state, tries=2, words="No.")

        again = ask(rendition.asset)

        assert (again.pk, again.state, again.tries, again.words) == (rendition.pk, RenditionState.QUEUED, 0, "")

    def test_again_for_one_that_is_ready_changes_nothing(self, workspace: Workspace) -> None:
        rendition = ask(library.a_picture(workspace))
        rounds.make(seconds=FOREVER)
        ready = library.read(rendition)

        again = ask(rendition.asset)

        assert (again.state, again.file.name, again.fence) == (RenditionState.READY, ready.file.name, ready.fence)

    def test_needs_a_tenant_in_context(self, workspace: Workspace) -> None:
        asset = library.a_picture(workspace)
        with pytest.raises(tenancy.NoTenant):
            renditions.request(asset=asset, recipe=library.SMALL)

    def test_no_longer_is_calling_off(self, workspace: Workspace, clock: Clock) -> None:
        old, new = ask(library.a_picture(workspace)), ask(library.a_photo(workspace))
        clock.advance(hours=30)
        with inside(workspace):
            assert renditions.needed([new.pk]) == 1

        tasks.cancel_unneeded()

        assert library.read(old).state == RenditionState.CANCELED
        assert library.read(new).state == RenditionState.QUEUED
        with inside(workspace):
            assert renditions.cancel(rendition_ids=[old.pk, new.pk]) == 1
        assert rounds.make(seconds=FOREVER) == (0, False)


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_get_the_same_rendition(workspace: Workspace) -> None:
    asset, found, begin = library.a_picture(workspace), [], threading.Barrier(4)

    def one() -> None:
        begin.wait(10)
        found.append(ask(asset).pk)

    side_by_side(one, count=4)
    assert len(found) == 4
    assert len(set(found)) == 1


@pytest.mark.django_db
class TestMaking:
    def test_gives_a_file_in_the_folder_of_its_client(self, workspace: Workspace) -> None:
        rendition = ask(library.a_picture(workspace))

        assert rounds.make(seconds=FOREVER) == (1, False)

        made = library.read(rendition)
        assert (made.state, made.percent, made.mime_type) == (RenditionState.READY, 100, "image/jpeg")
        assert str(made.file.name).startswith(f"assets/{workspace.organization_id}/{workspace.pk}/")
        content = made.file.read()
        made.file.close()
        assert Image.open(io.BytesIO(content)).size == (made.width, made.height) == (32, 24)
        assert made.size == len(content)
        assert len(made.sha256) == 64
        assert made.lease_until is None

    def test_of_a_film_tells_all_that_a_platform_asks_for(self, workspace: Workspace, tmp_path: Path) -> None:
        asset = library.a_film(workspace, film(tmp_path / "film.mkv", seconds=0.5))
        recipe = VideoRecipe(Framing((0, 0, 320, 180), 160, 90, (160, 90)), 30.0, 400_000)
        rendition = ask(asset, recipe)

        rounds.make(seconds=FOREVER)

        made = library.read(rendition)
        assert (made.state, made.words) == (RenditionState.READY, "")
        assert (made.video_codec, made.audio_codec, made.frame_rate) == ("h264", "aac", 30.0)
        assert made.seconds == pytest.approx(0.5, abs=0.1)
        assert made.bit_rate > 0

    def test_of_a_film_needs_ffmpeg_and_says_so(self, workspace: Workspace, settings: Any, tmp_path: Path) -> None:
        video = ask(library.a_film(workspace, film(tmp_path / "film.mkv", seconds=0.2)), VideoRecipe())
        picture = ask(library.a_picture(workspace))
        settings.FFMPEG = "/nowhere/ffmpeg"

        rounds.make(seconds=FOREVER)

        failed = library.read(video)
        assert (failed.state, failed.tries, failed.words) == (RenditionState.FAILED, 1, NO_FFMPEG)
        assert [(event.name, event.payload["words"]) for event in events_of(video)] == [("media.failed", NO_FFMPEG)]
        assert library.read(picture).state == RenditionState.READY

    def test_of_a_film_with_other_pixels_is_what_was_planned(self, workspace: Workspace, tmp_path: Path) -> None:
        asset = library.a_film(workspace, film(tmp_path / "film.mp4", size="240x180", extra=("-vf", "setsar=4/3")))
        x = shapes.settled("x", "video")
        with inside(workspace):
            fitted = fit(services.media_file(asset), Cut(), x)
        assert fitted.recipe is not None
        rendition = ask(asset, fitted.recipe)

        rounds.make(seconds=FOREVER)

        made = library.read(rendition)
        assert (made.state, made.width, made.height) == (RenditionState.READY, 320, 180)
        with inside(workspace):
            assert fit(services.media_file(made), Cut(), x).recipe is None

    def test_takes_a_file_from_afar_as_well(self, workspace: Workspace, settings: Any, tmp_path: Path) -> None:
        rendition = ask(library.a_picture(workspace))
        backend = {"BACKEND": "tests.media.library.FarStorage", "OPTIONS": {"location": settings.MEDIA_ROOT}}
        settings.STORAGES = {**settings.STORAGES, "default": backend}

        rounds.make(seconds=FOREVER)

        assert library.read(rendition).state == RenditionState.READY

    def test_that_fails_says_why_at_once(self, workspace: Workspace) -> None:
        asset = library.stored(workspace, b"no picture", "broken.jpg", mime_type="image/jpeg", width=64, height=48)
        rendition = ask(asset)

        rounds.make(seconds=FOREVER)

        failed = library.read(rendition)
        assert (failed.state, failed.tries) == (RenditionState.FAILED, 1)
        (event,) = events_of(rendition)
        assert event.name == "media.failed"
        assert event.payload == {"asset_id": str(asset.pk), "purpose": "Instagram reel", "words": failed.words}
        assert failed.words.endswith(".")

    def test_that_fails_is_told_in_the_same_transaction(
        self, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("the outbox is full")

        rendition = ask(library.a_picture(workspace))
        claim = taken()
        monkeypatch.setattr("apps.events.services.emit", fail)

        with pytest.raises(RuntimeError):
            outcomes.fail(claim, "No.")
        assert library.read(rendition).state == RenditionState.MAKING

    def test_that_breaks_on_our_side_is_tried_twice(self, workspace: Workspace, clock: Clock) -> None:
        rendition = ask(library.a_picture(workspace))
        default_storage.delete(str(rendition.asset.file.name))

        for number in (1, 2):
            rounds.make(seconds=FOREVER)
            assert (library.read(rendition).state, library.read(rendition).tries) == (RenditionState.MAKING, number)
            assert rounds.make(seconds=FOREVER) == (0, False), "it waits a moment"
            clock.advance(seconds=31)
        rounds.make(seconds=FOREVER)

        assert library.read(rendition).state == RenditionState.FAILED
        assert [event.name for event in events_of(rendition)] == ["media.failed"]

    def test_begins_nothing_more_when_its_round_is_over(self, workspace: Workspace) -> None:
        ask(library.a_picture(workspace))
        assert rounds.make(seconds=0) == (0, True)


@pytest.mark.django_db
class TestClaims:
    def test_take_workspaces_in_turn(self, workspace: Workspace, other_workspace: Workspace, clock: Clock) -> None:
        asset = library.a_picture(workspace)
        for side in (8, 12, 16):
            clock.advance(seconds=1)
            ask(asset, PictureRecipe("image/jpeg", Framing((0, 0, 64, 48), side, side, (side, side))))
        clock.advance(seconds=1)
        ask(library.a_picture(other_workspace))

        order = []
        for _ in range(4):
            clock.advance(seconds=1)
            order.append(taken().workspace_id)

        assert order == [workspace.pk, other_workspace.pk, workspace.pk, workspace.pk]
        assert claim_next(now=clock.now) is None

    def test_left_behind_go_to_another_with_a_new_fence(self, workspace: Workspace, clock: Clock) -> None:
        rendition = ask(library.a_picture(workspace))
        first = taken()
        clock.advance(seconds=119)
        assert claim_next(now=clock.now) is None
        clock.advance(seconds=2)

        second = taken()

        assert (first.fence, second.fence) == (1, 2)
        made = SimpleNamespace(
            mime_type="image/jpeg", size=1, width=1, height=1, frames=1, seconds=0.0, frame_rate=0.0, video_codec="",
            audio_codec="", bit_rate=0,
        )  # fmt: skip
        with pytest.raises(LostRendition):
            outcomes.finish(first, made, name="x", sha256="y")  # type: ignore[arg-type]
        assert outcomes.fail(first, "No.") is False
        work(first)  # whoever wakes up late finds nothing to do
        assert library.read(rendition).state == RenditionState.MAKING
        work(second)
        assert library.read(rendition).state == RenditionState.READY

    def test_whose_workers_died_twice_are_given_up(self, workspace: Workspace, clock: Clock) -> None:
        rendition = ask(library.a_picture(workspace))
        for _ in range(claims.MOST_TRIES):
            taken()
            clock.advance(seconds=121)

        assert claim_next(now=clock.now) is None
        assert claims.give_up_deadly(now=clock.now) == 1

        failed = library.read(rendition)
        assert (failed.state, failed.words) == (RenditionState.FAILED, claims.DEADLY)
        assert [event.name for event in events_of(rendition)] == ["media.failed"]


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_never_take_the_same(workspace: Workspace, other_workspace: Workspace) -> None:
    for place in (workspace, other_workspace):
        asset = library.a_picture(place)
        for side in range(1, 11):
            ask(asset, PictureRecipe("image/jpeg", Framing((0, 0, 64, 48), side, side, (side, side))))
    workers = 4 if connection.vendor == "postgresql" else 2
    found: list[Claim] = []
    begin = threading.Barrier(workers)

    def take() -> None:
        begin.wait(10)
        for _ in range(60):
            if claim := claim_next(now=system_clock.now()):
                found.append(claim)
            elif len(found) >= 20:
                return

    side_by_side(take, count=workers)
    assert len(found) == len({claim.rendition_id for claim in found}) == 20


@pytest.mark.django_db(transaction=True)
def test_a_conversion_that_is_called_off_ends_within_seconds(workspace: Workspace, tmp_path: Path) -> None:
    rendition = ask(library.a_film(workspace, film(tmp_path / "film.mp4", seconds=20, rate=10)), library.slow())
    claim = taken()
    busy = threading.Thread(target=with_connection(lambda: work(claim)))
    busy.start()
    wait_until(lambda: library.read(rendition).percent > 0)
    running = conversions(tmp_path)
    assert running, "FFmpeg is at work"

    with inside(workspace):
        assert renditions.cancel(rendition_ids=[rendition.pk]) == 1
    busy.join(20)

    assert not busy.is_alive()
    assert conversions(tmp_path) == []
    called_off = library.read(rendition)
    assert (called_off.state, bool(called_off.file)) == (RenditionState.CANCELED, False)
    assert list((tmp_path / "making").iterdir()) == []


class TestTheLane:
    def test_is_apart_from_all_other_work(self) -> None:
        route = current_app.amqp.router.route  # type: ignore[attr-defined]
        lanes = {name: route({}, name)["queue"].name for name in (waking.TASK, waking.MAKE, "publishing.publish_due")}
        assert lanes == {waking.TASK: "media", waking.MAKE: "media", "publishing.publish_due": "stage"}

    @pytest.mark.django_db(transaction=True)
    def test_is_woken_by_a_request_and_by_nothing_else(self, workspace: Workspace, valkey: redis.Redis) -> None:
        asset = library.a_picture(workspace)
        ask(asset)
        assert (valkey.llen("media"), valkey.llen("low")) == (1, 0)
        rounds.make(seconds=FOREVER)
        ask(asset)
        assert valkey.llen("media") == 1

    def test_has_a_process_of_its_own(self, tmp_path: Path) -> None:
        plan = Plan(tmp_path, "127.0.0.1", 8000, 1, 8, 16, media_workers=3)
        media = plan.command("media")
        assert media[media.index("--queues") + 1] == "media"
        assert media[media.index("--pool") + 1] == "prefork"
        assert media[media.index("--concurrency") + 1] == "4"
        others = [plan.command(role) for role in ("worker", "chores")]
        assert {command[command.index("--queues") + 1] for command in others} == {"commit,stage", "low"}


class TestTheWorkplace:
    def test_has_no_more_places_than_the_setting_says(self) -> None:
        with workplace.place(1) as first, workplace.place(1) as second:
            assert (first, second) == (True, False)
            assert rounds.make(seconds=FOREVER) == (0, False)
        with workplace.place(2) as first, workplace.place(2) as second:
            assert (first, second) == (True, True)

    def test_is_gone_after_the_work(self, tmp_path: Path) -> None:
        with workplace.folder() as folder:
            (folder / "made").write_bytes(b"half")
            assert workplace.clear_leftovers(grace=0) == 0, "somebody works there"
        assert not folder.exists()

    def test_of_a_killed_worker_is_cleared_by_the_next(self, settings: Any) -> None:
        left = settings.MEDIA_WORK_DIR / "left"
        left.mkdir(parents=True)
        (left / workplace.LOCK).touch()
        (left / "made").write_bytes(b"half")
        assert workplace.clear_leftovers() == 0, "it may be about to take its lock"
        assert workplace.clear_leftovers(grace=0) == 1
        assert not left.exists()


def conversions(folder: Path) -> list[int]:
    """Processes of FFmpeg that work on files below `folder`."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if entry.name.isdigit() and str(folder) in line and "ffmpeg" in line:
            found.append(int(entry.name))
    return found


def with_connection(work: Callable[[], object]) -> Callable[[], None]:
    """For a thread: its database connection ends with it."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    return run


def side_by_side(work: Callable[[], object], *, count: int) -> None:
    threads = [threading.Thread(target=with_connection(work)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
