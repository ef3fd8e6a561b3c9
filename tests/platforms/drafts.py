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


def video_bytes(
    *,
    seconds: float = 10.0,
    width: int = 720,
    height: int = 1280,
    size: int = 200_000,
    codec: str = "",
    sound: str = "",
    frame_rate: float = 0.0,
    rotation: int = 0,
    index_first: bool = True,
    brand: bytes = b"isom",
    padding: int = 0,
    channels: int = 2,
) -> bytes:
    """An MP4 as far as its index tells: one track of this length, then `size` bytes that hold no pictures.

    `codec` (avc1, hvc1, ...) and `frame_rate` (one in 1001 less where it is no whole number) add a description of the
    pictures, `sound` (mp4a, ...) a track of sound behind `padding` bytes that stand for long tables."""
    head = _box(b"mvhd", _movie_header(seconds) + bytes(24) + struct.pack(">I", 2))
    pictures = _box(b"tkhd", _track_header(seconds, width, height, rotation))
    if codec or frame_rate or sound:
        pictures += _medium(b"vide", _picture_description(codec), seconds, frame_rate, padding)
    tracks = _box(b"trak", pictures)
    if sound:
        header = _box(b"tkhd", _track_header(seconds, 0, 0, 0))
        tracks += _box(b"trak", header + _medium(b"soun", _sound_description(sound, channels), seconds, 0.0, 0))
    index, filling = _box(b"moov", head + tracks), _box(b"mdat", (bytes(range(256)) * (size // 256 + 1))[:size])
    start = _box(b"ftyp", brand + bytes(4) + b"isommp42")
    return start + (index + filling if index_first else filling + index)


SCALE = 1000  # units of a second
MATRICES = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


def _movie_header(seconds: float) -> bytes:
    return struct.pack(">5I", 0, 0, 0, SCALE, int(seconds * SCALE)) + struct.pack(">IH10x", 0x10000, 0x100) + _matrix(0)


def _track_header(seconds: float, width: int, height: int, rotation: int) -> bytes:
    head = struct.pack(">6I8x4H", 7, 0, 0, 1, 0, int(seconds * SCALE), 0, 0, 0, 0)
    return head + _matrix(rotation) + struct.pack(">2I", width << 16, height << 16)


def _matrix(rotation: int) -> bytes:
    a, b, c, d = (number * 0x10000 for number in MATRICES[rotation])
    return struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)


def _medium(kind: bytes, description: bytes, seconds: float, frame_rate: float, padding: int) -> bytes:
    scale, step = (round(frame_rate), 1) if frame_rate == int(frame_rate) else (round(frame_rate) * 1000, 1001)
    scale = scale or SCALE
    header = _box(b"mdhd", struct.pack(">5I", 0, 0, 0, scale, int(seconds * scale)) + bytes(4))
    handler = _box(b"hdlr", bytes(8) + kind + bytes(13))
    times = struct.pack(">4I", 0, 1, int(seconds * scale / step), step) if frame_rate else struct.pack(">2I", 0, 0)
    described = _box(b"stsd", struct.pack(">2I", 0, 1 if description else 0) + description)
    table = _box(b"stbl", described + _box(b"stts", times) + _box(b"stsz", bytes(padding)))
    return _box(b"mdia", header + handler + _box(b"minf", table))


def _picture_description(codec: str) -> bytes:
    return _box(codec.encode(), bytes(78)) if codec else b""


def _sound_description(codec: str, channels: int) -> bytes:
    return _box(codec.encode(), bytes(16) + struct.pack(">4H", channels, 16, 0, 0) + struct.pack(">I", 48_000 << 16))


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
