"""YouTube: resumable uploads in chunks, broken off and carried on, and what comes out of processing."""

from __future__ import annotations

import socket
import zlib
from urllib.parse import urlsplit

import httpx
import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.youtube_client import FORCE_SSL, GRAIN, METADATA, READONLY, YouTube, changed, film, reason_of


@pytest.fixture
def youtube(sandbox):
    with YouTube(sandbox, "harbourcoffee") as client:
        yield client


def test_a_video_goes_its_way_from_the_session_to_the_feed(youtube, sandbox):
    content = film()
    session = youtube.session(len(content), changed(tags=["demo", "two words"]))
    first = youtube.send(session, content, 0, 2 * GRAIN)
    assert (first.status_code, first.headers["Range"]) == (308, f"bytes=0-{2 * GRAIN - 1}")
    last = youtube.send(session, content, 2 * GRAIN, 2 * GRAIN)
    assert last.status_code == 201
    video = last.json()
    assert (video["kind"], video["status"]["uploadStatus"]) == ("youtube#video", "uploaded")
    assert len(video["id"]) == 11

    sandbox.advance(seconds=10)

    seen = youtube.video(video["id"])
    assert seen["status"]["uploadStatus"] == "processed"
    assert seen["processingDetails"] == {"processingStatus": "succeeded"}
    assert (seen["contentDetails"]["duration"], seen["snippet"]["title"]) == ("PT30S", "Roasting day")
    (post,) = sandbox.posts("youtube")
    assert (post["text"], post["visibility"]) == ("From green to brown", "public")
    (medium,) = post["media"]
    assert (medium["size"], medium["data"]["crc32"]) == (len(content), zlib.crc32(content))
    assert medium["data"]["received"] == len(content)


def test_a_probe_tells_how_far_the_bytes_are(youtube):
    content = film()
    session = youtube.session(len(content))

    nothing = youtube.probe(session, len(content))
    youtube.send(session, content, 0, GRAIN)
    some = youtube.probe(session, len(content))

    assert (nothing.status_code, "Range" in nothing.headers) == (308, False)
    assert (some.status_code, some.headers["Range"]) == (308, f"bytes=0-{GRAIN - 1}")


def test_a_finished_session_repeats_its_answer_and_makes_no_second_video(youtube, sandbox):
    content = film()
    session = youtube.session(len(content))
    sandbox.fault("lost_after", platform="youtube", path="commit")
    with pytest.raises(httpx.TransportError):
        youtube.put(session, content)

    first, second = youtube.probe(session, len(content)), youtube.put(session, content)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert sandbox.counts("youtube")["total"] == 1


def test_a_broken_connection_keeps_whole_grains(youtube):
    content = film()
    session = youtube.session(len(content))
    send_half(youtube, session, content, GRAIN + 5000)

    probe = patiently(lambda: youtube.probe(session, len(content)), lambda answer: "Range" in answer.headers)

    assert probe.headers["Range"] == f"bytes=0-{GRAIN - 1}"
    rest = youtube.send(session, content, GRAIN, len(content))
    assert rest.status_code == 201
    (medium,) = youtube.sandbox.posts("youtube")[0]["media"]
    assert medium["data"]["crc32"] == zlib.crc32(content)


def send_half(youtube: YouTube, session: str, content: bytes, size: int) -> None:
    """Announce the whole file, send `size` bytes of it and hang up."""
    parts = urlsplit(session)
    head = (
        f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {youtube.token}\r\n"
        f"Content-Length: {len(content)}\r\nContent-Range: bytes 0-{len(content) - 1}/{len(content)}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as line:
        line.sendall(head.encode() + content[:size])


def patiently(ask, is_right, *, times: int = 200):
    """Ask until the answer is right: the other side has to notice that the line is dead."""
    for _ in range(times):
        if is_right(answer := ask()):
            break
    return answer


def test_whoever_skips_or_repeats_bytes_is_refused(youtube):
    content = film()
    session = youtube.session(len(content))
    youtube.send(session, content, 0, GRAIN)

    assert reason_of(youtube.send(session, content, 0, GRAIN)) == (400, "badRequest")
    assert reason_of(youtube.send(session, content, 2 * GRAIN, GRAIN)) == (400, "badRequest")
    assert youtube.probe(session, len(content)).headers["Range"] == f"bytes=0-{GRAIN - 1}"


@pytest.mark.parametrize(
    ("span", "size"),
    [
        ("bytes 0-999/{total}", 1000),  # no multiple of 256 KiB
        ("bytes 0-262143/{more}", GRAIN),  # another total than announced
        ("bytes 0-262143/{total}", GRAIN - 1),  # shorter than it says
        ("bytes=0-262143", GRAIN),
        ("bytes 5-1/{total}", 4),
    ],
)
def test_a_chunk_that_breaks_the_rules_is_refused(youtube, span, size):
    content = film()
    session = youtube.session(len(content))
    told = span.format(total=len(content), more=len(content) + 1)

    assert reason_of(youtube.put(session, content[:size], told)) == (400, "badRequest")
    assert "Range" not in youtube.probe(session, len(content)).headers


def test_a_whole_file_has_the_announced_size(youtube):
    content = film()

    assert reason_of(youtube.put(youtube.session(len(content) + 1), content)) == (400, "badRequest")


def test_chunks_of_several_sizes_are_refused_where_they_have_to_be_equal(youtube, sandbox):
    sandbox.set("youtube", equal_chunks=True)
    content = film(size=5 * GRAIN)
    session = youtube.session(len(content))
    youtube.send(session, content, 0, 2 * GRAIN)

    assert reason_of(youtube.send(session, content, 2 * GRAIN, GRAIN)) == (400, "badRequest")


def test_a_session_goes_on_with_a_new_token_and_not_with_an_old_one(youtube, sandbox):
    content = film()
    session = youtube.session(len(content))
    youtube.send(session, content, 0, GRAIN)
    sandbox.expire_token("youtube", youtube.token)
    assert reason_of(youtube.send(session, content, GRAIN, len(content))) == (401, "authError")

    youtube.token = sandbox.create_account("youtube", "harbourcoffee")["credentials"]["token"]

    assert youtube.send(session, content, GRAIN, len(content)).status_code == 201


def test_a_session_ends(youtube, sandbox):
    content = film()
    session = youtube.session(len(content))
    sandbox.advance(days=7)

    assert youtube.probe(session, len(content)).status_code == 404
    sandbox.set("youtube", dead_session_status=410)
    assert youtube.probe(session, len(content)).status_code == 410


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": None}, "invalidTitle"),
        ({"title": "x" * 101}, "invalidTitle"),
        ({"title": "a < b"}, "invalidTitle"),
        ({"description": "ä" * 2501}, "invalidDescription"),
        ({"description": "<b>"}, "invalidDescription"),
        ({"tags": ["x" * 249, "y y" * 83]}, "invalidTags"),
        ({"categoryId": "21"}, "invalidCategoryId"),
        ({"categoryId": "four"}, "invalidCategoryId"),
        ({"categoryId": 22}, "badRequest"),
        ({"defaultLanguage": "not a language"}, "invalidVideoMetadata"),
        ({"colour": "brown"}, "badRequest"),
        ({"privacyStatus": "secret"}, "badRequest"),
        ({"license": "mine"}, "badRequest"),
        ({"publishAt": "2031-01-01T00:00:00Z"}, "invalidPublishAt"),  # it is public
        ({"publishAt": "tomorrow", "privacyStatus": "private"}, "invalidPublishAt"),
    ],
)
def test_words_that_youtube_does_not_take_are_refused_at_the_start(youtube, changes, reason):
    assert reason_of(youtube.start(changed(**changes), size=1000)) == (400, reason)


def test_words_at_their_limits_are_taken(youtube):
    body = changed(title="x" * 100, description="ä" * 2500, tags=["x" * 248, "y y" * 83])

    assert youtube.start(body, size=1000).status_code == 200


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"uploadType": "simple"}, (400, "badRequest")),
        ({"part": ""}, (400, "missingRequiredParameter")),
        ({"part": "snippet,colour"}, (400, "unknownPart")),
        ({"headers": {"X-Upload-Content-Type": "image/png"}}, (400, "badContent")),
        ({"headers": {"X-Upload-Content-Length": str(274_877_906_945)}}, (413, "uploadTooLarge")),
        ({"headers": {"Content-Type": "text/plain"}}, (400, "badContent")),
        ({"headers": {"Slug": "a/b.mp4"}}, (400, "invalidFilename")),
    ],
)
def test_a_start_that_is_no_start_is_refused(youtube, more, reason):
    assert reason_of(youtube.start(size=1000, **({"headers": {}} | more))) == reason


def test_a_video_without_its_bytes_is_none(youtube):
    assert reason_of(youtube.api("POST", "videos", part="snippet", json=METADATA)) == (400, "mediaBodyRequired")


def test_localized_words_want_a_default_language(youtube):
    body = changed() | {"localizations": {"de": {"title": "Rösttag", "description": ""}}}
    part = "snippet,status,localizations"

    assert reason_of(youtube.start(body, size=1000, part=part)) == (400, "defaultLanguageNotSet")
    body["snippet"]["defaultLanguage"] = "en"
    assert youtube.start(body, size=1000, part=part).status_code == 200


def test_only_the_parts_that_were_named_are_written(youtube):
    content = film()
    session = youtube.session(len(content), changed(privacyStatus="private"), part="snippet")

    video = youtube.put(session, content).json()

    assert "status" not in video
    assert youtube.video(video["id"])["status"]["privacyStatus"] == "public"


def test_what_is_left_open_is_public_or_what_the_account_prefers(youtube, sandbox):
    assert youtube.video(youtube.upload(privacyStatus=None))["status"]["privacyStatus"] == "public"
    sandbox.set("youtube", default_privacy="private")
    assert youtube.video(youtube.upload(privacyStatus=None))["status"]["privacyStatus"] == "private"


def test_a_project_may_be_forced_to_private(youtube, sandbox):
    sandbox.set("youtube", forces_private=True)

    assert youtube.video(youtube.upload())["status"]["privacyStatus"] == "private"


@pytest.mark.parametrize(
    ("content", "reason", "error"),
    [
        (picture(), "invalidFile", "imageFile"),
        (b"words, words", "invalidFile", "notAVideoFile"),
        (b"", "emptyFile", "notAVideoFile"),
    ],
)
def test_a_file_that_is_no_video_fails_in_processing(youtube, content, reason, error):
    seen = youtube.video(youtube.upload(content), "status,processingDetails,suggestions")

    assert (seen["status"]["uploadStatus"], seen["status"]["failureReason"]) == ("failed", reason)
    assert seen["processingDetails"]["processingStatus"] == "failed"
    assert seen["suggestions"]["processingErrors"] == [error]


def test_processing_takes_its_time_and_tells_how_far_it_is(youtube, sandbox):
    id = youtube.upload(wait=4)

    seen = youtube.video(id)
    assert seen["status"]["uploadStatus"] == "uploaded"
    assert seen["processingDetails"]["processingStatus"] == "processing"
    progress = seen["processingDetails"]["processingProgress"]
    assert progress["partsTotal"] == "100"
    assert 40 <= int(progress["partsProcessed"]) < 60
    assert 0 < int(progress["timeLeftMs"]) <= 6000


def test_faults_make_processing_slow_or_vain(youtube, sandbox):
    sandbox.fault("slow_processing", platform="youtube", path="commit", seconds=100)
    sandbox.fault("failed_processing", platform="youtube", path="commit")
    id = youtube.upload()
    assert youtube.video(id)["status"]["uploadStatus"] == "uploaded"

    sandbox.advance(seconds=100)

    seen = youtube.video(id)
    assert (seen["status"]["uploadStatus"], seen["status"]["failureReason"]) == ("failed", "codec")
    assert seen["processingDetails"]["processingFailureReason"] == "transcodeFailed"


def test_a_channel_that_is_not_verified_has_its_long_videos_rejected(youtube, sandbox):
    sandbox.set("youtube", long_uploads="eligible")
    status = youtube.video(youtube.upload(film(seconds=901)))["status"]

    assert (status["uploadStatus"], status["rejectionReason"]) == ("rejected", "length")
    sandbox.set("youtube", long_uploads="allowed")
    assert youtube.video(youtube.upload(film(seconds=901)))["status"]["uploadStatus"] == "processed"


def test_the_same_file_again_is_rejected_where_duplicates_are(youtube, sandbox):
    sandbox.set("youtube", rejects_duplicates=True)
    content = film()
    youtube.upload(content)

    status = youtube.video(youtube.upload(content))["status"]

    assert (status["uploadStatus"], status["rejectionReason"]) == ("rejected", "duplicate")


def test_the_file_is_told_to_its_owner_by_name_and_size(youtube, sandbox):
    content = film()
    id = youtube.upload(content)

    details = youtube.video(id, "fileDetails")["fileDetails"]

    assert (details["fileName"], details["fileSize"]) == ("job-7f3a.mp4", str(len(content)))
    with YouTube(sandbox, "lumenyoga") as other:
        assert reason_of(other.api("GET", "videos", part="fileDetails", id=id)) == (403, "forbidden")


def test_uploads_want_a_scope_to_upload(sandbox):
    with YouTube(sandbox, "harbourcoffee", scopes=[READONLY]) as reader:
        assert reason_of(reader.start(size=1000)) == (403, "insufficientPermissions")
    with YouTube(sandbox, "harbourcoffee", scopes=[FORCE_SSL]) as manager:
        assert manager.start(size=1000).status_code == 200
