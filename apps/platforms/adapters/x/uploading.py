"""Bringing files to X: a picture in one request, animated GIFs, videos and subtitles in parts.

https://docs.x.com/x-api/media/quickstart/media-upload-chunked. `Staged.data` remembers each file as {"print", "kind",
"id", "key", "parts", "expires_at", "is_whole", "since", "is_ready", "alt"}. X does not tell which parts it has, and
takes a part twice under the same number: so an upload goes on after the last part that a row remembers.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.x import consent, rights
from apps.platforms.adapters.x.abilities import FILE_LIFE, GIF
from apps.platforms.adapters.x.line import Line, data_of, text_in
from apps.platforms.contract import MediaFile, Staged
from apps.platforms.errors import Evidence, Gone, NotSent, PlatformError, Rejected, StagedLost, Throttled
from apps.platforms.uploads import STEP, length_header, pieces

MEBIBYTE = 1024 * 1024
MAX_PART = 5_000_000
LONGEST_PROCESSING = timedelta(minutes=30)
SHORT_PAUSE = timedelta(seconds=30)

File = dict[str, Any]


@dataclass
class Paused(Exception):
    """Not an error: what was achieved is kept, and the caller asks again later."""

    again_in: timedelta


def part_size(total: int) -> int:
    """Parts of 1 MiB, and larger ones where a thousand of those would not do."""
    return MEBIBYTE if total <= 900 * MEBIBYTE else min(math.ceil(total / 990), MAX_PART)


def category(media: MediaFile) -> str:
    if media.mime_type == GIF:
        return "tweet_gif"
    if not media.is_video:
        return "tweet_image" if media.is_image else "subtitles"
    is_long = media.size > consent.VIDEO_BYTES or media.seconds > consent.VIDEO_SECONDS
    return "amplify_video" if is_long else "tweet_video"


def new_file(media: MediaFile, kind: str = "") -> File:
    return {
        "print": media.sha256[:24], "kind": kind or category(media), "id": "", "key": "", "parts": 0, "expires_at": "",
        "is_whole": False, "since": "", "is_ready": False, "alt": "",
    }  # fmt: skip


def facts(staged: Staged, *, posted_at: datetime, quoted: str = "") -> dict[str, Any]:
    """What replies, edits and figures need to know of a post later."""
    files = staged.data.get("media") or []
    videos = [file["key"] for file in files if file["kind"] in {"tweet_video", "amplify_video"} and file["key"]]
    found = {"posted_at": posted_at.isoformat(), "media_ids": [file["id"] for file in files], "video_keys": videos}
    found |= {"quoted": quoted}
    return {name: value for name, value in found.items() if value}


@dataclass
class Uploads:
    """One round of uploading: at most `STEP` bytes, or one look at a file that X works on."""

    line: Line
    left: int = STEP
    has_achieved: bool = field(default=False)

    def go_on(self, file: File, media: MediaFile, place: str) -> None:
        """Bring `file` to the state of being usable. Raises Paused; what was achieved is in `file` then as well."""
        try:
            self._go_on(file, media, place)
        except Gone as gone:
            raise StagedLost("X no longer has the uploaded files.", evidence=gone.evidence) from None

    def pause_after(self, refused: NotSent | Throttled) -> timedelta | None:
        """How long to wait after a failure that may pass; None where nothing was achieved that is worth keeping."""
        if not self.has_achieved:
            return None
        until = refused.retry_at if isinstance(refused, Throttled) else None
        return until - self.line.clock() if until else SHORT_PAUSE

    def _go_on(self, file: File, media: MediaFile, place: str) -> None:
        if not file["is_whole"]:
            self._send(file, media, place)
        elif not file["is_ready"]:
            self._wait_for(file, place)
        if media.alt and file["alt"] != media.alt and file["kind"] in {"tweet_image", "tweet_gif"}:
            described = {"id": file["id"], "metadata": {"alt_text": {"text": media.alt}}}
            self.line.ask(rights.DESCRIBE, json=described, field=f"{place}.alt")
            self.achieved(file, alt=media.alt)

    def achieved(self, file: File, **changes: Any) -> None:
        file.update(changes)
        self.has_achieved = True

    def _spend(self, size: int) -> None:
        if self.left < size:
            raise Paused(timedelta(0))
        self.left -= size

    # sending

    def _send(self, file: File, media: MediaFile, place: str) -> None:
        if file["kind"] == "tweet_image":
            self._spend(min(media.size, STEP))
            self._send_picture(file, media, place)
            return
        is_resumed = bool(file["id"])
        if not is_resumed:
            self._begin(file, media, place)
        try:
            self._send_parts(file, media, place)
            self._end(file, place)
        except (Gone, Rejected) as refused:
            if not is_resumed or refused.evidence.status is None:  # or it was not X that refused
                raise
            # Whoever began it may have ended it, and died before that was written down.
            self._catch_up(file, refused)
        if not file["is_ready"]:
            raise Paused(timedelta(seconds=1))

    def _send_parts(self, file: File, media: MediaFile, place: str) -> None:
        size = part_size(media.size)
        for number in range(file["parts"], math.ceil(media.size / size)):
            self._spend(min(size, media.size - number * size))
            self._send_part(file, media, number, place)

    def _catch_up(self, file: File, refused: PlatformError) -> None:
        """Take an upload for ended if X says that it is at work on it; else it is lost, and begun anew."""
        try:
            said = self._status(file)
        except (Gone, Rejected, NotSent):
            said = {}
        if not data_of(said).get("processing_info"):
            raise StagedLost("X no longer has what was uploaded.", evidence=refused.evidence)
        self._take_in(file, said, is_whole=True)

    def _send_picture(self, file: File, media: MediaFile, place: str) -> None:
        position = place.rpartition(".")[2]
        content = wire.read_media(media, int(position) if position.isdecimal() else 0)
        name = f"picture.{media.mime_type.rpartition('/')[2]}"
        said = self.line.ask(
            rights.UPLOAD,
            files={"media": (name, content, media.mime_type)},
            data={"media_category": file["kind"]},
            field=place,
        )
        self._take_in(file, said, is_whole=True)

    def _begin(self, file: File, media: MediaFile, place: str) -> None:
        asked = {"media_type": media.mime_type, "media_category": file["kind"], "total_bytes": media.size}
        self._take_in(file, self.line.ask(rights.INITIALIZE, json=asked, field=place))

    def _take_in(self, file: File, said: dict[str, Any], **changes: Any) -> None:
        """Remember what X said of a file: its id, its key, how long it lives, and whether it is being worked on."""
        found = _told(said)
        id, key, life = text_in(found, "id") or file["id"], text_in(found, "media_key"), found.get("expires_after_secs")
        if not id:
            raise _senseless()
        now = self.line.clock()
        is_told = isinstance(life, int) and 0 < life < 10**8
        expires_at = now + (timedelta(seconds=int(life)) if life and is_told else FILE_LIFE)
        if changes.get("is_whole"):
            changes |= {"is_ready": "processing_info" not in found, "since": now.isoformat()}
        self.achieved(file, id=id, key=key or file["key"], expires_at=expires_at.isoformat(), **changes)

    def _send_part(self, file: File, media: MediaFile, number: int, place: str) -> None:
        size = part_size(media.size)
        start = number * size
        length = min(size, media.size - start)
        boundary = f"postroom-{secrets.token_hex(16)}"
        head = _part_head(boundary, number)
        tail = f"\r\n--{boundary}--\r\n".encode()

        def body() -> Iterator[bytes]:
            yield head
            yield from pieces(media, start=start, size=length, field=place)
            yield tail

        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        headers |= length_header(len(head) + length + len(tail))
        answer = self.line.send(rights.APPEND, id=file["id"], content=body(), headers=headers)
        # Older answers are 204 without a body, so any success will do, unless a page for people stands in its place.
        if not answer.is_success:
            raise self.line.failure(answer, rights.APPEND, field=place)
        if answer.is_html:
            raise self.line.unreadable(answer)
        self.achieved(file, parts=number + 1)

    def _end(self, file: File, place: str) -> None:
        self._take_in(file, self.line.ask(rights.FINALIZE, id=file["id"], field=place), is_whole=True)

    def _status(self, file: File) -> dict[str, Any]:
        return self.line.ask(rights.STATUS, params={"command": "STATUS", "media_id": file["id"]})

    # waiting

    def _wait_for(self, file: File, place: str) -> None:
        """X processes videos and GIFs after they arrived."""
        info = _told(self._status(file)).get("processing_info")
        info = info if isinstance(info, dict) else {"state": "succeeded"}
        if info.get("state") == "failed":
            raise _failed(info, place)
        if info.get("state") == "succeeded":
            self.achieved(file, is_ready=True)
            return
        since = wire.instant(file["since"])
        if since is None or self.line.clock() - since > LONGEST_PROCESSING:
            raise StagedLost("X has been working on this file for more than half an hour.")
        raise Paused(_pause(info))


def _told(said: dict[str, Any]) -> dict[str, Any]:
    """What X says of a file; raises NotSent where that is nothing, which does not make it ready."""
    if found := data_of(said):
        return found
    raise _senseless()


def _senseless() -> NotSent:
    return NotSent("X gave an answer that makes no sense.", evidence=Evidence(code="unreadable"))


def _pause(info: dict[str, Any]) -> timedelta:
    seconds = info.get("check_after_secs")
    is_told = isinstance(seconds, int) and not isinstance(seconds, bool)
    return timedelta(seconds=min(max(int(seconds or 0), 1), 30)) if is_told else timedelta(seconds=5)


def _part_head(boundary: str, number: int) -> bytes:
    disposition = "Content-Disposition: form-data"
    lines = (
        f"--{boundary}", f'{disposition}; name="segment_index"', "", str(number),
        f"--{boundary}", f'{disposition}; name="media"; filename="media"', "Content-Type: application/octet-stream", "",
        "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def _failed(info: dict[str, Any], place: str) -> PlatformError:
    error = info.get("error")
    error = error if isinstance(error, dict) else {}
    name, message = text_in(error, "name"), text_in(error, "message")
    words = "X could not process this file" + (f": {message[:200]}" if message else "; try another format.")
    return Rejected(words, field=place, evidence=Evidence(status=200, code=name or "failed", text=message[:600]))
