"""A film on its way: in sessions that are asked how far they are, never sent twice, never in two copies."""

from __future__ import annotations

import io
import json
import zlib
from dataclasses import replace

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.youtube import sealing, uploading
from apps.platforms.contract import Staged
from apps.platforms.errors import NotSent, Rejected, TokenExpired
from tests.platforms.drafts import video, video_bytes
from tests.platforms.youtube.answers import LISTED, LOOK, SEND, START, VIDEO, film, found, listing, refusal

STEP = 512 * 1024


class Storage:
    """A file that counts how much of it is read."""

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
def storage(monkeypatch):
    """A film of five steps."""
    monkeypatch.setattr(uploading, "STEP", STEP)
    return Storage(video_bytes(size=2 * 1024 * 1024 + 1000))


@pytest.fixture
def written(storage):
    return film(video=video(content=storage.content, open=storage.open))


def stored(staged):
    return replace(staged, data=json.loads(json.dumps(dict(staged.data))))


def next_step(bench, connected, written, staged):
    if staged is not None:
        bench.clock.advance(seconds=staged.again_in.total_seconds())
    return stored(bench.fresh().stage(written, connected, key="key-1", before=staged))


def finished(bench, connected, written, staged=None):
    for _ in range(30):
        if staged is not None and staged.ready:
            return staged
        staged = next_step(bench, connected, written, staged)
    raise AssertionError("Staging has no end")


def films(bench):
    return bench.sandbox.posts("youtube", bench.handle, kind="post")


# --- as the sandbox simulates it --------------------------------------------------------------------------------------


def test_a_step_that_moves_nothing_is_not_repeated_at_once_for_ever(youtube, credential, clock, written):
    """YouTube keeps none of what it is sent: whoever goes on at once would send it again for hours."""
    server, adapter = youtube({SEND: [(308, b"")]})
    session = sealing.sealed(Secret(f"{server.origin}/upload/youtube/v3/videos"), credential.client.client_secret)
    entry = uploading.entry(written.media[0], clock().isoformat()) | {"session": session, "sessions": 1}
    staged = adapter.stage(written, credential, key="k", before=Staged({"upload": entry}))
    assert (staged.ready, staged.again_in) == (False, uploading.PAUSE)
    with pytest.raises(NotSent):
        adapter.stage(written, credential, key="k", before=stored(staged))


def test_a_session_is_remembered_before_the_first_byte_and_nobody_can_read_it_in_a_row(bench, connected, written):
    staged = next_step(bench, connected, written, None)

    sent = [request for request in bench.requests if request.url.path.endswith("/videos")]
    assert [request.method for request in sent] == ["POST"]
    assert not staged.ready
    told = json.dumps(dict(staged.data))
    assert "upload_id" not in told
    assert "http" not in told
    assert sealing.opened(staged.data["upload"]["session"], connected.client.client_secret).reveal().startswith("http")


def test_each_byte_is_read_once_and_sent_once(bench, connected, storage, written):
    finished(bench, connected, written)

    puts = [request for request in bench.requests if request.method == "PUT"]
    assert sum(int(request.headers["content-length"]) for request in puts) == len(storage.content)
    assert storage.read == len(storage.content)
    assert bench.checksums() == [zlib.crc32(storage.content)]


@pytest.mark.parametrize("killed_at", range(9))
def test_a_worker_that_dies_after_any_step_costs_at_most_a_question(bench, connected, storage, written, killed_at):
    staged = None
    for _ in range(killed_at):
        staged = next_step(bench, connected, written, staged)
    next_step(bench, connected, written, staged)  # done, and not remembered by anybody

    receipt = bench.adapter.commit(written, finished(bench, connected, written, staged), connected, key="key-1")

    assert [one["id"] for one in films(bench)] == [receipt.remote_id]
    assert bench.checksums() == [zlib.crc32(storage.content)]
    assert storage.read == len(storage.content), "bytes were sent twice"


@pytest.mark.parametrize("status", [404, 410])
def test_a_session_that_is_over_begins_anew(bench, connected, storage, written, switch, status):
    switch(session_seconds=600, dead_session_status=status)
    staged = next_step(bench, connected, written, next_step(bench, connected, written, None))
    bench.clock.advance(minutes=11)

    finished(bench, connected, written, staged)

    assert bench.checksums() == [zlib.crc32(storage.content)]


@pytest.mark.parametrize("names_file", [True, False])
def test_a_film_that_arrived_before_its_session_was_over_is_found_among_the_uploads(
    bench, connected, written, switch, names_file
):
    switch(session_seconds=600, slug_names_file=names_file)
    staged = None
    for _ in range(5):
        staged = next_step(bench, connected, written, staged)
    next_step(bench, connected, written, staged)  # the last byte, and nobody remembers
    assert len(films(bench)) == 1
    bench.clock.advance(minutes=11)

    staged = finished(bench, connected, written, staged)

    assert [one["id"] for one in films(bench)] == [staged.data["upload"]["video"]]


def test_another_film_is_another_upload(bench, connected, written):
    staged = finished(bench, connected, written)
    other = replace(written, media=(video("other", content=video_bytes(size=9000)),))
    again = finished(bench, connected, other, next_step(bench, connected, other, staged))
    assert again.data["upload"]["video"] != staged.data["upload"]["video"]


# --- following a script -----------------------------------------------------------------------------------------------

LONG = 20_971_520


def under_way(written, credential, origin, **changes):
    """A row that remembers a session."""
    address = Secret(f"{origin}/upload/youtube/v3/videos?uploadType=resumable&upload_id=UPtest01")
    upload = {
        "print": written.media[0].sha256[:24], "started_at": "2026-11-21T10:00:00+00:00", "sessions": 1, "video": "",
        "session": sealing.sealed(address, credential.client.client_secret),
    }  # fmt: skip
    return Staged({"upload": {**upload, **changes}}, ready=False)


@pytest.mark.parametrize(
    ("told", "span"),
    [
        ({"Range": "bytes=0-12582911"}, "bytes 12582912-20971519/20971520"),
        ({"Range": "bytes=0-8388607"}, "bytes 8388608-20971519/20971520"),
        ({}, "bytes 0-16777215/20971520"),
    ],
)
def test_an_upload_goes_on_where_youtube_says_that_it_is(youtube, credential, sent, told, span):
    written = film(video=video(content=bytes(LONG)))
    server, adapter = youtube({SEND: [(308, b"", told), (201, found())]})

    staged = adapter.stage(written, credential, key="k", before=under_way(written, credential, server.origin))

    assert [request.headers["content-range"] for request in sent] == [f"bytes */{LONG}", span]
    assert [request.headers["authorization"] for request in sent] == ["Bearer ya29.test01"] * 2
    assert sent[0].headers["content-length"] == "0"
    assert "upload_id=UPtest01" in str(sent[1].url)
    assert staged.data["upload"]["video"] == VIDEO


@pytest.mark.parametrize("told", ["bytes=5-9", "bytes=0-99999999999", "everything", "bytes=0-20971519"])
def test_a_place_that_makes_no_sense_is_asked_for_again(youtube, credential, told):
    written = film(video=video(content=bytes(LONG)))
    server, adapter = youtube({SEND: [(308, b"", {"Range": told})]})
    with pytest.raises(NotSent):
        adapter.stage(written, credential, key="k", before=under_way(written, credential, server.origin))


def test_an_interruption_is_no_failure_as_long_as_the_upload_gets_on(youtube, credential):
    written = film(video=video(content=bytes(LONG)))
    broken, further = refusal(503, "backendError"), {"Range": "bytes=0-8388607"}
    server, adapter = youtube(
        {
            SEND: [
                (308, b""),
                broken,
                (308, b""),
                broken,
                (308, b"", further),
                broken,
                (308, b"", further),
                (201, found()),
            ]
        }
    )
    staged = adapter.stage(written, credential, key="k", before=under_way(written, credential, server.origin))
    assert (staged.ready, staged.again_in.total_seconds()) == (False, 5)
    with pytest.raises(NotSent):  # at the same place again
        adapter.stage(written, credential, key="k", before=staged)
    staged = adapter.stage(written, credential, key="k", before=staged)
    assert not staged.ready
    assert adapter.stage(written, credential, key="k", before=staged).data["upload"]["video"] == VIDEO


def test_a_token_that_ends_in_the_middle_is_renewed_and_the_session_goes_on(youtube, credential):
    written = film()
    server, adapter = youtube({SEND: [refusal(401, "authError"), (308, b""), (200, found())]})
    before = under_way(written, credential, server.origin)
    with pytest.raises(TokenExpired):
        adapter.stage(written, credential, key="k", before=before)
    renewed = replace(credential, access_token=Secret("ya29.test02"))
    assert adapter.stage(written, renewed, key="k", before=before).data["upload"]["video"] == VIDEO


def test_somebody_elses_address_never_gets_the_token(youtube, credential, sent):
    _, adapter = youtube({START: [(200, b"", {"Location": "https://uploads.example/session"})]})
    with pytest.raises(NotSent):
        adapter.stage(film(), credential, key="k", before=None)
    assert len(sent) == 1


def test_the_beginning_says_what_comes_and_that_nobody_sees_it(youtube, credential, sent):
    server, adapter = youtube({START: [refusal(500, "backendError")]})
    written = film(options={"tags": "demo\ntwo words", "notify": "no", "made_for_kids": "yes"}, language="en-GB")
    with pytest.raises(NotSent):
        adapter.stage(written, credential, key="k", before=None)

    (request,) = sent
    assert dict(request.url.params) == {
        "uploadType": "resumable", "part": "snippet,status", "notifySubscribers": "false"
    }  # fmt: skip
    assert request.headers["x-upload-content-length"] == str(written.media[0].size)
    assert request.headers["x-upload-content-type"] == "video/mp4"
    assert request.headers["slug"].startswith("postroom-")
    assert request.headers["content-type"] == "application/json; charset=UTF-8"
    assert json.loads(server.bodies[0]) == {
        "snippet": {
            "title": "Demo", "description": "Hello", "tags": ["demo", "two words"], "categoryId": "22",
            "defaultLanguage": "en-GB",
        },
        "status": {
            "privacyStatus": "private", "selfDeclaredMadeForKids": True, "containsSyntheticMedia": False,
            "license": "youtube", "embeddable": True,
        },
    }  # fmt: skip


def test_an_upload_that_breaks_off_again_and_again_ends(youtube, credential):
    """Each beginning counts against the hundred that all channels have in a day."""
    written = film()
    server, adapter = youtube({SEND: [(404, b"")], LISTED: [listing()]})
    before = under_way(written, credential, server.origin, sessions=uploading.MOST_SESSIONS)
    staged = adapter.stage(written, credential, key="k", before=before)
    with pytest.raises(Rejected):
        adapter.stage(written, credential, key="k", before=staged)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": {"privacyStatus": "public"}},
        {"fileDetails": {"fileSize": "17", "fileName": "x.mp4"}},
        {"fileDetails": {}},
        {"fileDetails": {"fileSize": "SIZE", "fileName": "postroom-0123456789abcdef.mp4"}},
        {"snippet": {"title": "Another", "publishedAt": "2026-11-21T10:05:00Z"}},
        {"snippet": {"title": "Demo", "publishedAt": "2026-11-21T09:00:00Z"}},
    ],
    ids=str,
)
def test_a_film_that_may_be_anothers_is_not_taken_for_ours(youtube, credential, changes):
    written = film()
    size = str(written.media[0].size)
    usual = {
        "snippet": {"title": "Demo", "publishedAt": "2026-11-21T10:05:00Z"},
        "fileDetails": {"fileSize": size, "fileName": "walk.mp4"},
    }
    entry = {"contentDetails": {"videoId": VIDEO}}
    for other, taken in (({}, VIDEO), (changes, "")):
        told = json.loads(json.dumps({**usual, **other}).replace("SIZE", size))
        server, adapter = youtube({SEND: [(404, b"")], LISTED: [listing(entry)], LOOK: [listing(found(**told))]})
        if "status" in other:
            told = {**usual, "id": VIDEO, **other}
            server, adapter = youtube({SEND: [(404, b"")], LISTED: [listing(entry)], LOOK: [listing(told)]})
        before = under_way(written, credential, server.origin)
        staged = adapter.stage(written, credential, key="k", before=before)
        assert staged.data["upload"]["video"] == taken


def test_a_session_sealed_with_an_older_secret_is_begun_anew():
    box = sealing.sealed(Secret("https://x.example/1"), Secret("old"))
    assert not sealing.opened(box, Secret("new"))
    assert not sealing.opened("rubbish", Secret("new"))
