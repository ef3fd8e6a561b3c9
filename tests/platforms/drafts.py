"""Drafts and pictures for tests of adapters."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from PIL import Image

from apps.platforms.contract import Draft, MediaFile

PUBLIC_MEDIA = "https://media.example"


def picture_bytes(*, colour: str = "teal", width: int = 40, height: int = 40, form: str = "JPEG") -> bytes:
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
        "width": 40,
        "height": 40,
        "sha256": hashlib.sha256(content).hexdigest(),
        "open": lambda: io.BytesIO(content),
        "alt": alt,
        "public_url": public_url or f"{PUBLIC_MEDIA}/{id}.jpg",
    }
    return MediaFile(**{**described, **changes})


def draft(text: str = "Good morning", *pictures: MediaFile, **changes: Any) -> Draft:
    return Draft(text=text, media=pictures, **changes)
