"""What an upload really is, and a clean copy of it.

Bytes decide, never the name or the type that the browser claims. Sizes are read from the header before a pixel is
decoded, so that a small file cannot unfold into a large one. The copy is encoded anew without EXIF, comments and
thumbnails; what else a file may carry (a script behind the picture, a second format) does not survive that.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import Any, Protocol

from PIL import Image, ImageOps, UnidentifiedImageError

from apps.media.errors import FileRefused

MIME_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
MAX_FRAMES = 300
JPEG_QUALITY = 92


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
        with warnings.catch_warnings():
            # Our own limit is stricter than Pillow's warning.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _encode(_open(raw, name, max_pixels))
    except FileRefused:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(name, max_pixels) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise FileRefused(f"{name} is damaged and cannot be read. Export it again, or choose another file.") from error


def _open(raw: bytes, name: str, max_pixels: int) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(raw), formats=tuple(MIME_TYPES))
    except (UnidentifiedImageError, OSError) as error:
        raise FileRefused(f"{name} is not a JPEG, PNG, WebP or GIF image. Choose one of these.") from error
    frames = getattr(image, "n_frames", 1)
    if image.width * image.height > max_pixels:
        raise _too_many_pixels(name, max_pixels)
    if frames > MAX_FRAMES or frames * image.width * image.height > 8 * max_pixels:
        raise FileRefused(f"{name} has too many frames for an animation of its size. Make it shorter or smaller.")
    return image


def _too_many_pixels(name: str, max_pixels: int) -> FileRefused:
    return FileRefused(f"{name} has more than {max_pixels // 1_000_000} million pixels. Make it smaller.")


def _encode(image: Image.Image) -> CleanImage:
    kind, frames = image.format or "", getattr(image, "n_frames", 1)
    options = _options(kind, image)
    out = io.BytesIO()
    if frames > 1:
        image.info.pop("comment", None)
        image.save(out, format=kind, save_all=True, **options)
        width, height = image.size
    else:
        still = _plain(ImageOps.exif_transpose(image), kind)
        still.save(out, format=kind, **options)
        width, height = still.size
    content = out.getvalue()
    return CleanImage(content, MIME_TYPES[kind], width, height, frames, hashlib.sha256(content).hexdigest())


def _plain(image: Image.Image, kind: str) -> Image.Image:
    """The pixels alone, in a mode that every platform shows alike: no palette, no CMYK, no sixteen bits."""
    has_alpha = kind != "JPEG" and (image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info)
    wanted = "RGBA" if has_alpha else "L" if image.mode in ("1", "L", "I", "I;16", "F") else "RGB"
    plain = image.convert(wanted) if image.mode != wanted else image.copy()
    plain.info.clear()  # What Pillow would otherwise write along: EXIF, comments, text chunks.
    return plain


def _options(kind: str, image: Image.Image) -> dict[str, Any]:
    options: dict[str, Any] = {}
    # The colour profile is not personal, and without it colours change.
    if (profile := image.info.get("icc_profile")) and image.mode in ("RGB", "RGBA", "L"):
        options["icc_profile"] = profile
    if kind == "JPEG":
        options |= {"quality": JPEG_QUALITY, "optimize": True}
    if kind == "WEBP":
        options |= {"quality": JPEG_QUALITY, "exif": b"", "xmp": b""}
    return options if kind != "GIF" else {}
