from __future__ import annotations

import io
import itertools
import json
import time
import zlib
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.facebook import FacebookAdapter, scopes, videos
from apps.platforms.contract import Staged
from apps.platforms.errors import NotSent, PlatformError, Rejected, StagedLost
from tests.platforms.conftest import reply
from tests.platforms.drafts import draft, video, video_bytes

STATUS = "GET /v26.0/701"
START = {"video_id": "701", "upload_url": "https://rupload.facebook.com/video-upload/v26.0/701"}
REEL = {"format": "reel"}


class Shelf:
    """A file that counts how often each of its bytes was read, and breaks off as often as it is told."""

    def __init__(self, content, *, breaks_at=()):
        self.content, self.breaks_at, self.read = content, list(breaks_at), 0

    def open(self):
        shelf, limit = self, self.breaks_at.pop(0) if self.breaks_at else None

        class Stream(io.BytesIO):
            def read(self, size=-1):
                if limit is not None and self.tell() >= limit:
                    raise OSError("the storage broke off")
                piece = super().read(size if limit is None else min(size, limit - self.tell()))
                shelf.read += len(piece)
                return piece

        return Stream(self.content)


def clip(shelf):
    return video("clip", content=shelf.content, open=shelf.open)


def steps(bench, credential, written, *, staged=None, key="key-1"):
    """Stage with another process for each step; through failures that may pass, with what the row remembers."""
    for _ in range(60):
        try:
            staged = bench.fresh().stage(written, credential, key=key, before=staged)
        except NotSent:
            bench.clock.advance(seconds=30)
            continue
        except StagedLost:
            staged = None
            continue
        staged = replace(staged, data=json.loads(json.dumps(dict(staged.data))))
        if staged.ready:
            return staged
        bench.clock.advance(seconds=staged.again_in.total_seconds())
    raise AssertionError("Staging has no end")


def received(bench):
    return [one["data"]["crc32"] for post in bench.sandbox.posts("facebook", bench.handle) for one in post["media"]]


@pytest.mark.parametrize("options", [{}, REEL, {"format": "story"}], ids=["video", "reel", "story"])
def test_a_video_arrives_whole_whatever_happens_to_a_step(bench, credential, switch, options):
    switch(chunk_bytes=65_536)
    content = video_bytes()
    written = draft("" if options.get("format") == "story" else "Waves", video(content=content), options=options)
    troubles = itertools.product(["lost_before", "lost_after", "error_before"], ["start", "bytes"])
    for number, (fault, at) in enumerate(troubles, start=1):
        staged = None
        if at == "bytes":
            staged = bench.adapter.stage(written, credential, key="key-1", before=None)
        bench.sandbox.fault(fault, platform="facebook", path="stage")
        staged = steps(bench, credential, written, staged=staged)
        assert len(bench.seen()) == number - 1, (fault, at)
        bench.adapter.commit(written, staged, credential, key="key-1")
        assert received(bench) == [zlib.crc32(content)] * number, (fault, at)


@pytest.mark.parametrize("documented", [False, True])
def test_a_reel_that_broke_off_goes_on_where_facebook_says_it_was(bench, credential, switch, documented):
    switch(documented_spelling=documented)
    shelf = Shelf(video_bytes(size=2_000_000), breaks_at=[1_200_000])
    written = draft("Waves", clip(shelf), options=REEL)
    begun = bench.adapter.stage(written, credential, key="key-1", before=None)
    with pytest.raises(NotSent):
        bench.adapter.stage(written, credential, key="key-1", before=begun)
    arrived = what_arrived(bench, credential, begun)

    staged = steps(bench, credential, written, staged=begun)
    bench.adapter.commit(written, staged, credential, key="key-1")

    assert received(bench) == [zlib.crc32(shelf.content)]
    assert shelf.read == 1_200_000 + len(shelf.content) - arrived, "what had arrived was sent again"


def what_arrived(bench, credential, begun):
    """How much of a request that broke off Facebook has, as soon as it has noticed."""
    upload = videos.Upload(bench.adapter._line(credential), None, dict(begun.data["video"]), scopes.REEL)
    until = time.monotonic() + 5
    while not (arrived := upload.status().bytes_received) and time.monotonic() < until:
        time.sleep(0.01)
    assert arrived
    return arrived


@pytest.mark.parametrize("options", [{}, REEL], ids=["video", "reel"])
def test_a_video_that_is_no_longer_in_the_library_is_named(bench, credential, options):
    def gone():
        raise FileNotFoundError

    written = draft("Waves", video(content=video_bytes(), open=gone), options=options)
    begun = bench.adapter.stage(written, credential, key="key-1", before=None)
    with pytest.raises(Rejected, match="library") as caught:
        bench.adapter.stage(written, credential, key="key-1", before=begun)
    assert caught.value.field == "media.0"


def test_a_feed_video_goes_up_in_the_parts_that_are_asked_for_and_each_byte_once(bench, credential, switch):
    switch(chunk_bytes=65_536)
    shelf = Shelf(video_bytes(size=300_000))
    written = draft("Waves", clip(shelf))
    staged = steps(bench, credential, written)
    bench.adapter.commit(written, staged, credential, key="key-1")
    assert received(bench) == [zlib.crc32(shelf.content)]
    assert shelf.read == len(shelf.content)


def test_one_step_sends_no_more_than_its_share(bench, credential, switch, monkeypatch):
    switch(chunk_bytes=65_536)
    monkeypatch.setattr(videos, "STEP", 131_072)
    shelf = Shelf(video_bytes(size=500_000))
    written = draft("Waves", clip(shelf))
    staged, before = bench.adapter.stage(written, credential, key="key-1", before=None), 0
    while not staged.ready:
        staged = bench.adapter.stage(written, credential, key="key-1", before=staged)
        assert shelf.read - before <= 131_072
        before = shelf.read
    assert shelf.read == len(shelf.content)


def test_a_part_whose_answer_was_lost_is_not_sent_twice(bench, credential, switch):
    switch(chunk_bytes=65_536)
    shelf = Shelf(video_bytes(size=300_000))
    written = draft("Waves", clip(shelf))
    staged = bench.adapter.stage(written, credential, key="key-1", before=None)
    bench.sandbox.fault("lost_after", platform="facebook", path="stage")
    staged = steps(bench, credential, written, staged=staged)
    assert shelf.read <= len(shelf.content) + 65_536
    bench.adapter.commit(written, staged, credential, key="key-1")
    assert received(bench) == [zlib.crc32(shelf.content)]


def test_a_fresh_video_that_is_not_to_be_seen_yet_is_no_failure(bench, credential, switch):
    switch(fresh_video_seconds=8)
    written = draft("Waves", bench.video(), options=REEL)
    bench.publish(written, credential)
    assert len(bench.seen()) == 1


def test_an_upload_that_has_expired_begins_anew(bench, credential):
    written = draft("Waves", bench.video(), options=REEL)
    staged = bench.adapter.stage(written, credential, key="key-1", before=None)
    bench.clock.advance(hours=25)
    staged = steps(bench, credential, written, staged=staged)
    bench.adapter.commit(written, staged, credential, key="key-1")
    assert len(bench.seen()) == 1


def test_a_story_is_finished_only_once_facebook_has_the_whole_file(bench, credential, switch):
    switch(upload_seconds=40)
    written = draft("", bench.video(), options={"format": "story"})
    waits = []
    staged = bench.adapter.stage(written, credential, key="key-1", before=None)
    while not staged.ready:
        waits.append(staged.again_in.total_seconds())
        bench.clock.advance(seconds=waits[-1])
        staged = bench.adapter.stage(written, credential, key="key-1", before=staged)
    assert waits[-1] >= waits[-2] >= 5
    bench.adapter.commit(written, staged, credential, key="key-1")
    assert len(bench.seen()) == 1


# --- what the upload host says ----------------------------------------------------------------------------------------


def uploading(done=0, **more):
    return {
        "id": "701",
        "status": {"video_status": "uploading", "uploading_phase": {"bytes_transferred": done, **more}},
    }


class Host:
    """Facebook's hosts in one: answers to uploads in order, and how many bytes it says it has."""

    def __init__(self, *answers, done=(0,), start=START):
        self.answers, self.done, self.start = list(answers), list(done), start
        self.uploads = []
        self.other = []

    def __call__(self, request, body):
        path, query = request.path.partition("?")[0], parse_qs(urlsplit(request.path).query)
        if path.endswith("/video_reels"):
            answer = (200, self.start)
        elif path.startswith("/video-upload/"):
            self.uploads.append((dict(request.headers), len(body)))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        else:
            self.other.append((path, query))
            answer = (200, uploading(self.done.pop(0) if len(self.done) > 1 else self.done[0]))
        reply(request, answer[0], json.dumps(answer[1]).encode())


@pytest.fixture
def hosted(serve, http, clock, known):
    def start(host):
        server = serve(host)
        endpoints = dict.fromkeys(("login", "graph", "video", "upload"), server.origin)
        adapter = FacebookAdapter(http=http, endpoints=endpoints, clock=clock)
        written = draft("Waves", video(content=b"x" * 1000), options=REEL)

        def step(before=None):
            return adapter.stage(written, known, key="k", before=before)

        return step

    return start


DONE = (200, {"success": True})


def test_the_upload_host_is_told_the_token_the_offset_and_the_size(hosted):
    host = Host(DONE, done=[400])
    step = hosted(host)
    assert step(step()).ready
    ((headers, sent),) = host.uploads
    told = {name.lower(): value for name, value in headers.items()}
    assert told["authorization"] == "OAuth EAA-page-token"
    assert (told["offset"], told["file_size"], told["content-length"]) == ("400", "1000", "600")
    assert sent == 600


def test_the_token_goes_nowhere_but_to_the_upload_host(hosted):
    host = Host(DONE, start={**START, "upload_url": "http://127.0.0.1:1/stolen"})
    step = hosted(host)
    assert step(step()).ready
    assert len(host.uploads) == 1


@pytest.mark.parametrize("name", ["OffsetInvalidError", "PartialRequestError"])
def test_an_offset_that_does_not_fit_is_asked_for_again(hosted, name):
    host = Host((400, {"debug_info": {"type": name, "message": "No"}}), DONE, done=[0, 300])
    step = hosted(host)
    staged = step(step())
    assert not staged.ready
    assert step(staged).ready
    assert [headers["offset"] for headers, _ in host.uploads] == ["0", "300"]


def test_a_file_that_fails_in_processing_is_tried_again_then_anew_and_then_given_up(hosted):
    host = Host((400, {"debug_info": {"type": "ProcessingFailedError", "message": "No"}}))
    step = hosted(host)
    staged, refused = None, None
    while refused is None:
        try:
            staged = step(staged)
        except Rejected as error:
            refused = error
    assert refused.field == "media.0"
    assert 2 <= len(host.uploads) <= 4


@pytest.mark.parametrize("answer", [(200, {}), (200, {"success": False}), (500, {}), (413, {}), (200, "ok"), (200, [])])
def test_an_upload_without_a_clear_yes_is_not_over(hosted, answer):
    step = hosted(Host(answer))
    begun = step()
    with pytest.raises(NotSent):
        step(begun)


def test_a_failed_phase_wins_over_a_finished_one():
    said = {
        "status": {
            "video_status": "upload_complete",
            "uploading_phase": {"status": "complete"},
            "processing_phase": {"status": "error", "errors": [{"code": 1, "message": "Bad frames"}]},
        }
    }
    status = videos.read_status(said)
    assert status.has_failed
    assert status.words == "Bad frames"


@pytest.mark.parametrize("word", ["complete", "completed"])
@pytest.mark.parametrize("name", ["bytes_transfered", "bytes_transferred"])
def test_both_spellings_of_how_far_it_is_are_read(word, name):
    said = {"status": {"video_status": "uploading", "uploading_phase": {"status": word, name: 7}}}
    assert videos.read_status(said).bytes_received == 7
    assert videos.read_status(said).is_uploaded


def test_a_video_that_expired_before_it_was_published_is_uploaded_anew(facebook, known, clock):
    expired = {"id": "701", "status": {"video_status": "expired"}}
    _, adapter = facebook({STATUS: [(200, expired)], "POST /v26.0/111/video_reels": [(200, START)]})
    written = draft("Waves", video(), options=REEL)
    begun = adapter.stage(written, known, key="k", before=None)
    entry = {**begun.data["video"], "is_uploaded": True}
    again = adapter.stage(written, known, key="k", before=Staged({**begun.data, "video": entry}))
    assert not again.ready
    assert again.data["video"]["id"] == ""


def test_secrets_stay_out_of_what_an_upload_leaves_behind(hosted):
    host = Host((400, {"error": {"code": 100, "message": "Bad token EAA-page-token"}}))
    step = hosted(host)
    with pytest.raises(PlatformError) as caught:
        step(step())
    shown = f"{caught.value.words} {caught.value.evidence}"
    assert Secret("EAA-page-token").reveal() not in shown
