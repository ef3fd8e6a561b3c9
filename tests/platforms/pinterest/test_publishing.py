"""Pins of each kind, uploads that break off, and what is refused."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.adapters.pinterest.staging import print_of
from apps.platforms.contract import RemotePost, Staged
from apps.platforms.errors import Disconnected, NotSent, Rejected, StagedLost
from tests.platforms.conformance.bench import remote
from tests.platforms.drafts import picture, video
from tests.platforms.pinterest.answers import BOARD, BOARDS, CREATE, REGISTER, bike, board, error, listed, pin

UPLOAD = r"^/media-upload/"


def prepared(draft, adapter, credential):
    return adapter.stage(draft, credential, key="k", before=None)


def staged_at_last(draft, adapter, credential):
    """Stage it as often as it takes."""
    staged = prepared(draft, adapter, credential)
    for _ in range(20):
        if staged.ready:
            return staged
        staged = adapter.stage(draft, credential, key="k", before=staged)
    raise AssertionError("Staging has no end")


def sent_to(server, path):
    bodies = [body for (_, asked), body in zip(server.requests, server.bodies, strict=True) if asked == path]
    return [json.loads(body) for body in bodies]


def test_a_pin_is_sent_as_documented(pinterest, credential):
    answers = {BOARDS: [listed(board())], CREATE: [(201, pin()), (200, pin())]}
    server, adapter = pinterest(answers)
    plain = bike(media=(picture("a", alt="A red bike", public_url="https://cdn.test/a.jpg"),))
    receipt = adapter.commit(plain, prepared(plain, adapter, credential), credential, key="k")
    carousel = bike(link="", media=tuple(picture(n, public_url=f"https://cdn.test/{n}.jpg") for n in "12"))
    adapter.commit(carousel, prepared(carousel, adapter, credential), credential, key="k")

    first, second = sent_to(server, "/v5/pins")
    assert first == {
        "board_id": BOARD,
        "title": "Bike",
        "description": "Red",
        "link": "https://acme.test/",
        "alt_text": "A red bike",
        "media_source": {"source_type": "image_url", "url": "https://cdn.test/a.jpg"},
    }
    items = [{"url": "https://cdn.test/1.jpg"}, {"url": "https://cdn.test/2.jpg"}]
    assert second["media_source"] == {"source_type": "multiple_image_urls", "items": items, "index": 0}
    assert receipt.remote_url == f"{server.origin}/pin/{receipt.remote_id}/"
    assert receipt.published_at.isoformat() == "2026-11-21T10:00:03+00:00"


@pytest.mark.parametrize(
    ("cover", "options", "said"),
    [
        (None, {}, {"cover_image_key_frame_time": 0}),
        (None, {"cover_seconds": "7"}, {"cover_image_key_frame_time": 7}),
        (picture("c"), {"cover_seconds": "7"}, {"cover_image_url": "https://media.example/c.jpg"}),
    ],
)
def test_a_video_has_exactly_one_cover(pinterest, credential, cover, options, said):
    film = bike(media=(video(),), options=options, cover=cover)
    server, adapter = pinterest({CREATE: [(201, pin(creative_type="VIDEO"))]})
    files = prepared_video(film)
    adapter.commit(film, files, credential, key="k")
    source = sent_to(server, "/v5/pins")[0]["media_source"]
    assert source == {"source_type": "video_id", "media_id": "5551", **said}


def prepared_video(film):
    return Staged({"files": print_of(film), "tries": 0, "is_inline": False, "media_id": "5551"})


def test_what_goes_out_is_what_was_chosen(bench, connected):
    chosen = {"title": "A walk", "section": bench.section, "dominant_color": "#6E7874"}
    written = bench.pin("By the sea", bench.picture("p", alt="Sea"), options=chosen, link="https://a.example/walk")
    bench.publish(written, connected)
    bench.publish(bench.pin("Hidden", bench.picture("q", alt="Q" * 400), cover=None), connected, key="k2")
    (own, first) = bench.adapter.own_posts(connected).posts
    assert first.facts | {"posted_at": ""} == {
        "kind": "REGULAR", "board": bench.board, "posted_at": "", "title": "A walk", "link": "https://a.example/walk",
    }  # fmt: skip
    assert own.media_urls


def test_a_pin_can_be_moved_and_changed(bench, connected):
    published = remote(bench.publish(bench.post("Wrong"), connected))
    other = bench.adapter.choices("board", connected)[1][0]
    changed = replace(bench.post("Right"), options={"board": other, "title": "New"}, link="https://a.example/new")
    receipt = bench.adapter.edit(published, changed, connected)
    (own,) = bench.adapter.own_posts(connected).posts
    assert (own.text, own.facts["board"], own.facts["title"]) == ("Right", other, "New")
    assert own.facts["link"] == "https://a.example/new"
    assert receipt.facts["board"] == other


# --- refused beforehand -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (bike(options={"board": ""}), "options.board"),
        (bike(options={"board": "Bikes"}), "options.board"),
        (bike(options={"section": "999/1"}), "options.section"),
        (bike(options={"section": f"{BOARD}/12"}), "options.section"),
        (bike(options={"title": "t" * 101}), "options.title"),
        (bike(options={"dominant_color": "red"}), "options.dominant_color"),
        (bike(link="https://a.test/" + "x" * 2048), "link"),
        (bike(text="x" * 501), "text"),
        (bike(media=()), "media"),
        (bike(media=tuple(picture(str(n)) for n in range(6))), "media"),
        (bike(media=(picture("a", alt="a" * 300), picture("b", alt="b" * 300))), "media.0.alt"),
        (bike(media=(video(seconds=3.0),)), "media.0"),
        (bike(media=(picture("a", public_url="", size=12_000_000),)), None),
    ],
)
def test_what_cannot_work_is_refused_before_the_hour(pinterest, credential, draft, field):
    answers = {BOARDS: [listed(board())], f"GET /v5/boards/{BOARD}/sections": [listed({"id": "11", "name": "S"})]}
    server, adapter = pinterest(answers)
    if field is None:
        draft, field = replace(draft, media=(replace(draft.media[0], public_url=""),)), "media"
    with pytest.raises(Rejected) as refused:
        prepared(draft, adapter, credential)
    assert refused.value.field == field
    assert {method for method, _ in server.requests} <= {"GET"}


@pytest.mark.parametrize("boards", [listed(), listed(board(is_ads_only=True))])
def test_a_board_that_takes_no_pins_any_more_is_told_in_time(pinterest, credential, boards):
    _, adapter = pinterest({BOARDS: [boards]})
    with pytest.raises(Rejected) as refused:
        prepared(bike(), adapter, credential)
    assert refused.value.field == "options.board"


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_a_picture_that_cannot_be_fetched_goes_along_itself(bench, connected):
    unseen = replace(bench.picture("p", alt="Sea"), public_url=f"{bench.files}0/none.jpg")
    written = bench.pin("Out of reach", unseen)
    staged = bench.stage(written, connected, key="k")
    with pytest.raises(NotSent):
        bench.adapter.commit(written, staged, connected, key="k")
    assert bench.seen() == []
    again = bench.adapter.stage(written, connected, key="k", before=staged)
    bench.adapter.commit(written, again, connected, key="k")
    assert len(bench.seen()) == 1


def test_a_file_that_can_never_be_fetched_stops_after_three_times(pinterest, credential):
    said = "Unable to reach the URL. Please check the URL is correct and try again."
    _, adapter = pinterest({BOARDS: [listed(board())], CREATE: [error(400, None, said)]})
    large, staged, outcomes = bike(media=(picture("a", size=15_000_000),)), None, []
    for _ in range(3):
        staged = adapter.stage(large, credential, key="k", before=staged)
        with pytest.raises((NotSent, Rejected)) as failure:
            adapter.commit(large, staged, credential, key="k")
        outcomes.append(isinstance(failure.value, Rejected))
    assert outcomes == [False, False, True]
    assert failure.value.field == "media"


# --- videos -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "uploads"), [("lost_before", 2), ("lost_after", 1), ("error_before", 2), ("error_after", 1)]
)
def test_a_broken_upload_is_asked_about_and_only_made_again_if_the_file_is_not_there(bench, connected, fault, uploads):
    film = bench.pin("A film", bench.video(filling=700_000))
    assert bench.stage(film, connected, key="k0").ready  # the board is known, and one upload was made
    before = len(bench.requests)
    bench.sandbox.fault(fault, platform="pinterest", path=UPLOAD)
    staged = bench.stage(film, connected, key="k")
    made = [request for request in bench.requests[before:] if request.url.path.startswith("/media-upload/")]
    assert len(made) == uploads
    assert all("authorization" not in request.headers for request in made)
    assert "signature" not in json.dumps(dict(staged.data)), "who has the form may upload in our name"

    bench.adapter.commit(film, staged, connected, key="k")
    assert bench.checksums() == [zlib.crc32(film.media[0].open().read())]


def test_a_video_that_failed_or_was_forgotten_is_told_apart(pinterest, credential, clock):
    film = bike(media=(video(),))
    state = {**prepared_video(film).data, "is_sent": True, "uploads": 1, "polls": 3, "since": clock().isoformat()}
    before = Staged(state, ready=False)
    media = "GET /v5/media/5551"

    def status(said):
        return 200, {"media_id": "5551", "media_type": "video", "status": said}

    for answer, expected in ((status("failed"), Rejected), (error(404, 50), StagedLost), (status("odd"), NotSent)):
        _, adapter = pinterest({media: [answer]})
        with pytest.raises(expected):
            adapter.stage(film, credential, key="k", before=before)

    _, adapter = pinterest({media: [status("processing")]})
    waiting = adapter.stage(film, credential, key="k", before=before)
    assert not waiting.ready
    assert timedelta(seconds=5) < waiting.again_in <= timedelta(seconds=60)
    clock.advance(hours=2)
    with pytest.raises(StagedLost):
        adapter.stage(film, credential, key="k", before=before)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [(403, "AccessDenied", StagedLost), (400, "EntityTooLarge", Rejected), (400, "ExpiredToken", StagedLost)],
)
def test_an_upload_that_is_refused_each_time_comes_to_an_end(pinterest, credential, status, code, expected):
    answers = {BOARDS: [listed(board())], "GET /v5/media/5551": [(200, {"status": "registered"})]}
    server, adapter = pinterest(answers)
    form = {"key": "uploads/aa/5551", "policy": "signed-policy", "Content-Type": "multipart/form-data"}
    answers[REGISTER] = [(201, {"media_id": "5551", "upload_url": f"{server.origin}/", "upload_parameters": form})]
    answers["POST /"] = [(status, f"<Error><Code>{code}</Code><Policy>signed-policy</Policy></Error>".encode())]
    film = bike(media=(video(),))

    with pytest.raises(expected) as refused:
        staged_at_last(film, adapter, credential)
    assert refused.value.evidence.code == code
    assert "signed-policy" not in refused.value.evidence.text
    uploads = [body for (_, path), body in zip(server.requests, server.bodies, strict=True) if path == "/"]
    names = [line.partition(b'name="')[2].partition(b'"')[0] for line in uploads[0].split(b"\r\n") if b'name="' in line]
    assert names == [b"key", b"policy", b"Content-Type", b"file"], "the file is the last field"
    assert len(uploads) <= 4


def test_other_files_than_those_that_were_prepared_are_not_sent(pinterest, credential):
    server, adapter = pinterest({})
    with pytest.raises(StagedLost):
        adapter.commit(bike(media=(video(),)), prepared_video(bike()), credential, key="k")
    assert server.requests == []


def test_a_dead_token_stops_the_deletion_and_a_missing_pin_does_not(pinterest, credential):
    path = "DELETE /v5/pins/1"
    _, adapter = pinterest({path: [error(404, 50, "Pin not found."), error(401, 2), error(403, 7)]})
    tokenless = replace(credential, refresh_token=type(credential.refresh_token)(""))
    adapter.delete(RemotePost("1"), credential)
    with pytest.raises(Disconnected):
        adapter.delete(RemotePost("1"), tokenless)
    with pytest.raises(NotSent):
        adapter.delete(RemotePost("1"), credential)
