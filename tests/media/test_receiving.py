"""Workers that take files in: one asset for each file, whoever dies, stalls or comes twice."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from apps.core import tenancy
from apps.events.models import Event
from apps.media import services, tasks, waking
from apps.media.errors import LostClaim
from apps.media.models import Upload
from apps.media.services import Destination, receiving
from apps.media.states import UploadState
from tests.media.conftest import assets, now, stored
from tests.media.test_pieces import files_below, send
from tests.support import factories
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db


def arrived(to: Destination, content: bytes, name: str = "cup.jpg") -> Upload:
    """An upload of which everything is there."""
    return services.complete(send(services.begin(to=to, name=name, size=len(content)), content, at=0))


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A mark for each time that a worker is woken."""
    marks: list[str] = []
    monkeypatch.setattr(waking, "wake", lambda: marks.append("woken"))
    return marks


def test_a_worker_takes_in_what_has_arrived(to: Destination, cup: bytes, media_root: Path) -> None:
    upload = arrived(to, cup)

    tasks.take_in()

    (asset,) = assets(to)
    assert (now(upload).state, now(upload).asset_id) == (UploadState.DONE, asset.pk)
    assert asset.uploaded_by_id == to.actor.id
    assert files_below(media_root) == stored(asset)


def test_the_same_bytes_twice_are_one_asset(to: Destination, cup: bytes) -> None:
    first, second = arrived(to, cup), arrived(to, cup)

    services.take_in_waiting()

    assert now(first).asset_id == now(second).asset_id
    assert len(assets(to)) == 1


def test_a_claim_that_was_lost_writes_nothing(to: Destination, cup: bytes, clock: Clock, media_root: Path) -> None:
    upload = arrived(to, cup)
    stalled = receiving._claim()
    assert stalled is not None
    clock.advance(minutes=16)
    services.take_in_waiting()
    (asset,) = assets(to)

    for late in (lambda: stalled.report(1), lambda: stalled.make_room(1)):
        with pytest.raises(LostClaim):
            late()
    receiving._refuse(stalled, "too late")
    receiving._put_back(stalled)

    assert (now(upload).state, now(upload).words) == (UploadState.DONE, "")
    assert files_below(media_root) == stored(asset)


def test_a_worker_that_stalls_while_it_looks_makes_no_second_asset(
    to: Destination, cup: bytes, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = arrived(to, cup)
    bring, stalls = receiving._bring_here, [True]

    def slowly(claim: Any, folder: Path) -> Any:
        brought = bring(claim, folder)
        if stalls.pop() if stalls else False:
            clock.advance(minutes=16)
            services.take_in_waiting()
        return brought

    monkeypatch.setattr(receiving, "_bring_here", slowly)
    services.take_in_waiting()

    assert now(upload).state == UploadState.DONE
    assert len(assets(to)) == 1


def test_a_fault_of_ours_is_tried_again_and_not_for_ever(
    to: Destination, cup: bytes, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = arrived(to, cup)
    tries: list[int] = []

    def fail(*_: object) -> Any:
        tries.append(1)
        raise OSError("no space left on device")

    monkeypatch.setattr(receiving, "_bring_here", fail)
    for _ in range(10):
        services.take_in_waiting()
        clock.advance(minutes=2)

    assert len(tries) == receiving.MOST_CLAIMS
    assert now(upload).state == UploadState.REFUSED
    assert "through a fault of ours" in now(upload).words


def test_a_refusal_is_an_event_with_its_words(to: Destination) -> None:
    upload = arrived(to, b"<html>", name="page.jpg")

    services.take_in_waiting()

    with to.scope():
        (event,) = Event.objects.filter(name="media.failed")
    assert event.subject_id == upload.pk
    assert event.payload["words"] == now(upload).words


@pytest.mark.parametrize(
    ("head", "waits"),
    [
        (b"\0\0\0\x18ftypmp42", True),
        (b"\0\0\0\x14ftypqt  ", True),
        (b"\x1a\x45\xdf\xa3", True),
        (b"\0\0\0\x18ftypheic", False),
    ],
    ids=["mp4", "quicktime", "matroska", "heic"],
)
def test_a_film_waits_for_a_worker_however_short_it_is(
    to: Destination, head: bytes, waits: bool, woken: list[str]
) -> None:
    state = services.take_in_now(arrived(to, head + bytes(100))).state

    assert (state, len(woken)) == ((UploadState.RECEIVED, 1) if waits else (UploadState.REFUSED, 0))


def test_a_large_file_waits_for_a_worker(
    to: Destination, cup: bytes, woken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "AT_ONCE", 100)

    assert services.take_in_now(arrived(to, cup)).state == UploadState.RECEIVED
    assert len(woken) == 1


def test_no_worker_snatches_a_small_file_from_the_page_that_waits_for_it(
    to: Destination, cup: bytes, woken: list[str]
) -> None:
    upload = services.from_form(SimpleUploadedFile("cup.jpg", cup), to=to)

    assert services.take_in_now(upload).state == UploadState.DONE
    assert woken == []


@pytest.mark.django_db(transaction=True)
def test_many_workers_take_each_file_in_once(to: Destination) -> None:
    for number in range(8):
        arrived(to, factories.picture(colour=f"#{number}00000", form="JPEG"), name=f"{number}.jpg")
    done: list[int] = []

    def run() -> None:
        try:
            done.append(services.take_in_waiting())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sum(done) == 8
    assert sorted(asset.original_name for asset in assets(to)) == [f"{number}.jpg" for number in range(8)]
    with tenancy.across_tenants("a test looks"):
        assert set(Upload.across_tenants.values_list("fence", flat=True)) == {1}
