"""Files on their way: in the parts that LinkedIn names, killed at each step, and the bytes compared."""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from apps.platforms import uploads
from apps.platforms.adapters.linkedin import LinkedInAdapter
from apps.platforms.contract import MediaFile
from apps.platforms.errors import MissingPermission, NotSent, PlatformError, Rejected, StagedLost, Throttled
from tests.platforms.conftest import reply
from tests.platforms.drafts import document, draft, picture, video

VIDEO = "urn:li:video:VID1"
FILM = bytes(range(256)) * 4
PART = 300
# An ETag comes in quotes, or is a path of LinkedIn's own.
ETAGS = ['"etag-0"', "/ambry-videoei/signedId/zz.bin", '"etag-2"', '"etag-3"']
KEPT_ETAGS = ["etag-0", "/ambry-videoei/signedId/zz.bin", "etag-2", "etag-3"]


def film(**changes) -> MediaFile:
    described = {"size": len(FILM), "sha256": hashlib.sha256(FILM).hexdigest(), "open": lambda: io.BytesIO(FILM)}
    return replace(video("walk"), **{**described, **changes})


def stored(staged):
    return None if staged is None else replace(staged, data=json.loads(json.dumps(dict(staged.data))))


class Studio:
    """The side of LinkedIn that takes videos, in parts of 300 bytes. `hang_up_at` closes the connection at the request
    of that number, before or after it was carried out."""

    def __init__(self, *, status="AVAILABLE"):
        self.parts: dict[int, bytes] = {}
        self.sent = 0
        self.finished: list[str] = []
        self.thumbnail = b""
        self.statuses = [status]
        self.requests = []
        self.hang_up_at = (0, "before")
        self.origin = ""
        self.begun = 0

    def __call__(self, request, body):
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append((request.command, request.path, headers, body))
        number, moment = self.hang_up_at
        is_struck = len(self.requests) == number
        if is_struck and moment == "before":
            request.close_connection = True
            return
        status, answer, headers = self.answer(request.command, request.path, body)
        if is_struck:
            request.close_connection = True
            return
        reply(request, status, json.dumps(answer).encode() if answer is not None else b"", **headers)

    def answer(self, method, path, body):
        if "action=initializeUpload" in path:
            self.begun += 1
            self.parts.clear()
            return 200, {"value": self.instructions(json.loads(body)["initializeUploadRequest"])}, {}
        if "part=" in path:
            number = int(path.rpartition("=")[2])
            self.parts[number] = body
            self.sent += len(body)
            return 200, None, {"etag": ETAGS[number]}
        if path.startswith("/dms-uploads/thumbnail"):
            self.thumbnail = body
            return 201, None, {}
        if "action=finalizeUpload" in path:
            if self.finished:
                return 400, {"status": 400, "code": "ILLEGAL_ARGUMENT", "message": "Already finalized"}, {}
            self.finished = json.loads(body)["finalizeUploadRequest"]["uploadedPartIds"]
            return 200, None, {}
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return 200, {"id": VIDEO, "status": status, "processingFailureReason": "UNSUPPORTED_FORMAT"}, {}

    def instructions(self, asked):
        size = asked["fileSizeBytes"]
        address = f"{self.origin}/dms-uploads/VID1?part="
        parts = [
            {"uploadUrl": f"{address}{number}", "firstByte": at, "lastByte": min(at + PART, size) - 1}
            for number, at in enumerate(range(0, size, PART))
        ]
        value = {"video": VIDEO, "uploadToken": "", "uploadInstructions": parts}
        if asked["uploadThumbnail"]:
            value["thumbnailUploadUrl"] = f"{self.origin}/dms-uploads/thumbnail"
        return value

    @property
    def content(self):
        return b"".join(self.parts[number] for number in sorted(self.parts))


@pytest.fixture
def studio(serve, http, clock):
    def start(**how):
        studio = Studio(**how)
        studio.origin = serve(studio).origin
        origins = {"www": studio.origin, "api": studio.origin}
        return studio, LinkedInAdapter(http=http, endpoints=origins, clock=clock)

    return start


def patiently(adapter, written, credential, clock, *, before=None, steps=30):
    """Stage as the engine does: again after each pause, with what was stored, through failures that may pass."""
    staged = before
    for _ in range(steps):
        try:
            staged = stored(adapter.stage(written, credential, key="k", before=staged))
        except NotSent:
            clock.advance(seconds=30)
            continue
        except StagedLost:
            staged = None
            continue
        if staged.ready:
            return staged
        clock.advance(seconds=staged.again_in.total_seconds())
    raise AssertionError("Staging has no end")


def test_a_video_goes_out_in_the_parts_that_linkedin_names(studio, clock, page):
    side, adapter = studio()
    staged = patiently(adapter, draft("Walk", film(), cover=picture("frame")), page, clock)

    assert side.content == FILM
    assert side.finished == KEPT_ETAGS  # without their quotes, in the order of the parts
    assert side.thumbnail
    puts = [headers for method, path, headers, _ in side.requests if method == "PUT" and "part=" in path]
    assert {headers["content-type"] for headers in puts} == {"application/octet-stream"}
    # The addresses are signed: a token beside that is refused.
    assert not any("authorization" in headers for headers in puts)
    (framed,) = [headers for _, path, headers, _ in side.requests if path.endswith("/thumbnail")]
    assert framed["media-type-family"] == "STILLIMAGE"
    assert staged.data["files"][0]["urn"] == VIDEO


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 9))
def test_an_upload_that_is_killed_at_any_step_goes_on_and_arrives_whole(studio, clock, page, number, moment):
    side, adapter = studio()
    side.hang_up_at = (number, moment)

    patiently(adapter, draft("Walk", film(), cover=picture("frame")), page, clock)

    assert side.content == FILM
    assert side.finished == KEPT_ETAGS
    assert side.begun <= 2
    assert side.sent <= len(FILM) + PART, "at most one part is sent twice"


def test_a_killed_worker_leaves_what_it_achieved_to_the_next(studio, clock, page, monkeypatch):
    monkeypatch.setattr(uploads, "STEP", 2 * PART)
    side, adapter = studio()
    written = draft("Walk", film())
    first = stored(adapter.stage(written, page, key="k", before=None))
    assert (first.ready, first.again_in, side.sent) == (False, timedelta(0), 2 * PART)

    patiently(adapter, written, page, clock, before=first)

    assert (side.content, side.sent, side.begun) == (FILM, len(FILM), 1)


def test_addresses_that_are_over_are_asked_for_anew(studio, clock, page, monkeypatch):
    monkeypatch.setattr(uploads, "STEP", PART)
    side, adapter = studio()
    written = draft("Walk", film())
    first = stored(adapter.stage(written, page, key="k", before=None))
    first.data["files"][0]["ends_at"] = clock().isoformat()
    patiently(adapter, written, page, clock, before=first)
    assert (side.begun, side.content) == (2, FILM)


def test_processing_is_waited_for_and_its_failure_is_told(studio, clock, page):
    side, adapter = studio()
    side.statuses = ["WAITING_UPLOAD", "PROCESSING", "PROCESSING", "AVAILABLE"]
    patiently(adapter, draft("Walk", film()), page, clock)
    assert side.statuses == ["AVAILABLE"]

    side, adapter = studio(status="PROCESSING_FAILED")
    with pytest.raises(Rejected, match="UNSUPPORTED_FORMAT") as caught:
        patiently(adapter, draft("Walk", film()), page, clock)
    assert caught.value.field == "media.0"


def test_processing_without_end_and_an_upload_that_never_arrives_are_given_up(studio, clock, page):
    for status, expected in (("PROCESSING", NotSent), ("WAITING_UPLOAD", StagedLost)):
        _, adapter = studio(status=status)
        written = draft("Walk", film())
        staged = stored(adapter.stage(written, page, key="k", before=None))
        assert not staged.ready
        clock.advance(minutes=31)
        with pytest.raises(expected):
            adapter.stage(written, page, key="k", before=staged)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"firstByte": 0, "lastByte": 5}],
        [{"uploadUrl": "x", "firstByte": 1, "lastByte": 1023}],
        [{"uploadUrl": "x", "firstByte": 0, "lastByte": 1022}],
        [{"uploadUrl": "x", "firstByte": 0, "lastByte": 2000}],
        [{"uploadUrl": "x", "firstByte": 0, "lastByte": "1023"}],
        "parts",
    ],
)
def test_instructions_that_do_not_cover_the_file_are_not_followed(linkedin, page, parts):
    value = {"video": VIDEO, "uploadToken": "", "uploadInstructions": parts}
    server, adapter = linkedin({"POST /rest/videos": [(200, {"value": value})]})
    with pytest.raises(NotSent):
        adapter.stage(draft("Walk", film()), page, key="k", before=None)
    assert len(server.requests) == 1


# --- pictures and documents


def shelf(linkedin, *, put=(201, b""), status=(200, {"status": "AVAILABLE"}), kind="image"):
    urn, value = f"urn:li:{kind}:X1", {}
    answers = {
        f"POST /rest/{kind}s": [(200, {"value": value})],
        "PUT /dms-uploads/X1": [put] if isinstance(put, tuple) else put,
        f"GET /rest/{kind}s/urn%3Ali%3A{kind}%3AX1": [status] if isinstance(status, tuple) else status,
    }
    server, adapter = linkedin(answers)
    value.update({kind: urn, "uploadUrl": f"{server.origin}/dms-uploads/X1", "uploadUrlExpiresAt": 1890000000000})
    return server, adapter


def test_a_document_goes_out_whole_with_the_token_and_its_type(linkedin, sent, page):
    server, adapter = shelf(linkedin, kind="document")
    written = draft("Report", document())
    staged = adapter.stage(written, page, key="k", before=None)
    assert staged.ready
    assert json.loads(server.bodies[0]) == {"initializeUploadRequest": {"owner": page.channel_id}}
    assert server.bodies[1] == written.media[0].open().read()
    assert sent[1].headers["content-type"] == "application/pdf"
    assert sent[1].headers["authorization"] == "Bearer AQV-access"


def test_a_member_who_may_not_read_waits_a_moment_instead_of_asking(linkedin, clock, member):
    server, adapter = shelf(linkedin)
    written = draft("Bike", picture())
    staged = patiently(adapter, written, member, clock)
    assert staged.ready
    assert [method for method, _ in server.requests] == ["POST", "PUT"]


def test_a_read_that_linkedin_refuses_is_waited_for_too(linkedin, clock, page):
    refusal = (403, {"status": 403, "code": "ACCESS_DENIED", "message": "Not enough permissions"})
    _, adapter = shelf(linkedin, status=refusal)
    first = adapter.stage(draft("Bike", picture()), page, key="k", before=None)
    assert not first.ready
    clock.advance(seconds=11)
    assert adapter.stage(draft("Bike", picture()), page, key="k", before=stored(first)).ready


@pytest.mark.parametrize(
    ("put", "expected"),
    [
        ((400, {"status": 400, "code": "EXPIRED_UPLOAD_URL", "message": "Over"}), StagedLost),
        ((404, {"status": 404, "message": "No such upload"}), StagedLost),
        ((403, {"status": 403, "code": "ACCESS_DENIED", "message": "Not enough permissions"}), MissingPermission),
        ((413, {"status": 413, "message": "Too large"}), Rejected),
        ((429, {"status": 429, "message": "Slow"}), NotSent),
        ((500, b""), NotSent),
        ((400, b"<html>"), NotSent),
    ],
)
def test_an_upload_that_is_refused_says_what_to_do_next(linkedin, clock, page, put, expected):
    _, adapter = shelf(linkedin, put=put)
    written, before = draft("Bike", picture()), None
    with pytest.raises((expected, Throttled) if expected is NotSent else expected) as caught:  # noqa: PT012
        for _ in range(2):  # what was begun is kept, so the first failure is a pause
            before = stored(adapter.stage(written, page, key="k", before=before))
            assert not before.ready
    if isinstance(caught.value, Rejected):
        assert caught.value.field == "media.0"


def test_a_file_that_left_the_library_is_told_by_its_place(linkedin, page):
    def missing():
        raise FileNotFoundError

    _, adapter = shelf(linkedin)
    with pytest.raises(Rejected) as caught:
        adapter.stage(draft("Bike", replace(picture(), open=missing)), page, key="k", before=None)
    assert caught.value.field == "media.0"


def test_files_of_one_author_are_not_posted_by_another(linkedin, page, member):
    server, adapter = shelf(linkedin)
    written = draft("Bike", picture())
    staged = stored(adapter.stage(written, page, key="k", before=None))
    adapter.stage(written, member, key="k", before=staged)
    owners = [json.loads(body)["initializeUploadRequest"]["owner"] for body in server.bodies if b"owner" in body]
    assert owners == [page.channel_id, member.channel_id]


# --- at the simulated LinkedIn


def test_a_large_video_is_sent_step_by_step_and_arrives_whole(bench):
    credential = bench.connect()
    written = draft("Walk", bench.video("walk", filling=20_000_000))
    sizes = []
    bench.http.event_hooks["request"].append(lambda request: sizes.append(_length(request)))
    staged, steps = None, []
    for _ in range(20):
        before = sum(sizes)
        staged = stored(bench.fresh().stage(written, credential, key="k", before=staged))
        steps.append(sum(sizes) - before)
        if staged.ready:
            break
        bench.clock.advance(seconds=staged.again_in.total_seconds())
    bench.adapter.commit(written, staged, credential, key="k")

    assert max(steps) <= uploads.STEP
    assert sum(sizes) == written.media[0].size
    assert bench.checksums() == [zlib.crc32(written.media[0].open().read())]


def _length(request: httpx.Request) -> int:
    return int(request.headers.get("content-length", 0)) if request.method == "PUT" else 0


def test_a_file_that_fails_at_linkedin_is_told_before_the_hour(bench):
    credential = bench.connect()
    bench.strike("failed_processing", "stage")
    with pytest.raises(PlatformError) as caught:
        bench.stage(bench.post("Broken", pictures=1), credential, key="k")
    assert isinstance(caught.value, Rejected)
