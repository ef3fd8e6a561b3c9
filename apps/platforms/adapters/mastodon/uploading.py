"""Bringing files to a server: each in one request of known length, streamed from storage, then awaited.

https://docs.joinmastodon.org/methods/media/. `Staged.data` remembers each file as {"id", "print", "is_processed"}. An
upload cannot be carried on: one that broke off is made again, and what it left at the server vanishes by itself.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.mastodon import rights
from apps.platforms.adapters.mastodon.abilities import UPLOAD_LIFE, is_sound
from apps.platforms.adapters.mastodon.line import Line
from apps.platforms.contract import Draft, MediaFile, Staged
from apps.platforms.errors import NotSent, Rejected, StagedLost, Throttled
from apps.platforms.option_rules import lines
from apps.platforms.uploads import length_header, pieces

LONGEST_PROCESSING = timedelta(minutes=10)
POLL_PAUSES = (1, 2, 4, 8, 15)  # seconds
SHORT_PAUSE = timedelta(seconds=30)
EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "video/mp4": "mp4",
    "video/webm": "webm", "video/quicktime": "mov", "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/wav": "wav",
    "audio/flac": "flac", "audio/mp4": "m4a", "audio/aac": "aac",
}  # fmt: skip
_FOCUS = re.compile(r"\s*(-?(?:0(?:\.\d+)?|1(?:\.0+)?))\s*,\s*(-?(?:0(?:\.\d+)?|1(?:\.0+)?))\s*")

Data = dict[str, Any]


def stage(line: Line, draft: Draft, before: Staged | None) -> Staged:
    """Upload what is not there yet, then wait until the server has processed all of it."""
    _check(draft)
    focus = _focal_points(draft)
    data = _carried_over(line, draft, focus, before)
    if pause := _upload_missing(line, draft, focus, data):
        return Staged(data=data, ready=False, again_in=pause)
    if _all_processed(line, data):
        return Staged(data=data)
    since = wire.instant(data.setdefault("waits_since", line.clock().isoformat())) or line.clock()
    if line.clock() - since > LONGEST_PROCESSING:
        raise NotSent(f"{line.name} has been working on the files for more than ten minutes.")
    seconds = POLL_PAUSES[min(data["polls"], len(POLL_PAUSES) - 1)]
    data["polls"] += 1
    return Staged(data=data, ready=False, again_in=timedelta(seconds=seconds))


def media_ids(staged: Staged) -> list[str]:
    """The ids of the uploaded files in display order."""
    return [entry["id"] for entry in staged.data.get("media", [])]


def require_current(draft: Draft, staged: Staged, *, name: str) -> None:
    """Raise StagedLost where other files were uploaded than those that the draft has now."""
    prints = [_fingerprint(draft, position, focus) for position, focus in enumerate(_focal_points(draft))]
    if [entry["print"] for entry in staged.data.get("media", [])] != prints:
        raise StagedLost(f"What was uploaded to {name} are other files than those of this post.")


def _check(draft: Draft) -> None:
    if len(draft.media) > 1 and any(is_sound(media) for media in draft.media):
        raise Rejected("Mastodon takes a sound on its own, without other files.", field="media")


def _focal_points(draft: Draft) -> list[str]:
    """One for each file, "" where none was named."""
    written = draft.options.get("focus") or ""
    found = [_FOCUS.fullmatch(one) for one in lines(written)]
    if len(found) > len(draft.media) or not all(found):
        words = "Write one line for each picture: two numbers from -1 to 1 with a comma between, such as 0,0.5."
        raise Rejected(words, field="options.focus")
    points = [f"{match[1]},{match[2]}" for match in found if match]
    return points + [""] * (len(draft.media) - len(points))


# --- what is there already --------------------------------------------------------------------------------------------


def _carried_over(line: Line, draft: Draft, focus: list[str], before: Staged | None) -> Data:
    """What `before` achieved, as far as it still holds: the same files, uploaded not too long ago."""
    data: Data = {"media": [], "started_at": line.clock().isoformat(), "polls": 0}
    if before is None or not before.data.get("media"):
        return data
    started_at = wire.instant(before.data.get("started_at"))
    if started_at is None or line.clock() - started_at > UPLOAD_LIFE:
        return data
    prints = [_fingerprint(draft, position, point) for position, point in enumerate(focus)]
    kept = [dict(entry) for entry in before.data["media"]]
    if [entry["print"] for entry in kept] != prints[: len(kept)]:
        return data
    return {**before.data, "media": kept, "polls": before.data.get("polls", 0)}


def _fingerprint(draft: Draft, position: int, focus: str) -> str:
    media, cover = draft.media[position], _cover(draft, position)
    said = [media.sha256, media.alt, *([focus] if focus else []), *([cover.sha256] if cover else [])]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def _cover(draft: Draft, position: int) -> MediaFile | None:
    return None if draft.media[position].is_image else draft.cover


# --- sending ----------------------------------------------------------------------------------------------------------


def _upload_missing(line: Line, draft: Draft, focus: list[str], data: Data) -> timedelta | None:
    """Add uploads to `data` until none is missing; a pause instead of an error when some got through before it."""
    achieved = False
    for position in range(len(data["media"]), len(draft.media)):
        try:
            data["media"].append(_upload(line, draft, position, focus[position], data))
        except (NotSent, Throttled) as refused:
            if not achieved:
                raise
            # Uploads are scarce (30 in half an hour): those that arrived are kept.
            until = refused.retry_at if isinstance(refused, Throttled) else None
            return until - line.clock() if until else SHORT_PAUSE
        achieved = True
    if achieved and not all(entry["is_processed"] for entry in data["media"]):
        # Asked for later: first it is remembered that they arrived.
        data |= {"waits_since": line.clock().isoformat(), "polls": 1}
        return timedelta(seconds=POLL_PAUSES[0])
    return None


def _upload(line: Line, draft: Draft, position: int, focus: str, data: Data) -> dict[str, Any]:
    form = _Form.of(draft, position, focus)
    calls = (rights.UPLOAD_OLD,) if data.get("is_old") else (rights.UPLOAD, rights.UPLOAD_OLD)
    for call in calls:  # Older servers know only the second.
        answer = line.send(call, content=form.body(), headers=form.headers)
        if answer.status != 404:
            break
        data["is_old"] = True
    if answer.status not in {200, 202}:
        raise line.failure(answer, call, media=position)
    said = _mapping(answer)
    remote_id = said.get("id")
    if not isinstance(remote_id, str) or not remote_id:
        raise line.unreadable(answer)
    is_processed = answer.status == 200 and said.get("url", "") is not None
    return {"id": remote_id, "print": _fingerprint(draft, position, focus), "is_processed": is_processed}


@dataclass(frozen=True, slots=True)
class _Form:
    """A multipart body whose files are read only while it is sent."""

    boundary: str
    parts: tuple[tuple[bytes, MediaFile | None, str], ...]  # head, the file that follows it, and its field

    @classmethod
    def of(cls, draft: Draft, position: int, focus: str) -> _Form:
        media, cover = draft.media[position], _cover(draft, position)
        boundary = f"postroom-{secrets.token_hex(16)}"
        parts: list[tuple[bytes, MediaFile | None, str]] = []
        for name, value in (("description", media.alt), ("focus", focus)):
            if value:
                parts.append((_head(boundary, name) + b"\r\n" + value.encode() + b"\r\n", None, ""))
        for name, file, field in (("file", media, f"media.{position}"), ("thumbnail", cover, "cover")):
            if file is not None:
                parts.append((_head(boundary, name, file), file, field))
        return cls(boundary, tuple(parts))

    @property
    def headers(self) -> dict[str, str]:
        files = sum(file.size + 2 for _, file, _ in self.parts if file)
        size = sum(len(head) for head, _, _ in self.parts) + files + len(self._tail)
        return {"Content-Type": f"multipart/form-data; boundary={self.boundary}"} | length_header(size)

    def body(self) -> Iterator[bytes]:
        for head, file, field in self.parts:
            yield head
            if file is not None:
                yield from pieces(file, start=0, size=file.size, field=field)
                yield b"\r\n"
        yield self._tail

    @property
    def _tail(self) -> bytes:
        return f"--{self.boundary}--\r\n".encode()


def _head(boundary: str, name: str, file: MediaFile | None = None) -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"'
    if file is None:
        return f"--{boundary}\r\n{disposition}\r\n".encode()
    called = re.sub(r"[^\w-]", "-", file.id, flags=re.ASCII)
    named = f'{disposition}; filename="{called}.{EXTENSIONS.get(file.mime_type, "bin")}"'
    return f"--{boundary}\r\n{named}\r\nContent-Type: {file.mime_type}\r\n\r\n".encode()


# --- waiting ----------------------------------------------------------------------------------------------------------


def _all_processed(line: Line, data: Data) -> bool:
    for position, entry in enumerate(data["media"]):
        if entry["is_processed"]:
            continue
        answer = line.send(rights.LOOK, id=entry["id"])
        if answer.status == 206:
            return False
        if answer.status == 404:
            raise StagedLost(f"{line.name} no longer has the uploaded files.")
        if answer.status != 200:
            raise line.failure(answer, rights.LOOK, media=position)
        entry["is_processed"] = True
    return True


def _mapping(answer: wire.Answer) -> dict[str, Any]:
    try:
        return answer.mapping()
    except wire.Unreadable:
        return {}
