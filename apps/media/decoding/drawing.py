"""A picture by its recipe, with Pillow: from a stored file to a file beside it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, ImageFilter, ImageOps

from apps.media.decoding.refusals import Refused
from apps.media.recipes import Framing, recipe_from_json

FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
READ: Final = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS: Final = 120_000_000
BEST, WORST = 92, 25  # quality
NOT_SMALL_ENOUGH: Final = "cannot be made small enough without looking broken. Use one with fewer pixels."
WHITE: Final = (255, 255, 255)
BACKDROP: Final = 8  # the blurred border is drawn that much smaller
BLUR: Final = 40  # its softness: a part of the longer side


def draw(*, recipe: Mapping[str, Any], path: str, to: str) -> dict[str, Any]:
    """Write the picture to `to`, and tell its shape; with `unwritten`, the disk would not take it."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    wanted = recipe_from_json(recipe)
    assert wanted.framing is not None  # noqa: S101
    image = _shown(Path(path), wanted.framing, keeps_alpha=wanted.mime_type != "image/jpeg")
    content = _encoded(image, FORMATS[wanted.mime_type], wanted.max_bytes)
    try:
        Path(to).write_bytes(content)
    except OSError as error:
        return {"unwritten": str(error)}
    has_alpha = image.mode in ("RGBA", "LA")
    return {"mime_type": wanted.mime_type, "width": image.width, "height": image.height, "has_alpha": has_alpha}


def _shown(source: Path, framing: Framing, *, keeps_alpha: bool) -> Image.Image:
    with Image.open(source, formats=READ) as image:
        full = image.size
        left, top, width, height = framing.take
        # A JPEG is read at a half, a quarter or an eighth of its size where that is all that is needed.
        shrink = min(width / framing.inner[0], height / framing.inner[1])
        if image.format == "JPEG" and shrink > 1:
            image.draft(image.mode, (int(full[0] / shrink) + 1, int(full[1] / shrink) + 1))
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        plain = _plain(image, keeps_alpha=keeps_alpha)
    scale_x, scale_y = plain.width / full[0], plain.height / full[1]
    box = (left * scale_x, top * scale_y, (left + width) * scale_x, (top + height) * scale_y)
    shown = plain.resize(framing.inner, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
    return _bordered(shown, framing) if framing.has_border else shown


def _plain(image: Image.Image, *, keeps_alpha: bool) -> Image.Image:
    """The pixels in sRGB, which every platform shows alike; where one sees through it may become white."""
    profile = image.info.get("icc_profile")
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    plain = image.convert("RGBA" if has_alpha else "RGB")
    if profile:
        plain = _in_srgb(plain, profile)
    if has_alpha and not keeps_alpha:
        ground = Image.new("RGB", plain.size, WHITE)
        ground.paste(plain, mask=plain.getchannel("A"))
        plain = ground
    plain.info.clear()
    return plain


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        described = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(image, described, ImageCms.createProfile("sRGB"), outputMode=image.mode)
    except (ImageCms.PyCMSError, OSError):
        return image  # A profile that describes nothing changes nothing.
    return turned or image


def _bordered(shown: Image.Image, framing: Framing) -> Image.Image:
    size = (framing.width, framing.height)
    ground = _backdrop(shown, size) if framing.border == "blur" else Image.new("RGB", size, framing.border)
    place = ((size[0] - shown.width) // 2, (size[1] - shown.height) // 2)
    ground.paste(shown, place, mask=shown.getchannel("A") if shown.mode == "RGBA" else None)
    return ground


def _backdrop(shown: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture itself, so large that it fills the frame, and out of focus."""
    small = (max(1, size[0] // BACKDROP), max(1, size[1] // BACKDROP))
    ground = ImageOps.fit(shown.convert("RGB"), small, Image.Resampling.BILINEAR)
    soft = ground.filter(ImageFilter.GaussianBlur(max(1, max(small) // BLUR)))
    return soft.resize(size, Image.Resampling.BICUBIC)


# --- encoding ---------------------------------------------------------------------------------------------------------


def _encoded(image: Image.Image, form: str, limit: int) -> bytes:
    """The best quality that keeps the limit."""
    content = _at(image, form, BEST)
    if not limit or len(content) <= limit:
        return content
    if form == "PNG":
        raise Refused(NOT_SMALL_ENOUGH)
    best, low, high = b"", WORST, BEST - 1
    while low <= high:
        quality = (low + high) // 2
        content = _at(image, form, quality)
        if len(content) <= limit:
            best, low = content, quality + 1
        else:
            high = quality - 1
    if not best:
        raise Refused(NOT_SMALL_ENOUGH)
    return best


def _at(image: Image.Image, form: str, quality: int) -> bytes:
    out = io.BytesIO()
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": quality, "optimize": True, "progressive": True},
        "WEBP": {"quality": quality, "method": 4},
        "PNG": {"optimize": False},
    }
    image.save(out, format=form, **options[form])
    return out.getvalue()
