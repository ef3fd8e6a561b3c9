"""What an uploaded file is, by its first bytes; pictures are kept, videos and sounds only counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile

from apps.sandbox.core import images, video
from apps.sandbox.core.uploads import Intake
from apps.sandbox.mastodon.errors import invalid
from apps.sandbox.mastodon.instance import IMAGE_BYTES, IMAGE_PIXELS, IMAGE_TYPES, VIDEO_BYTES, VIDEO_PIXELS

PIECE = 256 * 1024
UNREADABLE = "File content type is invalid, File is invalid"
SOUNDS = (
    (b"ID3", "audio/mpeg"), (b"\xff\xfb", "audio/mpeg"), (b"OggS", "audio/ogg"), (b"fLaC", "audio/flac"),
    (b"RIFF", "audio/wav"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """`kind` is the API's word: image, gifv, video or audio. `content` is empty for what is not kept."""

    kind: str
    mime: str
    size: int
    width: int = 0
    height: int = 0
    content: bytes = b""
    came: dict[str, Any] = field(default_factory=dict)


async def take_in(file: UploadFile) -> Found:
    """Read what was sent; refuses what Mastodon refuses."""
    intake = Intake()
    content = bytearray()
    while piece := await file.read(PIECE):
        intake.add(piece)
        if len(content) <= IMAGE_BYTES:
            content += piece
    came = {"crc32": intake.crc32, "received": intake.received}
    moving = _moving(intake, came)
    return moving or _picture(bytes(content), intake.size, came)


def _moving(intake: Intake, came: dict[str, Any]) -> Found | None:
    if intake.head[8:12] == b"M4A ":
        return _sound("audio/mp4", intake, came)
    if probed := video.probe(intake.head):
        _limit(intake.size, VIDEO_BYTES, "99 MB")
        if probed.width * probed.height > VIDEO_PIXELS:
            raise invalid(f"File {probed.width}x{probed.height} videos are not supported")
        return Found("video", probed.mime, intake.size, probed.width, probed.height, came=came)
    is_webp = intake.head[8:12] == b"WEBP"
    mime = next((mime for begin, mime in SOUNDS if intake.head.startswith(begin) and not is_webp), "")
    return _sound(mime, intake, came) if mime else None


def _sound(mime: str, intake: Intake, came: dict[str, Any]) -> Found:
    _limit(intake.size, VIDEO_BYTES, "99 MB")
    return Found("audio", mime, intake.size, came=came)


def _picture(content: bytes, size: int, came: dict[str, Any]) -> Found:
    _limit(size, IMAGE_BYTES, "16 MB")
    found = images.probe(content)
    if found is None or found.mime not in IMAGE_TYPES:
        raise invalid(UNREADABLE)
    if found.width * found.height > IMAGE_PIXELS:
        raise invalid(f"File {found.width}x{found.height} images are not supported")
    kind = "gifv" if found.mime == "image/gif" and found.frames > 1 else "image"
    return Found(kind, found.mime, size, found.width, found.height, content, came)


def _limit(size: int, limit: int, words: str) -> None:
    if size > limit:
        raise invalid(f"File file size must be less than {words}")
