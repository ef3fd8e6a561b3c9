"""Pictures: what their header says, and copies that carry nothing but the picture.

Sizes are read from the header before a pixel is decoded, so that a small file cannot unfold into a large one. The copy
is encoded anew without EXIF, comments and thumbnails; what else a file may carry (a script behind the picture, a second
format) does not survive that.
"""

from __future__ import annotations

import base64
import io
import warnings
from typing import Any, Final

from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from apps.media.decoding.refusals import DAMAGED, RAW, TOO_MANY_FRAMES, Refused, too_many_pixels

MIME_TYPES: Final = {
    "JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif",
    "HEIF": "image/heic", "AVIF": "image/avif", "TIFF": "image/tiff", "BMP": "image/bmp",
}  # fmt: skip
ANIMATED: Final = frozenset({"PNG", "WEBP", "GIF"})
# What cameras call a JPEG that carries further pictures behind the first: a preview, a depth map, the other eye.
KINDS: Final = {"MPO": "JPEG"}
JPEG_QUALITY: Final = 92
# Of larger pictures the encoder would keep a second copy, to save a few percent of their bytes.
MAX_OPTIMIZED_PIXELS: Final = 16_000_000
# The colour space that a profile must describe to belong to the pixels, as its header writes it.
PROFILE_SPACES: Final = {"L": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB "}
MAX_PROFILE_BYTES: Final = 1024 * 1024
ORIENTATION: Final = 0x0112
# Degrees clockwise by EXIF orientation, and those that lie on their side.
TURNS: Final = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
DNG_VERSION: Final = 0xC612
# What Pillow would write into an animation by itself, because it was in the source.
WRITTEN_ALONG: Final = ("comment", "exif", "xmp", "icc_profile")
MAX_PLACEHOLDER: Final = 1000


def look(path: str, reader: str, max_pixels: int, max_frames: int) -> dict[str, Any]:
    """The shape of the picture as it is displayed."""
    with _open(path, reader, max_pixels) as image:
        frames = _frames(image, max_pixels, max_frames)
        turn = TURNS.get(image.getexif().get(ORIENTATION, 1), 0)
        width, height = image.size if turn in (0, 180) else image.size[::-1]
        kind = _kind(image)
        return {
            "mime_type": MIME_TYPES[kind], "width": width, "height": height, "frames": frames,
            "rotation": turn, "has_alpha": _has_alpha(image),
        }  # fmt: skip


def clean(path: str, reader: str, to: str, max_pixels: int, max_frames: int) -> dict[str, Any]:
    """Encode the picture anew, upright; kinds that few platforms take become JPEG, or PNG where one sees through."""
    with _open(path, reader, max_pixels) as image:
        kind, frames = _kind(image), _frames(image, max_pixels, max_frames)
        profile = image.info.get("icc_profile")
        if frames > 1:
            options = _options(kind, profile, image) | _pace(kind, image, frames)
            for written in WRITTEN_ALONG:
                image.info.pop(written, None)
            image.save(to, format=kind, save_all=True, **options)
        else:
            if kind not in ("JPEG", *ANIMATED):
                kind = "PNG" if _has_alpha(image) else "JPEG"
            plain = _upright(image, kind)
            plain.save(to, format=kind, **_options(kind, profile, plain))
    return look(to, kind, max_pixels, max_frames)


def shrink(path: str, reader: str, to: str, longest: int, max_pixels: int) -> dict[str, Any]:
    """A small WebP of the picture, of an animation its first."""
    with _open(path, reader, max_pixels) as image:
        profile = image.info.get("icc_profile")
        image.draft("RGB", (longest, longest))
        # Before it is made upright and plain, so that only the small one is copied.
        small = image.convert("RGBA") if image.mode in ("P", "PA") else image
        if not small.mode.startswith("I"):
            small.thumbnail((longest, longest), reducing_gap=2.0)
        small = _upright(small, "WEBP")
        small.thumbnail((longest, longest))
        return store_small(small, to, profile)


def store_small(image: Image.Image, to: str, profile: bytes | None = None) -> dict[str, Any]:
    options = {"icc_profile": profile} if _belongs(profile, image.mode) else {}
    image.save(to, format="WEBP", quality=80, method=4, **options)
    return {"width": image.width, "height": image.height}


def blur(path: str, reader: str, max_pixels: int) -> dict[str, Any]:
    """A data address of a few hundred bytes that stands where the picture will appear."""
    with _open(path, reader, max_pixels) as image:
        image.draft("RGB", (64, 64))
        image = _plain(image, "WEBP")
        image.thumbnail((24, 24))
        image = image.filter(ImageFilter.GaussianBlur(1))
    for quality in (50, 20, 0):
        out = io.BytesIO()
        image.save(out, format="WEBP", quality=quality, method=6)
        address = f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"
        if len(address) <= MAX_PLACEHOLDER:
            return {"address": address}
    return {"address": ""}


def _open(path: str, reader: str, max_pixels: int) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = max_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    if reader == "HEIF":
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False)
        pi_heif.options.DECODE_THREADS = 1
    try:
        image = Image.open(path, formats=("JPEG", "MPO") if reader == "JPEG" else (reader,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels(max_pixels) from error
    except UnidentifiedImageError as error:
        raise Refused(DAMAGED) from error
    if image.width * image.height > max_pixels:
        raise too_many_pixels(max_pixels)
    if DNG_VERSION in getattr(image, "tag_v2", ()):
        raise Refused(RAW)
    return image


def _kind(image: Image.Image) -> str:
    return KINDS.get(image.format or "", image.format or "")


def _frames(image: Image.Image, max_pixels: int, max_frames: int) -> int:
    """How many pictures the file shows one after the other; those behind a camera's JPEG are not shown."""
    if image.format not in ANIMATED:
        return 1
    most = min(max_frames, max_pixels // (image.width * image.height))
    frames = _counted(image, most) if image.format == "GIF" else getattr(image, "n_frames", 1)
    if frames > max(most, 1):
        raise Refused(TOO_MANY_FRAMES)
    return int(frames)


def _counted(image: Image.Image, most: int) -> int:
    """A GIF does not say how many it has; nobody counts further than to one too many."""
    number = 0
    try:
        while number <= most:
            image.seek(number + 1)
            number += 1
    except EOFError:
        pass
    image.seek(0)
    return number + 1


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def _upright(image: Image.Image, kind: str) -> Image.Image:
    ImageOps.exif_transpose(image, in_place=True)
    return _plain(image, kind)


def _plain(image: Image.Image, kind: str) -> Image.Image:
    """The pixels alone, in a mode that every platform shows alike: no palette, no CMYK, no sixteen bits."""
    if image.mode.startswith("I"):
        # Sixteen bits of grey: to convert them would cut off all but the darkest.
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
        image.info.pop("transparency", None)
    has_alpha = kind != "JPEG" and _has_alpha(image)
    wanted = "RGBA" if has_alpha else "L" if image.mode in ("1", "L") else "RGB"
    # No further copy where none is needed: a large picture fills enough memory once.
    plain = image.convert(wanted) if image.mode != wanted else image
    plain.load()
    plain.info.clear()  # What Pillow would otherwise write along: EXIF, comments, text chunks.
    return plain


def _options(kind: str, profile: bytes | None, image: Image.Image) -> dict[str, Any]:
    options: dict[str, Any] = {}
    # The colour profile is not personal, and without it colours change.
    if _belongs(profile, image.mode):
        options["icc_profile"] = profile
    if kind == "JPEG":
        options |= {"quality": JPEG_QUALITY, "optimize": image.width * image.height <= MAX_OPTIMIZED_PIXELS}
    if kind == "WEBP":
        options |= {"quality": JPEG_QUALITY, "exif": b"", "xmp": b""}
    return options if kind != "GIF" else {}


def _belongs(profile: bytes | None, mode: str) -> bool:
    return profile is not None and len(profile) <= MAX_PROFILE_BYTES and profile[16:20] == PROFILE_SPACES.get(mode)


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
