"""What must be made of a file so that a platform takes it. Pure: a shape, a person's choice and a platform's limits in;
a recipe, or words about what only a person can decide, out.

The contract with the rules of platforms: where `fit` reports no problem, `apps.platforms.media_rules` finds none in the
shape that it promises. What a platform takes as it is, is never made anew, unless the
pixels of a video are not square.
"""

from __future__ import annotations

from apps.media.fitting.outcome import FitProblem, Fitted, unfit
from apps.media.fitting.pictures import fit_picture
from apps.media.fitting.videos import fit_video
from apps.media.fitting.words import megabytes, type_words
from apps.media.recipes import Cut
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import MediaFile

__all__ = ["FitProblem", "Fitted", "fit"]


def fit(shape: MediaFile, cut: Cut, can: Capabilities, *, label: str = "This platform") -> Fitted:
    """What becomes of `shape` where `can` holds, whose format is settled already (`apps.platforms.formats.limits_of`).
    `label` is what people call the place: "Instagram"."""
    if not can.max_media:
        return unfit(shape, "no_media", f"{label} takes no files here.")
    if shape.is_image:
        return fit_picture(shape, cut, can, label)
    if shape.is_video:
        return fit_video(shape, cut, can, label)
    return _fit_document(shape, can, label)


def _fit_document(shape: MediaFile, can: Capabilities, label: str) -> Fitted:
    """Documents and sounds go as they are, or not at all."""
    if can.media_types and shape.mime_type not in can.media_types:
        return unfit(shape, "media_type", f"{label} takes no {type_words(shape.mime_type)} files here.")
    if can.max_document_bytes and shape.size > can.max_document_bytes:
        most, found = megabytes(can.max_document_bytes), megabytes(shape.size)
        return unfit(shape, "media_too_large", f"{label} takes documents up to {most} here; this one has {found}.")
    return Fitted(None, shape)
