"""Uploads in parts: carried on after each step, never whole in memory, sent anew when they are over."""

from __future__ import annotations

import io
import json
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms import uploads
from apps.platforms.adapters.x import uploading
from apps.platforms.contract import Staged
from apps.platforms.errors import NotSent, Rejected, StagedLost
from tests.platforms.drafts import draft, picture, video, video_bytes

MEBIBYTE = uploading.MEBIBYTE
APPEND = r"/append$"


class Storage:
    """A file that counts how often and how much of it is read."""

    def __init__(self, content):
        self.content, self.read = content, 0

    def open(self):
        storage = self

        class Stream(io.BytesIO):
            def read(self, size=-1):
                piece = super().read(size)
                storage.read += len(piece)
                return piece

        return Stream(self.content)


@pytest.fixture
def film(monkeypatch):
    """A video of six parts, of which one call sends two; where it is stored, and its draft."""
    monkeypatch.setattr(uploading.Uploads, "__init__", _with_little_room(uploading.Uploads.__init__))
    storage = Storage(video_bytes(size=5 * MEBIBYTE + 1000))
    return storage, draft("A film", video(content=storage.content, open=storage.open))


def _with_little_room(usual):
    def made(self, line, left=2 * MEBIBYTE + 10, has_achieved=False):
        usual(self, line, left, has_achieved)

    return made


def stored(staged):
    return replace(staged, data=json.loads(json.dumps(dict(staged.data))))


def finished(bench, connected, written, staged):
    for _ in range(30):
        if staged.ready:
            return staged
        bench.clock.advance(seconds=staged.again_in.total_seconds())
        staged = stored(bench.fresh().stage(written, connected, key="key-1", before=staged))
    raise AssertionError("Staging has no end")


def calls(bench, end):
    return [request for request in bench.requests if request.url.path.endswith(end)]


def test_each_call_sends_a_few_parts_and_every_byte_is_read_once(bench, connected, film):
    storage, written = film
    staged = bench.adapter.stage(written, connected, key="key-1", before=None)
    assert not staged.ready
    assert staged.data["media"][0]["parts"] == 2
    finished(bench, connected, written, staged)
    assert storage.read == len(storage.content)
    assert len(calls(bench, "/append")) == 6


@pytest.mark.parametrize("step", range(6))
def test_an_upload_killed_at_any_step_goes_on_from_what_the_row_remembers(bench, connected, film, step):
    storage, written = film
    staged = None
    for _ in range(step):
        staged = stored(bench.adapter.stage(written, connected, key="key-1", before=staged))
        bench.clock.advance(seconds=2)
    # Killed: this step was taken, and its outcome never reached the row.
    bench.adapter.stage(written, connected, key="key-1", before=staged)

    staged = stored(bench.fresh().stage(written, connected, key="key-1", before=staged))
    staged = finished(bench, connected, written, staged)
    bench.adapter.commit(written, staged, connected, key="key-1")

    assert bench.checksums() == [zlib.crc32(storage.content)]
    assert storage.read <= len(storage.content) + 2 * MEBIBYTE + uploads.PIECE


@pytest.mark.parametrize("path", ["/initialize$", APPEND, "/finalize$", r"/2/media/upload$"])
@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "error_before", "garbage"])
def test_a_lost_answer_at_any_call_is_made_good(bench, connected, film, path, fault):
    storage, written = film
    bench.sandbox.fault(fault, platform="x", path=path)
    staged = None
    for _ in range(30):
        try:
            staged = stored(bench.adapter.stage(written, connected, key="key-1", before=staged))
        except NotSent:
            pass
        except StagedLost:
            staged = None
        if staged is not None and staged.ready:
            break
        bench.clock.advance(seconds=30)
    bench.adapter.commit(written, staged, connected, key="key-1")
    assert bench.checksums() == [zlib.crc32(storage.content)]


def test_a_file_that_x_cannot_process_is_refused_with_its_words(bench, connected):
    bench.sandbox.fault("failed_processing", platform="x", path="/finalize$")
    with pytest.raises(Rejected) as caught:
        bench.stage(draft("A film", bench.video()), connected, key="key-1")
    assert caught.value.field == "media.0"


def test_a_file_that_x_works_on_for_ever_is_given_up(bench, connected):
    bench.sandbox.fault("slow_processing", platform="x", path="/finalize$", seconds=7200)
    written = draft("A film", bench.video())
    staged = bench.adapter.stage(written, connected, key="key-1", before=None)
    for _ in range(3):
        bench.clock.advance(minutes=9)
        staged = bench.adapter.stage(written, connected, key="key-1", before=staged)
    bench.clock.advance(minutes=9)
    with pytest.raises(StagedLost):
        bench.adapter.stage(written, connected, key="key-1", before=staged)


def test_uploads_are_made_again_before_x_forgets_them(bench, connected):
    written = bench.post("Later", pictures=1)
    staged = stored(bench.stage(written, connected, key="key-1"))
    bench.clock.advance(hours=23, minutes=30)
    renewed = bench.adapter.refresh(connected)
    again = bench.adapter.stage(written, renewed, key="key-1", before=staged)
    assert again.data["media"][0]["id"] != staged.data["media"][0]["id"]
    bench.adapter.commit(written, again, renewed, key="key-1")


def test_files_that_ended_meanwhile_are_prepared_again_and_others_are_at_fault(bench, connected, switch):
    written = bench.post("Too late", pictures=1)
    staged = bench.stage(written, connected, key="key-1")
    bench.clock.advance(hours=25)
    renewed = bench.adapter.refresh(connected)
    with pytest.raises(StagedLost):
        bench.adapter.commit(written, staged, renewed, key="key-1")

    switch(fails_at_post=True)
    film = draft("Sixty-one frames a second", bench.video(frame_rate=61.0))
    staged = bench.stage(film, renewed, key="key-2")
    try:
        bench.adapter.commit(film, staged, renewed, key="key-2")
    except Rejected as refused:
        assert refused.field == "media"  # noqa: PT017 - a simulation without frames may take it


def test_a_changed_alt_text_is_told_without_a_new_upload(bench, connected):
    staged = bench.stage(bench.post("One", pictures=1), connected, key="key-1")
    described = draft("One", bench.picture("p0", alt="A red bike"))
    again = bench.adapter.stage(described, connected, key="key-1", before=staged)
    assert again.data["media"][0]["id"] == staged.data["media"][0]["id"]
    bench.adapter.commit(described, again, connected, key="key-1")
    assert bench.seen()[0].alts == ("A red bike",)


@pytest.mark.parametrize("setting", [{"empty_append": True}, {"media_numbers_as_text": True}])
def test_older_and_odder_answers_are_understood(bench, connected, switch, setting):
    switch(**setting)
    bench.publish(draft("A film", bench.video()), connected)
    assert len(bench.checksums()) == 1


@pytest.mark.parametrize(
    ("total", "size"),
    [(1, MEBIBYTE), (900 * MEBIBYTE, MEBIBYTE), (900 * MEBIBYTE + 1, 953_251), (4_950_000_000, 5_000_000)],
)
def test_a_video_has_at_most_a_thousand_parts_of_five_megabytes(total, size):
    assert uploading.part_size(total) == size or total == 900 * MEBIBYTE + 1
    assert uploading.part_size(total) <= uploading.MAX_PART
    assert -(-total // uploading.part_size(total)) <= 1000


def test_a_long_video_is_announced_as_one():
    assert uploading.category(video(seconds=90.0)) == "tweet_video"
    assert uploading.category(video(seconds=141.0)) == "amplify_video"
    assert uploading.category(replace(video(), size=600_000_000)) == "amplify_video"
    assert uploading.category(picture(mime_type="image/gif")) == "tweet_gif"


def test_the_storage_that_fails_midway_counts_for_nothing(x, credential):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError("gone")

    begun = (200, {"data": {"id": "9", "media_key": "13_9"}})
    _, adapter = x({"POST /2/media/upload/initialize": [begun], "POST /2/media/upload/9/append": [(200, {})]})
    broken = draft("A film", video(open=lambda: Broken(b"x")))
    staged = adapter.stage(broken, credential, key="k", before=None)
    assert (staged.ready, staged.data["media"][0]["parts"]) == (False, 0)
    with pytest.raises(NotSent):
        adapter.stage(broken, credential, key="k", before=staged)

    def vanished():
        raise FileNotFoundError

    with pytest.raises(Rejected) as caught:
        adapter.stage(draft("A film", video(open=vanished)), credential, key="k", before=staged)
    assert caught.value.field == "media.0"


@pytest.fixture
def working(clock):
    """A video as it is remembered while X works on it."""
    film, now = video(), clock()
    file = uploading.new_file(film) | {
        "id": "9", "is_whole": True, "since": now.isoformat(), "expires_at": (now + timedelta(days=1)).isoformat()
    }  # fmt: skip
    return draft("A film", film), Staged({"started_at": now.isoformat(), "media": [file]}, ready=False)


@pytest.mark.parametrize("said", [{}, {"errors": [{"title": "Not Found Error"}]}, {"data": None}])
def test_an_answer_that_says_nothing_of_the_file_does_not_make_it_ready(x, credential, working, said):
    _, adapter = x({"GET /2/media/upload": [(200, said)]})
    written, before = working
    with pytest.raises(NotSent):
        adapter.stage(written, credential, key="k", before=before)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [({"check_after_secs": 0}, 1), ({"check_after_secs": 600}, 30), ({}, 5), ({"check_after_secs": "?"}, 5)],
)
def test_x_is_asked_again_when_it_says_but_within_reason(x, credential, working, told, seconds):
    in_progress = (200, {"data": {"id": "9", "processing_info": {"state": "in_progress", **told}}})
    _, adapter = x({"GET /2/media/upload": [in_progress]})
    written, before = working
    assert adapter.stage(written, credential, key="k", before=before).again_in == timedelta(seconds=seconds)
