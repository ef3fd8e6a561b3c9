"""Bringing a video to YouTube, where nobody can see it yet:
https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol.

A session is opened and remembered before the first byte leaves. After that YouTube is asked, before each step, how far
it came: it repeats its last word for an upload that is finished, so that a lost answer makes no second video. How long
a session lives is not documented; once it is over, the channel's uploads are looked through before anything is sent
anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import regex

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.youtube import abilities, content, permits, reading, sealing
from apps.platforms.adapters.youtube.line import Line, count_in, object_in
from apps.platforms.contract import Draft, MediaFile
from apps.platforms.errors import NotSent, Rejected
from apps.platforms.google.faults import text_in
from apps.platforms.uploads import STEP, length_header, pieces

FIELD: Final = "media.0"
PARTS: Final = "snippet,status"
MOST_SESSIONS: Final = 4  # each one counts against what all channels share in a day
PAUSE: Final = timedelta(seconds=5)
MARGIN: Final = timedelta(seconds=60)
RESUME, OVER = 308, frozenset({404, 410})
_RANGE = regex.compile(r"bytes=0-(\d{1,18})")


@dataclass
class Paused(Exception):
    """Not an error: what was achieved is kept, and the caller asks again later."""

    again_in: timedelta = timedelta(0)


def entry(media: MediaFile, started_at: str) -> dict[str, Any]:
    """What is remembered of an upload. `session` is sealed, `video` is there once all bytes are."""
    return {
        "print": media.sha256[:24], "size": media.size, "started_at": started_at, "session": "", "sessions": 0,
        "video": "",
    }  # fmt: skip


def file_name(draft: Draft, key: str) -> str:
    """A name by which the video can be told from others: the owner is told the names of files."""
    kind = draft.media[0].mime_type.rpartition("/")[2]
    return f"postroom-{hashlib.sha256(key.encode()).hexdigest()[:16]}.{kind if kind.isalnum() else 'mp4'}"


@dataclass
class Upload:
    """One round of an upload. `data` holds what was achieved at any moment, also when the round is cut short."""

    line: Line
    draft: Draft
    data: dict[str, Any]
    key: str

    @property
    def media(self) -> MediaFile:
        return self.draft.media[0]

    def go_on(self) -> None:
        """Do the next step; raises Paused until YouTube has given the video its name."""
        if self.data["video"]:
            return
        session = sealing.opened(self.data["session"], self.line.client_secret) if self.data["session"] else None
        if not session:
            self._start()
            raise Paused
        offset = self._told(self._put(session, b"", f"bytes */{self.media.size}"))
        if offset is not None:
            self._send(session, offset)
        raise Paused

    def _start(self) -> None:
        if self.data["sessions"] >= MOST_SESSIONS:
            raise Rejected("YouTube broke this upload off again and again: try another file.", field=FIELD)
        answer = self.line.send(
            permits.START,
            params={
                "uploadType": "resumable",
                "part": PARTS,
                "notifySubscribers": "false" if content.is_quiet(self.draft) else "true",
            },
            headers={
                "Content-Type": "application/json; charset=UTF-8",
                "X-Upload-Content-Length": str(self.media.size),
                "X-Upload-Content-Type": self.media.mime_type,
                "Slug": file_name(self.draft, self.key),
            },
            json={
                "snippet": content.snippet(self.draft),
                "status": content.status(self.draft, abilities.PRIVATE),
            },
        )
        if not answer.is_success:
            raise self.line.failure(answer, permits.START, field=FIELD)
        address = Secret(answer.headers.get("location", ""))
        if not address or not self.line.is_home(address.reveal()):
            raise NotSent("YouTube did not say where the video should go.")
        session = sealing.sealed(address, self.line.client_secret)
        self.data.update(session=session, sessions=self.data["sessions"] + 1)

    def _send(self, session: Secret, offset: int) -> None:
        """The next bytes: as many as one step takes, which is a multiple of the 256 KiB that YouTube wants."""
        size = min(STEP, self.media.size - offset)
        span = f"bytes {offset}-{offset + size - 1}/{self.media.size}"
        body = pieces(self.media, start=offset, size=size, field=FIELD)
        try:
            stored = self._told(self._put(session, body, span, size=size))
            if stored is not None and stored <= offset:
                raise NotSent("YouTube keeps nothing of what it is sent.")
        except NotSent:
            if self.data.get("stuck_at") == offset:
                raise
            # It came this far, so that it is no failure yet: a long upload has many of these.
            self.data["stuck_at"] = offset
            raise Paused(PAUSE) from None

    def _put(self, session: Secret, body: Any, span: str, *, size: int = 0) -> wire.Answer:
        headers = {"Content-Range": span, "Content-Type": self.media.mime_type, **length_header(size)}
        return self.line.send(permits.SEND, session=session, content=body, headers=headers)

    def _told(self, answer: wire.Answer) -> int | None:
        """How many bytes YouTube has; None once it has all of them, or the session is over."""
        if answer.status == RESUME:
            return self._offset(answer)
        if answer.status in OVER:
            self._look_around()
            return None
        video_id = text_in(self.line.understood(answer, permits.SEND, field=FIELD), "id")
        if not video_id:
            raise self.line.unreadable(answer)
        self.data.update(video=video_id, session="")
        return None

    def _offset(self, answer: wire.Answer) -> int:
        told = answer.headers.get("range", "").strip()
        found = _RANGE.fullmatch(told)
        stored = int(found[1]) + 1 if found else 0
        if (told and not found) or stored >= self.media.size:
            raise self.line.unreadable(answer)
        return stored

    def _look_around(self) -> None:
        """The session is over. If its last byte did arrive, the video is among the channel's uploads."""
        self.data.update(session="", video=self._arrived())

    def _arrived(self) -> str:
        found, _ = reading.uploads(self.line, "snippet,status,fileDetails")
        ours = [text_in(one, "id") for one in found if self._is_ours(one)]
        return ours[0] if len(ours) == 1 else ""

    def _is_ours(self, video: reading.Video) -> bool:
        """Proof is the size of the file. Its name is compared where YouTube tells one of ours: that it is kept is not
        documented."""
        snippet, file = object_in(video, "snippet"), object_in(video, "fileDetails")
        published_at, started_at = wire.instant(snippet.get("publishedAt")), wire.instant(self.data["started_at"])
        name = text_in(file, "fileName")
        return (
            reading.privacy(video) == abilities.PRIVATE
            and count_in(file, "fileSize") == self.media.size
            and text_in(snippet, "title") == content.title_of(self.draft)
            and (not name.startswith("postroom-") or name == file_name(self.draft, self.key))
            and published_at is not None
            and started_at is not None
            and published_at >= started_at - MARGIN
        )
