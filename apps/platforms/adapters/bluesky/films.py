"""Videos, on their way through Bluesky's video service: announced, sent in parts, worked on, and handed back as a blob.

What was achieved is plain data: {"file", "upload", "part", "count", "job", "polls", "tries", "began", "blob"}. The
service is asked which parts it has, so an upload goes on wherever it broke off. Tokens for the service are short and
made anew for each step, never stored. Which method a token for a part names is not documented; it is that of the
upload, as for a whole file. A service that knows no parts gets the file whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms import uploads
from apps.platforms.adapters.bluesky import film_faults, records, rights
from apps.platforms.adapters.bluesky.dpop import Clock
from apps.platforms.adapters.bluesky.refusals import PLATFORM
from apps.platforms.adapters.bluesky.repository import Repository
from apps.platforms.calls import Call
from apps.platforms.contract import MediaFile
from apps.platforms.errors import NotSent

FIELD: Final = "media.0"
MOST_TRIES: Final = 3
LONGEST_WORK: Final = timedelta(hours=1)
FIRST_POLL, LONGEST_POLL, MOST_GROWTH = 2.0, 10.0, 8
_UPLOAD_METHOD: Final = "com.atproto.repo.uploadBlob"
_LIMITS_METHOD: Final = "app.bsky.video.getUploadLimits"
_AT_ONCE: Final = timedelta(0)
_ENDINGS: Final = {"video/quicktime": "mov", "video/webm": "webm", "video/mpeg": "mpeg", "image/gif": "gif"}

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Films:
    """The service at `origin`, whose own name is `did`, for one account."""

    http: httpx.Client
    clock: Clock
    repository: Repository
    origin: str
    did: str

    def go_on(self, media: MediaFile, before: Mapping[str, Any]) -> tuple[Data, timedelta]:
        """One step further than `before`, and the pause after it; ready when there is a "blob"."""
        data = dict(before)
        if data.get("file") != media.sha256:
            data = {"file": media.sha256, "tries": 0}
        if data.get("job"):
            return self._look(data)
        if data.get("upload"):
            return self._send_parts(data, media)
        self._require_allowance()
        return self._begin(data, media)

    # the way in

    def _require_allowance(self) -> None:
        token = self.repository.service_token(audience=self.did, method=_LIMITS_METHOD)
        told = _object(self._send(rights.VIDEO_LIMITS, token=token))
        if told.get("canUpload") is False:
            raise film_faults.not_allowed(told, now=self.clock())

    def _begin(self, data: Data, media: MediaFile) -> tuple[Data, timedelta]:
        announced = {"sizeBytes": media.size, "mimeType": media.mime_type, "name": _name(media)}
        if media.seconds > 0:
            announced["durationMs"] = int(media.seconds * 1000)
        if media.width > 0 and media.height > 0:
            announced |= {"width": media.width, "height": media.height}
        answer = self._send(rights.START, token=self._upload_token(), json=announced)
        told = _object(answer)
        part, count = told.get("partSizeBytes"), told.get("partCount")
        if answer.is_success and _text(told, "jobId") and _is_plan(part, count, media.size):
            return {**data, "upload": told["jobId"], "part": part, "count": count}, _AT_ONCE
        if refused := film_faults.announced(answer, now=self.clock()):
            raise refused
        return self._send_whole(data, media)

    def _send_whole(self, data: Data, media: MediaFile) -> tuple[Data, timedelta]:
        headers = {"Content-Type": media.mime_type, **uploads.length_header(media.size)}
        answer = self._send(
            rights.WHOLE,
            token=self._upload_token(),
            params={"did": self.repository.did, "name": _name(media)},
            content=uploads.pieces(media, start=0, size=media.size, field=FIELD),
            headers=headers,
        )
        status = _status(answer)
        if not _blob(status) and (not answer.is_success or not _text(status, "jobId")):
            raise film_faults.refused(answer, now=self.clock())
        return self._working(data, status, _text(status, "jobId"))

    def _send_parts(self, data: Data, media: MediaFile) -> tuple[Data, timedelta]:
        """As many of the parts that are missing as one step may send."""
        token, upload = self._upload_token(), data["upload"]
        answer = self._send(rights.PARTS, token=token, params={"jobId": upload})
        told = _object(answer)
        if not answer.is_success or told.get("state") not in ("created", "finishing", "completed"):
            if answer.status >= 500 or answer.status == 429:
                raise film_faults.refused(answer, now=self.clock())
            return self._again(data)
        received = told.get("receivedParts")
        here = {one for one in received if isinstance(one, int)} if isinstance(received, list) else set()
        missing = [number for number in range(1, data["count"] + 1) if number not in here]
        if told["state"] != "created":
            missing = []
        sent = 0
        while missing and (not sent or sent + data["part"] <= uploads.STEP):
            sent += self._send_part(data, media, missing.pop(0), token)
        return (data, _AT_ONCE) if missing else self._finish(data)

    def _send_part(self, data: Data, media: MediaFile, number: int, token: Secret) -> int:
        start = (number - 1) * data["part"]
        size = min(data["part"], media.size - start)
        answer = self._send(
            rights.PART,
            token=token,
            params={"jobId": data["upload"], "partNumber": str(number)},
            content=uploads.pieces(media, start=start, size=size, field=FIELD),
            headers={"Content-Type": media.mime_type, **uploads.length_header(size)},
        )
        if not answer.is_success:
            raise film_faults.refused(answer, now=self.clock())
        return size

    def _finish(self, data: Data) -> tuple[Data, timedelta]:
        answer = self._send(rights.FINISH, token=self._upload_token(), json={"jobId": data["upload"]})
        told, status = _object(answer), _status(answer)
        job = _text(told, "completedJobId") or _text(status, "jobId")
        if not _blob(status) and (not answer.is_success or not job):
            raise film_faults.refused(answer, now=self.clock())
        return self._working(data, status, job)

    # while it is worked on

    def _working(self, data: Data, status: Mapping[str, Any], job: str) -> tuple[Data, timedelta]:
        data = {**data, "job": job or "none", "polls": 0, "began": self.clock().isoformat()}
        if blob := _blob(status):
            return {**data, "blob": blob}, _AT_ONCE
        return data, timedelta(seconds=FIRST_POLL)

    def _look(self, data: Data) -> tuple[Data, timedelta]:
        answer = self._send(rights.JOB, params={"jobId": data["job"]})
        status = _status(answer)
        if blob := _blob(status):
            return {**data, "blob": blob}, _AT_ONCE
        if not answer.is_success:
            if answer.status == 429 or answer.status >= 500:
                raise film_faults.refused(answer, now=self.clock())
            return self._again(data)
        if status.get("state") == "JOB_STATE_FAILED":
            if lasting := film_faults.failed(status):
                raise lasting
            return self._again(data)
        if self.clock() - datetime.fromisoformat(data["began"]) > LONGEST_WORK:
            return self._again(data)
        polls = data["polls"] + 1
        pause = min(FIRST_POLL * 1.3 ** min(polls, MOST_GROWTH), LONGEST_POLL)
        return {**data, "polls": polls}, timedelta(seconds=pause)

    def _again(self, data: Data) -> tuple[Data, timedelta]:
        """What the service has of this film leads nowhere: begin anew, a few times."""
        tries = data["tries"] + 1
        if tries > MOST_TRIES:
            raise NotSent("Bluesky's video service failed with this video again and again.")
        return {"file": data["file"], "tries": tries}, timedelta(seconds=FIRST_POLL * tries)

    # ------------------------------------------------------------------------------------------------------------------

    def _upload_token(self) -> Secret:
        """For the account's own server, on which the service puts the blob in the end."""
        return self.repository.service_token(audience=self.repository.server_did(), method=_UPLOAD_METHOD)

    def _send(self, call: Call, *, token: Secret | None = None, **request: Any) -> wire.Answer:
        url = f"{self.origin}{call.path}"
        return wire.send(self.http, call.method, url, platform=PLATFORM, token=token, **request)


def _name(media: MediaFile) -> str:
    return f"{media.sha256[:32]}.{_ENDINGS.get(media.mime_type, 'mp4')}"


def _object(answer: wire.Answer) -> dict[str, Any]:
    try:
        return answer.mapping()
    except wire.Unreadable:
        return {}


def _status(answer: wire.Answer) -> dict[str, Any]:
    """The status of a job, which comes bare or inside `jobStatus`."""
    told = _object(answer)
    inner = told.get("jobStatus")
    return inner if isinstance(inner, dict) else told


def _blob(status: Mapping[str, Any]) -> dict[str, Any] | None:
    """The blob: where there is one, all went well, whatever else is said ("already_exists")."""
    blob = status.get("blob")
    return blob if isinstance(blob, dict) and records.is_blob(blob) else None


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _is_plan(part: object, count: object, size: int) -> bool:
    """Whether so many parts of this length make the file."""
    if type(part) is not int or type(count) is not int or part <= 0:
        return False
    return count == -(-size // part)
