"""What a file is: first its first bytes, then what its one reader says."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from apps.media import room
from apps.media.decoding.refusals import DAMAGED, EMPTY, Refused
from apps.media.decoding.sniffing import CAPTIONS, DOCUMENT, IMAGE, VIDEO, Sniffed, sniff
from apps.media.errors import FileRefused
from apps.media.probing import documents
from apps.media.probing.shape import Probe
from apps.media.room import MB, Limits
from apps.media.states import Kind

EXTENSIONS: Final = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/heic": "heic",
    "image/avif": "avif", "image/tiff": "tif", "image/bmp": "bmp",
    "video/mp4": "mp4", "video/x-m4v": "m4v", "video/quicktime": "mov", "video/3gpp": "3gp", "video/webm": "webm",
    "video/x-matroska": "mkv", "video/x-msvideo": "avi", "video/mp2t": "ts",
    documents.PDF: "pdf", documents.DOCX: "docx", documents.PPTX: "pptx", documents.DOC: "doc", documents.PPT: "ppt",
}  # fmt: skip
LONGEST_NAME: Final = 120
IS_CAPTIONS: Final = "holds captions. Add it to a video of the library."
# Of a picture: Pillow keeps four bytes for each pixel, twice while it turns one; a phone's HEIC takes a third copy.
BYTES_A_PIXEL: Final = 12
BASE: Final = 96 * MB


def probe(path: Path, *, name: str) -> Probe:
    """What lies at `path`, which the person calls `name`; raises FileRefused with words that name it."""
    with refusing(name):
        return look(path)


@contextlib.contextmanager
def refusing(name: str) -> Iterator[None]:
    """Puts the name of the file before the words of a refusal."""
    shown = " ".join(name.replace("\0", "").split()) or "The file"
    if len(shown) > LONGEST_NAME:
        shown = f"{shown[: LONGEST_NAME - 1]}…"
    try:
        yield
    except Refused as refusal:
        raise FileRefused(f"{shown} {refusal.words}") from refusal


def look(path: Path) -> Probe:
    """As `probe`, for whoever adds the name."""
    size = path.stat().st_size
    if not size:
        raise Refused(EMPTY)
    sniffed = sniff(path)
    within_bytes(size, sniffed.kind)
    if sniffed.kind == CAPTIONS:
        raise Refused(IS_CAPTIONS)
    if sniffed.kind == DOCUMENT:
        return Probe(kind=Kind.DOCUMENT, mime_type=documents.look(path, sniffed), size=size)
    if sniffed.kind == IMAGE:
        return pictured(size, room.ask("pictures.look", of_picture(path, sniffed)))
    found = room.ask("videos.look", source(path, sniffed))
    shape = Probe.checked(Kind.VIDEO, size, found | {"mime_type": sniffed.mime_type})
    if shape.seconds > settings.MEDIA_MAX_VIDEO_SECONDS:
        raise Refused(f"is longer than {settings.MEDIA_MAX_VIDEO_SECONDS // 60} minutes. Cut it shorter.")
    return shape


def pictured(size: int, found: dict[str, Any]) -> Probe:
    """The shape of a picture of which the room says its kind, too."""
    shape = Probe.checked(Kind.IMAGE, size, found)
    if shape.mime_type not in EXTENSIONS or not shape.mime_type.startswith("image/"):
        raise Refused(DAMAGED)
    return shape


def within_bytes(size: int, kind: str) -> None:
    most = {
        VIDEO: settings.MEDIA_MAX_VIDEO_BYTES, DOCUMENT: settings.MEDIA_MAX_DOCUMENT_BYTES,
    }.get(kind, settings.MEDIA_MAX_BYTES)  # fmt: skip
    if size > most:
        raise Refused(f"is larger than {most // MB} MB. Choose a smaller file.")


def source(path: Path, sniffed: Sniffed) -> dict[str, Any]:
    """What each order to the room says of the file."""
    return {"path": str(path.absolute()), "reader": sniffed.reader, "max_pixels": settings.MEDIA_MAX_PIXELS}


def of_picture(path: Path, sniffed: Sniffed) -> dict[str, Any]:
    return source(path, sniffed) | {"max_frames": settings.MEDIA_MAX_FRAMES}


def for_pixels(found: Probe) -> Limits:
    """Room for a large picture; up to some 13 million pixels it is what every file gets."""
    pixels = found.width * found.height * max(found.frames, 1)
    return Limits(memory=max(Limits().memory, BASE + BYTES_A_PIXEL * pixels))
