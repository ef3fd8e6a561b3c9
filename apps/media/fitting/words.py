"""Shapes and spans as people write them."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from apps.media.fitting.framing import Bounds
from apps.platforms.contract import MediaFile

LARGEST_TERM: Final = 16  # as in 16:9
CLOSE: Final = 0.004


def aspect_words(aspect: float) -> str:
    """ "9:16", "4:5", or "1.91:1" where no small numbers say it."""
    near = Fraction(aspect).limit_denominator(LARGEST_TERM)
    if near and near.numerator <= LARGEST_TERM and abs(float(near) / aspect - 1) < CLOSE:
        return f"{near.numerator}:{near.denominator}"
    return f"{aspect:.3g}:1" if aspect >= 1 else f"1:{1 / aspect:.3g}"


def aspect_problem(shape: MediaFile, aspect: float, bounds: Bounds, label: str) -> str:
    noun = "videos" if shape.is_video else "pictures"
    least, most = bounds.min_aspect, bounds.max_aspect
    if least is not None and most is not None:
        taken = f"from {aspect_words(least)} to {aspect_words(most)}"
    elif least is not None:
        taken = f"of {aspect_words(least)} or wider"
    else:
        taken = f"of {aspect_words(most or 1.0)} or taller"
    return f"{label} takes {noun} {taken} here; this one is {aspect_words(aspect)}. Crop it or add a border."


def too_small_problem(shape: MediaFile, bounds: Bounds, label: str) -> str:
    noun = "videos" if shape.is_video else "pictures"
    least = f"{bounds.min_width:,} × {bounds.min_height:,}" if bounds.min_height else f"{bounds.min_width:,}"
    what = "pixels" if bounds.min_height else "pixels of width"
    words = f"{label} takes {noun} of at least {least} {what} here; what is shown of this one is too small for that."
    return f"{words} Use a larger version of it."


def span(seconds: float) -> str:
    return f"{seconds:.3g} seconds" if seconds < 120 else f"{seconds / 60:.3g} minutes"


def megabytes(size: int) -> str:
    return f"{size / 1e6:.3g} MB"


def type_words(mime_type: str) -> str:
    return mime_type.rpartition("/")[2].upper()
