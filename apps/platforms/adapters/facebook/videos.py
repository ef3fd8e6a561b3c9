"""Videos on their way to Facebook: a session, then bytes, and nothing to be seen before it is finished.

https://developers.facebook.com/documentation/video-api/guides/reels-publishing and
https://developers.facebook.com/docs/video-api/guides/publishing. The video has its id from the start, which is what
is looked for after a lost answer. Feed videos go up in the parts that Facebook asks for, with the Page's token (the
general upload API wants a person's, which ends after 60 days); reels and stories go up in one request, which is
carried on where it broke off. `Staged.data["video"]` is {"id", "session", "address", "offset", "end", "is_uploaded",
"failures", "polls"}.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from apps.platforms.adapters.facebook import faults, scopes
from apps.platforms.adapters.facebook.line import Line, mapping_in, remote_id, text_in
from apps.platforms.adapters.facebook.multipart import FilePart
from apps.platforms.calls import Call
from apps.platforms.contract import MediaFile
from apps.platforms.errors import NotSent, Rejected, StagedLost
from apps.platforms.uploads import STEP, length_header, pieces

FIELD: Final = "media.0"
MOST_FAILURES: Final = 3
SOON: Final = timedelta(seconds=2)
FIRST_POLL, LONGEST_POLL = timedelta(seconds=5), timedelta(seconds=60)
FAILED: Final = frozenset({"error", "expired", "upload_failed"})
UPLOADED: Final = frozenset({"upload_complete", "processing", "ready"})


@dataclass
class Paused(Exception):
    """Not an error: what was achieved is kept, and the caller asks again later."""

    again_in: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Status:
    """How far Facebook says a video is. A failed phase wins over an earlier one that is finished."""

    video: str = ""
    uploading: str = ""
    processing: str = ""
    publishing: str = ""
    publish: str = ""
    bytes_received: int | None = None
    words: str = ""

    @property
    def has_failed(self) -> bool:
        return self.video in FAILED or "error" in (self.uploading, self.processing, self.publishing, self.publish)

    @property
    def is_uploaded(self) -> bool:
        return self.video in UPLOADED or self.uploading in {"complete", "completed"}

    @property
    def is_public(self) -> bool:
        return self.publishing in {"complete", "completed"} and self.publish == "published"

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has finished it yet: neither processing nor publishing has begun."""
        begun = {self.processing, self.publishing} - {"", "not_started"}
        return self.video in {"uploading", "upload_complete"} and not begun and self.publish in {"", "draft"}


def read_status(said: dict[str, Any]) -> Status:
    status = mapping_in(said, "status")
    uploading, processing, publishing = (
        mapping_in(status, f"{name}_phase") for name in ("uploading", "processing", "publishing")
    )
    received = next((uploading[name] for name in ("bytes_transferred", "bytes_transfered") if name in uploading), None)
    return Status(
        video=text_in(status, "video_status"),
        uploading=text_in(uploading, "status"),
        processing=text_in(processing, "status"),
        publishing=text_in(publishing, "status"),
        publish=text_in(publishing, "publish_status"),
        bytes_received=_number(received),
        words=_words_of(uploading) or _words_of(processing) or _words_of(publishing),
    )


def _words_of(phase: dict[str, Any]) -> str:
    """Why a phase failed: `error` is one object, `errors` a list of them."""
    listed = phase.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else phase.get("error")
    return text_in(first, "message")[:200] if isinstance(first, dict) else ""


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:19])
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def entry() -> dict[str, Any]:
    return {
        "id": "",
        "session": "",
        "address": "",
        "offset": 0,
        "end": 0,
        "is_uploaded": False,
        "failures": 0,
        "polls": 0,
    }


@dataclass
class Upload:
    """One round of an upload. `data` holds what was achieved at any moment, also when the round is cut short."""

    line: Line
    media: MediaFile
    data: dict[str, Any]
    call: Call  # VIDEO, REEL or VIDEO_STORY

    @property
    def is_in_parts(self) -> bool:
        return self.call is scopes.VIDEO

    def go_on(self) -> None:
        """Do the next step; raises Paused until the bytes are there."""
        if not self.data["id"]:
            self._start()
            raise Paused
        if self.data["is_uploaded"]:
            self._look_again()
            return
        self._send_parts() if self.is_in_parts else self._send_rest()

    def wait_until_uploaded(self) -> None:
        """A story is finished only once Facebook says that it has the whole file."""
        if not self.status().is_uploaded:
            polls = self.data["polls"] = self.data["polls"] + 1
            raise Paused(min(FIRST_POLL * 1.5 ** (polls - 1), LONGEST_POLL))

    def status(self) -> Status:
        """As Facebook tells it; empty while a fresh video is not to be seen yet."""
        try:
            return read_status(self.line.ask(scopes.STATUS, {"video": self.data["id"]}, params={"fields": "status"}))
        except NotSent as error:
            if faults.is_unseen(error):
                return Status()
            raise

    def _start(self) -> None:
        params = {"upload_phase": "start"}
        if self.is_in_parts:
            params["file_size"] = str(self.media.size)
        said = self.line.ask(self.call, params=params, field=FIELD)
        session = remote_id(said, "upload_session_id")
        self.data.update(id=remote_id(said, "video_id"), session=session, address=self._address(said))
        if not self.data["id"] or (self.is_in_parts and not session):
            self.data["id"] = ""
            raise NotSent("Facebook did not say where the video should go.")
        if self.is_in_parts:
            self._move_to(said)

    def _address(self, said: dict[str, Any]) -> str:
        """Where the bytes go, as Facebook tells it, but only if that is its upload host: the token goes there too."""
        named = text_in(said, "upload_url")
        return named if named.startswith(self.line.endpoint("upload") + "/") else ""

    def _look_again(self) -> None:
        """What was uploaded earlier may have failed or expired since; then it begins anew."""
        if (status := self.status()).has_failed:
            self._begin_again(status.words)

    def _begin_again(self, words: str = "") -> None:
        failures = self.data["failures"] + 1
        if failures >= MOST_FAILURES:
            said = f": {words}" if words else "."
            raise Rejected(f"Facebook could not process this video{said}", field=FIELD)
        self.data.update(entry(), failures=failures)
        raise Paused(SOON)

    # --- in the parts that are asked for

    def _send_parts(self) -> None:
        sent = 0
        while sent < STEP:
            start, end = self.data["offset"], self.data["end"]
            if start >= end:
                self.data["is_uploaded"] = True
                return
            self._send_part(start, end - start)
            sent += end - start
        raise Paused

    def _send_part(self, start: int, size: int) -> None:
        params = {"upload_phase": "transfer", "upload_session_id": self.data["session"], "start_offset": str(start)}
        part = FilePart(self.media, "video_file_chunk", start, size, FIELD)
        try:
            said = self.line.ask(self.call, params=params, field=FIELD, **part.request())
        except Rejected as refused:
            if refused.evidence.status is None:  # It is not Facebook that refused: the file is gone.
                raise
            self._catch_up(start, size)
        else:
            self._move_to(said)

    def _move_to(self, said: dict[str, Any]) -> None:
        """The part that is wanted next; Facebook writes its bounds as text."""
        start, end = _number(said.get("start_offset")), _number(said.get("end_offset"))
        if start is None or end is None or not start <= end <= self.media.size:
            raise NotSent("Facebook did not say which part of the video comes next.")
        self.data.update(offset=start, end=end)

    def _catch_up(self, start: int, size: int) -> None:
        """A refused part: perhaps an earlier try of it arrived and only its answer was lost. Facebook knows how far it
        is; the next part is as large as this one was to be."""
        received = self.status().bytes_received
        if received is None or received == start or received > self.media.size:
            raise StagedLost("Facebook no longer takes the rest of this video: it is sent anew.")
        self.data.update(offset=received, end=min(received + size, self.media.size))

    # --- in one request

    def _send_rest(self) -> None:
        status = self.status()
        if status.has_failed:
            self._begin_again(status.words)
        offset = min(status.bytes_received or 0, self.media.size)
        if status.is_uploaded or offset == self.media.size:
            self.data.update(offset=self.media.size, is_uploaded=True)
            return
        size = self.media.size - offset
        answer = self.line.send(
            scopes.UPLOAD,
            {"video": self.data["id"]},
            address=self.data["address"],
            auth=self.line.token_auth(),
            headers={
                "offset": str(offset),
                "file_size": str(self.media.size),
                "Content-Type": "application/octet-stream",
                **length_header(size),
            },
            content=pieces(self.media, start=offset, size=size, field=FIELD),
        )
        self._upload_refused(answer.text)
        if self.line.said(scopes.UPLOAD, answer, field=FIELD).get("success") is not True:
            raise self.line.unreadable(answer)
        self.data.update(offset=self.media.size, is_uploaded=True)

    def _upload_refused(self, said: str) -> None:
        """The names that the upload host gives to what can be mended."""
        if "OffsetInvalidError" in said or "PartialRequestError" in said:
            self._count_failure()
            raise Paused(SOON)  # then Facebook is asked how much it has
        if "ProcessingFailedError" in said:
            if self.data["failures"]:
                self._begin_again()
            self._count_failure()
            raise Paused(SOON)

    def _count_failure(self) -> None:
        self.data["failures"] += 1
        if self.data["failures"] > MOST_FAILURES:
            raise Rejected("Facebook could not take this video, several times over.", field=FIELD)
