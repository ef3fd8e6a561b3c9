"""Files as fitting sees them: their shape, and nothing in them."""

from __future__ import annotations

import io
from typing import Any

from apps.platforms import registry
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import Draft, MediaFile
from apps.platforms.formats import FORMAT, limits_of


def picture(width: int = 4000, height: int = 3000, **changes: Any) -> MediaFile:
    """A JPEG of a phone."""
    values = {"mime_type": "image/jpeg", "size": 4_000_000, **changes}
    return MediaFile("p", width=width, height=height, sha256="a" * 64, open=io.BytesIO, **values)


def video(width: int = 1920, height: int = 1080, **changes: Any) -> MediaFile:
    """A film of a phone: HEVC in MOV."""
    usual = {
        "mime_type": "video/quicktime", "size": 20_000_000, "seconds": 10.0, "frame_rate": 30.0, "video_codec": "hevc",
        "audio_codec": "aac", "bit_rate": 16_000_000,
    }  # fmt: skip
    return MediaFile("v", width=width, height=height, sha256="b" * 64, open=io.BytesIO, **{**usual, **changes})


def settled(platform: str, format: str = "") -> Capabilities:
    """The limits of one of a platform's formats."""
    return limits_of(Draft("", options={FORMAT: format} if format else {}), registry.capabilities(platform))


def every_place() -> list[tuple[str, str]]:
    """Each platform with each of its formats."""
    return [(name, one.name) for name in registry.names() for one in registry.capabilities(name).formats]
