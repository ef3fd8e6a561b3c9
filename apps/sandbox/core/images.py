"""What a picture is, by its bytes alone."""

from __future__ import annotations

import io
from dataclasses import dataclass

MIME_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "MPO": "image/mpo",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
}


@dataclass(frozen=True, slots=True)
class Probe:
    mime: str
    width: int
    height: int
    frames: int = 1

    @property
    def ratio(self) -> float:
        return self.width / self.height


def probe(content: bytes) -> Probe | None:
    """None when these bytes are no picture that the sandbox can read."""
    from PIL import Image, UnidentifiedImageError  # here, because it would double the time of a start

    try:
        with Image.open(io.BytesIO(content)) as image:
            mime = MIME_TYPES.get(image.format or "")
            if mime is None:
                return None
            return Probe(mime, image.width, image.height, getattr(image, "n_frames", 1))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None


def is_video(content: bytes) -> bool:
    """Whether it looks like MP4, QuickTime or WebM."""
    return content[4:8] == b"ftyp" or content[:4] == b"\x1aE\xdf\xa3"
