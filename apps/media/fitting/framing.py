"""Which part of a picture is shown and how large, so that width, height, pixels and aspect are within bounds. Pure.

Whole pixels are chosen by trying those near the ideal against the very comparisons that the rules of platforms make:
no rounding can put a result on the wrong side of a bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from apps.media.recipes import CROP, PAD, Cut, Framing, Rectangle

MOST_ENLARGED: Final = 2.0  # beyond that a picture looks broken
NEAR: Final = range(-3, 4)


class Misfit(Exception):
    """No framing is within the bounds without a person: `code` is "aspect", "too_small" or "impossible"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a result must keep to; 0 and None are no bound. Its sides are multiples of `step`."""

    min_width: int = 0
    min_height: int = 0
    max_width: int | None = None
    max_height: int | None = None
    max_pixels: int | None = None
    min_aspect: float | None = None  # width / height
    max_aspect: float | None = None
    step: int = 1

    def admit(self, width: int, height: int) -> bool:
        return (
            width >= self.min_width
            and height >= self.min_height
            and (self.max_width is None or width <= self.max_width)
            and (self.max_height is None or height <= self.max_height)
            and (self.max_pixels is None or width * height <= self.max_pixels)
            and self.admit_aspect(width / height)
        )

    def admit_aspect(self, aspect: float) -> bool:
        return self.nearest_aspect(aspect) == aspect

    def nearest_aspect(self, aspect: float) -> float:
        if self.min_aspect is not None and aspect < self.min_aspect:
            return self.min_aspect
        if self.max_aspect is not None and aspect > self.max_aspect:
            return self.max_aspect
        return aspect


def framed(width: int, height: int, cut: Cut, bounds: Bounds) -> Framing:
    """How a picture of this size is shown within the bounds, as a person has chosen; raises Misfit."""
    take = taken(width, height, cut)
    aspect = take[2] / take[3]
    wanted = bounds.nearest_aspect(aspect)
    if wanted != aspect and not cut.fit:
        raise Misfit("aspect")
    ideal = _canvas(take[2], take[3], wanted, cut.fit)
    scale = _scale(*ideal, bounds)
    wide, high = _whole(ideal[0] * scale, ideal[1] * scale, bounds)
    if wanted == aspect:
        return Framing(take, wide, high, (wide, high))
    if cut.fit == CROP:
        return Framing(_cropped(take, wide / high, _focus_within(width, height, cut)), wide, high, (wide, high))
    return Framing(take, wide, high, _inner(wide, high, aspect, bounds.step))


def taken(width: int, height: int, cut: Cut) -> Rectangle:
    """The part of a picture of this size that a person has chosen, at least a pixel of it."""
    if cut.box is None:
        return (0, 0, width, height)
    left, top = (min(int(share * side), side - 1) for share, side in zip(cut.box[:2], (width, height), strict=True))
    wide = min(max(round(cut.box[2] * width), 1), width - left)
    high = min(max(round(cut.box[3] * height), 1), height - top)
    return (left, top, wide, high)


def _canvas(width: float, height: float, wanted: float, fit: str) -> tuple[float, float]:
    """The size that has the wanted aspect: within the picture where it is cropped, around it where it is padded."""
    is_too_wide = width / height > wanted
    if is_too_wide == (fit == PAD):
        return width, width / wanted
    return height * wanted, height


def _scale(width: float, height: float, bounds: Bounds) -> float:
    """By how much it is made smaller, or larger where it must be."""
    most = min(
        bounds.max_width / width if bounds.max_width else math.inf,
        bounds.max_height / height if bounds.max_height else math.inf,
        math.sqrt(bounds.max_pixels / (width * height)) if bounds.max_pixels else math.inf,
    )
    least = max(bounds.min_width / width, bounds.min_height / height)
    if least > min(most, MOST_ENLARGED):
        raise Misfit("too_small")
    return max(min(1.0, most), least)


def _whole(width: float, height: float, bounds: Bounds) -> tuple[int, int]:
    """The sides in whole steps, near these and within the bounds, that distort the least."""
    sides = product(_near(width, bounds.step), _near(height, bounds.step))
    admitted = [(wide, high) for wide, high in sides if bounds.admit(wide, high)]
    if not admitted:
        raise Misfit("impossible")
    return min(admitted, key=lambda side: abs(math.log(side[0] / width)) + abs(math.log(side[1] / height)))


def _near(length: float, step: int) -> Iterator[int]:
    middle = round(length / step)
    return (step * (middle + distance) for distance in NEAR if middle + distance > 0)


def _focus_within(width: int, height: int, cut: Cut) -> tuple[float, float]:
    return cut.focus[0] * width, cut.focus[1] * height


def _cropped(take: Rectangle, aspect: float, focus: tuple[float, float]) -> Rectangle:
    """The largest part of `take` with this aspect that has the focus as near to its middle as can be."""
    left, top, width, height = take
    wide = min(width, max(1, round(height * aspect)))
    high = min(height, max(1, round(width / aspect)))
    return (_placed(left, width, wide, focus[0]), _placed(top, height, high, focus[1]), wide, high)


def _placed(start: int, length: int, part: int, focus: float) -> int:
    return min(max(round(focus - part / 2), start), start + length - part)


def _inner(width: int, height: int, aspect: float, step: int) -> tuple[int, int]:
    wide = min(width, max(step, round(height * aspect / step) * step))
    high = min(height, max(step, round(width / aspect / step) * step))
    return (wide, high)
