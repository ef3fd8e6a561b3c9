"""What an upload really is, and a clean copy of it.

Bytes decide, never the name or the type that the browser claims. Sizes are read from the header before a pixel is
decoded, so that a small file cannot unfold into a large one. The copy is encoded anew without EXIF, comments and
thumbnails; what else a file may carry (a script behind the picture, a second format) does not survive that.
"""

from __future__ import annotations

import hashlib
import io
import logging
import threading
from dataclasses import dataclass
from typing import Any, Final, Protocol

from PIL import Image, ImageOps, UnidentifiedImageError

from apps.media.errors import FileRefused

logger = logging.getLogger(__name__)

MIME_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
MAX_FRAMES = 300
JPEG_QUALITY = 92
# What cameras call a JPEG that carries further pictures behind the first: a preview, a depth map, the other eye.
KINDS: Final = {"MPO": "JPEG"}
# The colour space that a profile must describe to belong to the pixels, as its header writes it.
PROFILE_SPACES: Final = {"L": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB "}
# A picture of 50 million pixels unfolds to 200 MB and more, so few are unfolded at a time in one process.
_TURNS = threading.BoundedSemaphore(2)


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class CleanImage:
    """An image as it is stored. Sizes are bytes and pixels, after its rotation was applied."""

    content: bytes
    mime_type: str
    width: int
    height: int
    frames: int
    sha256: str


def clean(file: Readable, *, name: str, max_bytes: int, max_pixels: int) -> CleanImage:
    """Check an uploaded image and encode it anew; raises FileRefused in words."""
    raw = file.read(max_bytes + 1)
    if not raw:
        raise FileRefused(f"{name} is empty. Choose another file.")
    if len(raw) > max_bytes:
        raise FileRefused(f"{name} is larger than {max_bytes // 1024 // 1024} MB. Choose a smaller file.")
    try:
        with _TURNS:
            return _encode(_open(raw, name, max_pixels))
    except FileRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(name, max_pixels) from error
    except Exception as error:  # Decoders stumble over hostile bytes in every way there is.
        logger.info("An upload could not be decoded: %s", type(error).__name__)
        raise FileRefused(f"{name} is damaged and cannot be read. Export it again, or choose another file.") from error


def _open(raw: bytes, name: str, max_pixels: int) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(raw), formats=tuple(MIME_TYPES))
    except (UnidentifiedImageError, OSError) as error:
        raise FileRefused(f"{name} is not a JPEG, PNG, WebP or GIF image. Choose one of these.") from error
    if image.width * image.height > max_pixels:
        raise _too_many_pixels(name, max_pixels)
    frames = _frames(image)
    if frames > MAX_FRAMES or frames * image.width * image.height > max_pixels:
        raise FileRefused(f"{name} has too many frames for an animation of its size. Make it shorter or smaller.")
    return image


def _too_many_pixels(name: str, max_pixels: int) -> FileRefused:
    return FileRefused(f"{name} has more than {max_pixels // 1_000_000} million pixels. Make it smaller.")


def _frames(image: Image.Image) -> int:
    """How many pictures the file shows one after the other; those behind a camera's JPEG are not shown."""
    return 1 if image.format in KINDS else getattr(image, "n_frames", 1)


def _encode(image: Image.Image) -> CleanImage:
    kind, frames = KINDS.get(image.format or "", image.format or ""), _frames(image)
    out = io.BytesIO()
    if frames > 1:
        options = _options(kind, image.info.get("icc_profile"), image.mode) | _pace(kind, image, frames)
        image.info.pop("comment", None)
        image.save(out, format=kind, save_all=True, **options)
    else:
        profile = image.info.get("icc_profile")
        ImageOps.exif_transpose(image, in_place=True)
        image = _plain(image, kind)
        image.save(out, format=kind, **_options(kind, profile, image.mode))
    content, (width, height) = out.getvalue(), image.size
    return CleanImage(content, MIME_TYPES[kind], width, height, frames, hashlib.sha256(content).hexdigest())


def _plain(image: Image.Image, kind: str) -> Image.Image:
    """The pixels alone, in a mode that every platform shows alike: no palette, no CMYK, no sixteen bits."""
    if image.mode.startswith("I"):
        # Sixteen bits of grey: to convert them would cut off all but the darkest.
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
        image.info.pop("transparency", None)
    has_alpha = kind != "JPEG" and (image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info)
    wanted = "RGBA" if has_alpha else "L" if image.mode in ("1", "L") else "RGB"
    # No further copy where none is needed: a large picture fills enough memory once.
    plain = image.convert(wanted) if image.mode != wanted else image
    plain.load()
    plain.info.clear()  # What Pillow would otherwise write along: EXIF, comments, text chunks.
    return plain


def _options(kind: str, profile: bytes | None, mode: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    # The colour profile is not personal, and without it colours change.
    if profile and profile[16:20] == PROFILE_SPACES.get(mode):
        options["icc_profile"] = profile
    if kind == "JPEG":
        options |= {"quality": JPEG_QUALITY, "optimize": True}
    if kind == "WEBP":
        options |= {"quality": JPEG_QUALITY, "exif": b"", "xmp": b""}
    return options if kind != "GIF" else {}


def _pace(kind: str, image: Image.Image, frames: int) -> dict[str, Any]:
    """How long each frame is shown, and how often all of them; of a WebP nobody else remembers that."""
    if kind != "WEBP":
        return {}
    durations = []
    for number in range(frames):
        image.seek(number)
        image.load()
        durations.append(int(image.info.get("duration", 0)))
    image.seek(0)
    return {"duration": durations, "loop": image.info.get("loop", 0)}
