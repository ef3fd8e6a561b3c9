"""What an uploaded file is, by its first bytes; pictures are kept, videos and sounds only counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile

from apps.sandbox.core import images, video
from apps.sandbox.core.uploads import MEBIBYTE, Intake
from apps.sandbox.core.world import World
from apps.sandbox.mastodon.errors import invalid
from apps.sandbox.mastodon.instance import IMAGE_TYPES
from apps.sandbox.mastodon.limits import limit

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


async def take_in(world: World, file: UploadFile) -> Found:
    """Read what was sent; refuses what Mastodon refuses."""
    intake = Intake()
    content, most = bytearray(), limit(world, "image_bytes")
    while piece := await file.read(PIECE):
        intake.add(piece)
        if len(content) <= most:
            content += piece
    came = {"crc32": intake.crc32, "received": intake.received}
    moving = _moving(world, intake, came)
    return moving or _picture(world, bytes(content), intake.size, came)


def _moving(world: World, intake: Intake, came: dict[str, Any]) -> Found | None:
    if intake.head[8:12] == b"M4A ":
        return _sound(world, "audio/mp4", intake, came)
    if probed := video.probe(intake.head, size=intake.size):
        _check_video(world, probed)
        return Found("video", probed.mime, intake.size, probed.width, probed.height, came=came)
    is_webp = intake.head[8:12] == b"WEBP"
    mime = next((mime for begin, mime in SOUNDS if intake.head.startswith(begin) and not is_webp), "")
    return _sound(world, mime, intake, came) if mime else None


def _check_video(world: World, found: video.VideoProbe) -> None:
    _check_size(found.size, limit(world, "video_bytes"))
    if found.width * found.height > limit(world, "video_pixels"):
        raise invalid(f"File {found.width}x{found.height} videos are not supported")
    if not found.has_frame_rate(0, limit(world, "video_frame_rate")):
        raise invalid(f"File {round(found.frame_rate)}fps videos are not supported")
    if found.frame_rate * found.seconds > limit(world, "video_frames"):
        raise invalid("File video is too long")


def _sound(world: World, mime: str, intake: Intake, came: dict[str, Any]) -> Found:
    _check_size(intake.size, limit(world, "video_bytes"))
    return Found("audio", mime, intake.size, came=came)


def _picture(world: World, content: bytes, size: int, came: dict[str, Any]) -> Found:
    _check_size(size, limit(world, "image_bytes"))
    found = images.probe(content)
    if found is None or found.mime not in IMAGE_TYPES:
        raise invalid(UNREADABLE)
    kind = "gifv" if found.mime == "image/gif" and found.frames > 1 else "image"
    if found.width * found.height > limit(world, "gif_pixels" if kind == "gifv" else "image_pixels"):
        things = "GIF files" if kind == "gifv" else "images"
        raise invalid(f"File {found.width}x{found.height} {things} are not supported")
    return Found(kind, found.mime, size, found.width, found.height, content, came)


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise invalid(f"File file size must be less than {most // MEBIBYTE} MB")
