"""Files on their way to LinkedIn: announced, sent, finished, and looked at until they can be posted.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api (also images-api and
documents-api). A picture or document goes out whole; a video in the parts that LinkedIn names, each answered with an
ETag that has to be handed back. LinkedIn cannot tell which parts it has, so a part counts once we hold its ETag.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms import uploads
from apps.platforms.adapters.linkedin import files, permits
from apps.platforms.adapters.linkedin.files import DOCUMENT, IMAGE, VIDEO
from apps.platforms.adapters.linkedin.line import Line, encoded, moment, object_of, text_of
from apps.platforms.calls import Call
from apps.platforms.contract import MediaFile, Staged
from apps.platforms.errors import (
    Evidence,
    Gone,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    Throttled,
)

LONGEST_PROCESSING: Final = timedelta(minutes=30)
LONGEST_UNSEEN: Final = timedelta(minutes=5)
POLL_PAUSES: Final = (1, 2, 4, 5)  # seconds
SHORT_PAUSE: Final = timedelta(seconds=30)
# Where the consent lets us write and not read, a file is given this long.
UNREADABLE_PAUSES: Final = {IMAGE: timedelta(seconds=10), DOCUMENT: timedelta(seconds=20), VIDEO: timedelta(minutes=1)}
_BEGINS: Final[dict[str, Call]] = {
    IMAGE: permits.BEGIN_IMAGE,
    DOCUMENT: permits.BEGIN_DOCUMENT,
    VIDEO: permits.VIDEOS,
}
_READS: Final[dict[str, Call]] = {IMAGE: permits.IMAGE, DOCUMENT: permits.DOCUMENT, VIDEO: permits.VIDEO}


@dataclass
class _Paused(Exception):
    """Not an error: what was achieved is kept, and the caller asks again later."""

    again_in: timedelta


def stage(line: Line, wanted: list[files.Wanted], before: Staged | None) -> Staged:
    """Bring the files to LinkedIn; go on from `before`."""
    work = _Work(line, wanted, files.carried_over(line, wanted, before))
    try:
        work.go_on()
    except _Paused as pause:
        return Staged(data=work.data, ready=False, again_in=pause.again_in)
    return Staged(data=work.data)


@dataclass
class _Work:
    """One round of preparation. `data` holds what was achieved at any moment, also when the round is cut short."""

    line: Line
    wanted: list[files.Wanted]
    data: dict[str, Any]
    sent: int = 0
    has_achieved: bool = False

    def go_on(self) -> None:
        """Send what is missing and look at what is not ready; raises _Paused until all is."""
        pairs = list(zip(self.wanted, self.data["files"], strict=True))
        try:
            for one, entry in pairs:
                self._bring(one, entry)
            for one, entry in pairs:
                if not entry["is_ready"] and not self._is_ready(one, entry):
                    self._look_later(entry)
        except (NotSent, Throttled) as refused:
            if not self.has_achieved:
                raise
            until = refused.retry_at if isinstance(refused, Throttled) else None
            raise _Paused(until - self.line.clock() if until else SHORT_PAUSE) from None
        self.data["polls"] = 0

    # sending

    def _bring(self, one: files.Wanted, entry: dict[str, Any]) -> None:
        if entry["sent_at"]:
            return
        ends_at = wire.instant(entry["ends_at"])
        if not entry["urn"] or (ends_at is not None and ends_at <= self.line.clock() + SHORT_PAUSE):
            entry.update(files.entry(one))
            self._begin(one, entry)
        for part in entry["uploads"]:
            if not part["etag"]:
                self._send_part(one, entry, part)
        if one.cover is not None and not entry["has_thumbnail"]:
            self._send_thumbnail(one, one.cover, entry)
        if one.kind == VIDEO:
            self._finish(one, entry)
        entry["sent_at"] = self.line.clock().isoformat()
        self.has_achieved = True

    def _begin(self, one: files.Wanted, entry: dict[str, Any]) -> None:
        request: dict[str, Any] = {"owner": self.line.author}
        if one.kind == VIDEO:
            request["fileSizeBytes"] = one.media.size
            request |= {"uploadCaptions": False, "uploadThumbnail": one.cover is not None}
        call = _BEGINS[one.kind]
        path = f"{call.path}?action=initializeUpload"
        answer = self.line.call(call, path, json={"initializeUploadRequest": request})
        value = object_of(self._told(call, answer, one), "value")
        entry.update(
            urn=text_of(value, one.kind),
            token=text_of(value, "uploadToken"),
            thumbnail_url=text_of(value, "thumbnailUploadUrl"),
            uploads=files.instructions(value, one.media.size),
        )
        ends_at = moment(value.get("uploadUrlExpiresAt") or value.get("uploadUrlsExpireAt"))
        entry["ends_at"] = ends_at.isoformat() if ends_at else ""
        if not entry["urn"] or not entry["uploads"]:
            raise self.line.unreadable(answer)
        if entry["thumbnail_url"] == "":
            entry["has_thumbnail"] = True  # it was not offered, and LinkedIn takes a frame of the video
        self.has_achieved = True

    def _send_part(self, one: files.Wanted, entry: dict[str, Any], part: dict[str, Any]) -> None:
        size = part["last"] - part["first"] + 1
        if self.sent and self.sent + size > uploads.STEP:
            raise _Paused(timedelta(0))
        kind = "application/octet-stream" if one.kind == VIDEO else one.media.mime_type
        # The address of a video's part is signed, and one of a picture or document wants the token.
        token = None if one.kind == VIDEO else self._token_for(part["url"])
        body = uploads.pieces(one.media, start=part["first"], size=size, field=one.field)
        answer = self._put(part["url"], body, size, one, token=token, headers={"Content-Type": kind})
        etag = answer.headers.get("etag", "").strip().removeprefix('"').removesuffix('"')
        if one.kind == VIDEO and not etag:
            raise self.line.unreadable(answer)
        part["etag"] = etag or "sent"
        self.sent += size
        self.has_achieved = True

    def _send_thumbnail(self, one: files.Wanted, cover: MediaFile, entry: dict[str, Any]) -> None:
        body = uploads.pieces(cover, start=0, size=cover.size, field="cover")
        headers = {"Content-Type": cover.mime_type, "media-type-family": "STILLIMAGE"}
        self._put(entry["thumbnail_url"], body, cover.size, one, token=None, headers=headers)
        entry["has_thumbnail"] = True

    def _put(
        self, url: str, body: Any, size: int, one: files.Wanted, *, token: Any, headers: dict[str, str]
    ) -> wire.Answer:
        length = uploads.length_header(size)
        answer = wire.send(
            self.line.http, "PUT", url, platform="LinkedIn", token=token, content=body, headers={**headers, **length}
        )
        if answer.is_success:
            return answer
        raise self._lost_or(self.line.failure(permits.UPLOAD, answer, field=one.field))

    def _token_for(self, url: str) -> Any:
        credential = self.line.credential
        return credential.access_token if credential is not None and self.line.is_ours(url) else None

    def _finish(self, one: files.Wanted, entry: dict[str, Any]) -> None:
        parts = [part["etag"] for part in entry["uploads"]]
        request = {"video": entry["urn"], "uploadToken": entry["token"], "uploadedPartIds": parts}
        answer = self.line.call(
            permits.VIDEOS, "/rest/videos?action=finalizeUpload", json={"finalizeUploadRequest": request}
        )
        if answer.is_success:
            return
        failure = self._lost_or(self.line.failure(permits.VIDEOS, answer, field=one.field))
        # It may have been finished by an earlier request whose answer was lost; then it is being worked on.
        if isinstance(failure, Rejected) and self._status(one, entry)[0] in {"PROCESSING", "AVAILABLE"}:
            return
        raise failure

    # looking

    def _is_ready(self, one: files.Wanted, entry: dict[str, Any]) -> bool:
        sent_at = wire.instant(entry["sent_at"]) or self.line.clock()
        try:
            status, reason = self._status(one, entry)
        except MissingPermission:
            entry["is_ready"] = self.line.clock() - sent_at >= UNREADABLE_PAUSES[one.kind]
            return bool(entry["is_ready"])
        if status == "PROCESSING_FAILED":
            seen = Evidence(status=200, code=status, text=reason[: wire.MAX_EVIDENCE_CHARACTERS])
            words = f"LinkedIn could not process this file{f' ({reason[:80]})' if reason else ''}."
            raise Rejected(words, field=one.field, evidence=seen)
        if status == "WAITING_UPLOAD" and self.line.clock() - sent_at > LONGEST_UNSEEN:
            raise StagedLost("LinkedIn has not received a file that was sent to it.")
        entry["is_ready"] = status == "AVAILABLE"
        return bool(entry["is_ready"])

    def _status(self, one: files.Wanted, entry: dict[str, Any]) -> tuple[str, str]:
        """What LinkedIn says of the file, and why it failed if it did. Raises MissingPermission where it may not be
        read."""
        if one.kind != VIDEO and self._is_write_only():
            raise MissingPermission("This consent lets us write and not read.")
        call = _READS[one.kind]
        path = call.path.replace("{urn}", encoded(entry["urn"]))
        answer = self.line.call(call, path)
        said = self._told(call, answer, one)
        return text_of(said, "status"), text_of(said, "processingFailureReason")

    def _is_write_only(self) -> bool:
        granted = self.line.credential.scopes if self.line.credential else ()
        return not self.line.is_page and bool(granted) and "r_member_social" not in granted

    def _look_later(self, entry: dict[str, Any]) -> None:
        sent_at = wire.instant(entry["sent_at"]) or self.line.clock()
        if self.line.clock() - sent_at > LONGEST_PROCESSING:
            raise NotSent("LinkedIn has been working on a file for more than half an hour.")
        pause = POLL_PAUSES[min(self.data["polls"], len(POLL_PAUSES) - 1)]
        self.data["polls"] += 1
        raise _Paused(timedelta(seconds=pause))

    def _told(self, call: Call, answer: wire.Answer, one: files.Wanted) -> dict[str, Any]:
        try:
            return self.line.understood(call, answer, field=one.field)
        except Gone as error:
            failure = self._lost_or(error)
        raise failure

    @staticmethod
    def _lost_or(failure: PlatformError) -> PlatformError:
        if isinstance(failure, Gone):
            return StagedLost("LinkedIn no longer has what was sent to it.", evidence=failure.evidence)
        return failure
