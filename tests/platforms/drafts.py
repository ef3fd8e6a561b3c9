"""Drafts and pictures for tests of adapters."""

from __future__ import annotations

import hashlib
import io
import struct
from typing import Any

from PIL import Image

from apps.platforms.contract import Caption, Draft, MediaFile

PUBLIC_MEDIA = "https://media.example"


def picture_bytes(*, colour: str = "teal", width: int = 400, height: int = 400, form: str = "JPEG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(stream, form)
    return stream.getvalue()


def picture(id: str = "sunrise", *, alt: str = "", public_url: str = "", **changes: Any) -> MediaFile:
    """A small JPEG with `alt`; `changes` overrides what is said about it (not its bytes)."""
    content = changes.pop("content", None) or picture_bytes()
    described: dict[str, Any] = {
        "id": id,
        "mime_type": "image/jpeg",
        "size": len(content),
        "width": 400,
        "height": 400,
        "sha256": hashlib.sha256(content).hexdigest(),
        "open": lambda: io.BytesIO(content),
        "alt": alt,
        "public_url": public_url or f"{PUBLIC_MEDIA}/{id}.jpg",
    }
    return MediaFile(**{**described, **changes})


def video_bytes(*, seconds: float = 10.0, width: int = 720, height: int = 1280, size: int = 200_000) -> bytes:
    """An MP4 as far as its index tells: one H.264 track of this length, then `size` bytes that hold no pictures."""
    scale = 1000
    length = int(seconds * scale)
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    movie = struct.pack(">5I", 0, 0, 0, scale, length) + struct.pack(">IH10x", 0x10000, 0x100) + matrix
    head = struct.pack(">6I8x4H", 7, 0, 0, 1, 0, length, 0, 0, 0, 0)
    track = head + matrix + struct.pack(">2I", width << 16, height << 16)
    index = _box(b"mvhd", movie + bytes(24) + struct.pack(">I", 2)) + _box(b"trak", _box(b"tkhd", track))
    filling = (bytes(range(256)) * (size // 256 + 1))[:size]
    return _box(b"ftyp", b"isom" + bytes(4) + b"isommp42") + _box(b"moov", index) + _box(b"mdat", filling)


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def video(id: str = "waves", *, public_url: str = "", **changes: Any) -> MediaFile:
    """An upright MP4 of ten seconds; `seconds`, `width`, `height` and `size` (of its filling) shape the bytes too."""
    shape = {name: changes[name] for name in ("seconds", "width", "height") if name in changes}
    content = changes.pop("content", None) or video_bytes(**shape, size=changes.pop("filling", 200_000))
    described: dict[str, Any] = {
        "id": id,
        "mime_type": "video/mp4",
        "size": len(content),
        "width": 720,
        "height": 1280,
        "seconds": 10.0,
        "frame_rate": 30.0,
        "video_codec": "h264",
        "audio_codec": "aac",
        "sha256": hashlib.sha256(content).hexdigest(),
        "open": lambda: io.BytesIO(content),
        "public_url": public_url or f"{PUBLIC_MEDIA}/{id}.mp4",
        "name": f"{id}.mp4",
    }
    return MediaFile(**{**described, **changes})


SAID = """WEBVTT

00:00:01.000 --> 00:00:03.500
The sea is calm.

00:00:04.000 --> 00:00:06.000 align:start
<i>And the boat is ready.</i>
"""


def caption(language: str = "en", text: str = SAID, *, label: str = "", **changes: Any) -> Caption:
    """What is said in a video; `changes` overrides what is said about its file."""
    content = text.encode()
    described: dict[str, Any] = {
        "id": f"said-{language}",
        "mime_type": "text/vtt",
        "size": len(content),
        "width": 0,
        "height": 0,
        "sha256": hashlib.sha256(content).hexdigest(),
        "open": lambda: io.BytesIO(content),
        "name": f"{language}.vtt",
    }
    return Caption(MediaFile(**{**described, **changes}), language, label)


def document(id: str = "report", *, size: int = 2_000, **changes: Any) -> MediaFile:
    """A PDF of one empty page."""
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    content = head + b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n" + b"%" * size + b"\n%%EOF\n"
    described: dict[str, Any] = {
        "id": id,
        "mime_type": "application/pdf",
        "size": len(content),
        "width": 0,
        "height": 0,
        "sha256": hashlib.sha256(content).hexdigest(),
        "open": lambda: io.BytesIO(content),
        "public_url": f"{PUBLIC_MEDIA}/{id}.pdf",
        "name": f"{id}.pdf",
    }
    return MediaFile(**{**described, **changes})


def draft(text: str = "Good morning", *pictures: MediaFile, **changes: Any) -> Draft:
    return Draft(text=text, media=pictures, **changes)
