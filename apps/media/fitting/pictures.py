"""What becomes of a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from apps.media.fitting.framing import Bounds, Misfit, framed, taken
from apps.media.fitting.outcome import Fitted, unfit
from apps.media.fitting.words import aspect_problem, megabytes, too_small_problem, type_words
from apps.media.recipes import Cut, Framing, PictureRecipe
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import MediaFile

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
LOSSY: Final = (JPEG, WEBP)
# A byte limit bounds the pixels too: with more of them than this leaves room for, each would look worse. At the lowest
# quality that is ever used even noise needs less, so that the limit can be kept.
BYTES_PER_PIXEL: Final = 0.4
MOST_BYTES_PER_PIXEL: Final = 3  # of a JPEG or WebP at the best quality that is used


def fit_picture(shape: MediaFile, cut: Cut, can: Capabilities, label: str) -> Fitted:
    if shape.frames > 1:
        return _fit_animation(shape, cut, can, label)
    if not shape.width or not shape.height:
        return unfit(shape, "unknown_size", "The width and height of this picture are not known. Upload it again.")
    bounds = bounds_of(can)
    try:
        framing = framed(shape.width, shape.height, cut, bounds)
        if _is_taken(shape, can) and framing.keeps(shape.width, shape.height):
            return Fitted(None, shape)
        return _made(shape, cut, can, bounds, framing, label)
    except Misfit as misfit:
        return _unfit(shape, cut, bounds, label, misfit)


def bounds_of(can: Capabilities) -> Bounds:
    return Bounds(
        min_width=can.min_width,
        min_height=can.min_height,
        max_width=can.max_width,
        max_height=can.max_height,
        max_pixels=can.max_image_pixels,
        min_aspect=can.min_aspect,
        max_aspect=can.max_aspect,
    )


def _is_taken(shape: MediaFile, can: Capabilities) -> bool:
    has_type = not can.media_types or shape.mime_type in can.media_types
    return has_type and not (can.max_image_bytes and shape.size > can.max_image_bytes)


def _made(shape: MediaFile, cut: Cut, can: Capabilities, bounds: Bounds, framing: Framing, label: str) -> Fitted:
    mime_type = _type(shape, can, framing)
    if not mime_type:
        return unfit(shape, "media_type", _type_problem(shape, can, label))
    limit = can.max_image_bytes
    if limit and mime_type in LOSSY:
        room = int(limit / BYTES_PER_PIXEL)
        framing = framed(shape.width, shape.height, cut, replace(bounds, max_pixels=_least(bounds.max_pixels, room)))
    most = _most_bytes(mime_type, framing)
    size = min(most, limit) if limit else most
    recipe = PictureRecipe(mime_type, framing, max_bytes=limit if limit and limit < most else 0)
    after = replace(
        shape, mime_type=mime_type, width=framing.width, height=framing.height, size=size, frames=1, sha256=""
    )
    return Fitted(recipe, after, notes=tuple(_notes(shape, recipe)))


def _type(shape: MediaFile, can: Capabilities, framing: Framing) -> str:
    """The type that it is made as; "" where the platform takes no pictures that can be made."""
    types = can.media_types or {JPEG, PNG, WEBP}
    if shape.mime_type in LOSSY and shape.mime_type in types:
        return shape.mime_type
    limit = can.max_image_bytes
    is_exact = shape.mime_type not in LOSSY
    if is_exact and PNG in types and not (limit and _most_bytes(PNG, framing) > limit):
        return PNG  # its colours, and what can be seen through it, stay as they are
    return next((one for one in LOSSY if one in types), "")


def _most_bytes(mime_type: str, framing: Framing) -> int:
    """What it can have at most, whatever it shows."""
    if mime_type == PNG:
        return int((framing.width * 4 + 1) * framing.height * 1.002) + 4096
    return framing.width * framing.height * MOST_BYTES_PER_PIXEL + 4096


def _least(*numbers: int | None) -> int | None:
    return min((number for number in numbers if number), default=None)


def _notes(shape: MediaFile, recipe: PictureRecipe) -> Iterator[str]:
    framing, size = recipe.framing, f"{recipe.framing.width:,} × {recipe.framing.height:,} pixels"
    if recipe.mime_type != shape.mime_type:
        yield f"It becomes a {type_words(recipe.mime_type)}."
    yield from framing_notes(shape, framing)
    if recipe.mime_type == shape.mime_type and framing.keeps(shape.width, shape.height):
        yield f"It is compressed to at most {megabytes(recipe.max_bytes)}, at {size}."


def framing_notes(shape: MediaFile, framing: Framing) -> Iterator[str]:
    size = f"{framing.width:,} × {framing.height:,} pixels"
    if framing.take != (0, 0, shape.width, shape.height):
        yield "Its edges are cut off."
    if framing.has_border:
        yield "It gets a border."
    if framing.inner[0] < framing.take[2] or framing.inner[1] < framing.take[3]:
        yield f"It is made smaller: {size}."
    elif framing.inner[0] > framing.take[2]:
        yield f"It is enlarged: {size}."


# --- what only a person can decide ------------------------------------------------------------------------------------


def _unfit(shape: MediaFile, cut: Cut, bounds: Bounds, label: str, misfit: Misfit) -> Fitted:
    if misfit.code == "aspect":
        aspect = shown_aspect(shape, cut)
        return unfit(shape, "aspect", aspect_problem(shape, aspect, bounds, label), "crop", "pad")
    if misfit.code == "too_small":
        return unfit(shape, "too_small", too_small_problem(shape, bounds, label))
    return unfit(shape, "impossible", f"{label} takes no picture of this shape. Choose another part of it.")


def shown_aspect(shape: MediaFile, cut: Cut) -> float:
    _, _, width, height = taken(shape.width, shape.height, cut)
    return width / height


def _type_problem(shape: MediaFile, can: Capabilities, label: str) -> str:
    if not any(one.startswith("image/") for one in can.media_types):
        return f"{label} takes no pictures here."
    types = ", ".join(sorted(type_words(one) for one in can.media_types if one.startswith("image/")))
    return f"{label} takes pictures as {types} only here; this one is a {type_words(shape.mime_type)}."


# --- animations -------------------------------------------------------------------------------------------------------


def _fit_animation(shape: MediaFile, cut: Cut, can: Capabilities, label: str) -> Fitted:
    """An animation goes as it is or not at all: to make it anew would change its pace and its colours."""
    if cut.box is not None:
        words = "An animation cannot be cropped. Show all of it, or use it as a video."
        return unfit(shape, "animation", words)
    if can.media_types and shape.mime_type not in can.media_types:
        return unfit(shape, "animation", f"{label} takes no {_animation(shape)} here. {_instead(can)}")
    if not _is_taken(shape, can):
        most, found = megabytes(can.max_image_bytes), megabytes(shape.size)
        words = f"{label} takes animations up to {most} here; this one has {found}. {_instead(can)}"
        return unfit(shape, "animation_too_large", words)
    if not bounds_of(can).admit(shape.width, shape.height) or not _admits_frames(shape, can):
        words = f"{label} takes smaller or shorter animations only, or others in shape. {_instead(can)}"
        return unfit(shape, "animation_too_large", words)
    return Fitted(None, shape)


def _admits_frames(shape: MediaFile, can: Capabilities) -> bool:
    pixels = shape.width * shape.height
    found = (shape.frames, pixels, pixels * shape.frames)
    limits = (can.max_frames, can.max_animated_pixels, can.max_frame_pixels)
    return all(most is None or one <= most for one, most in zip(found, limits, strict=True))


def _animation(shape: MediaFile) -> str:
    return "animated GIFs" if shape.mime_type == "image/gif" else "animations"


def _instead(can: Capabilities) -> str:
    if can.max_videos and any(one.startswith("video/") for one in can.media_types):
        return "Upload it as a video (MP4)."
    return "Use a still picture."
