"""What pictures and videos are both measured by: their size, their pixels and their shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import MediaFile
from apps.platforms.problem import Problem


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file is held to, on which platform, and the field its problems are told at."""

    can: Capabilities
    label: str
    field: str

    def problem(self, code: str, words: str) -> Problem:
        return Problem(self.field, code, words)


@dataclass(frozen=True, slots=True)
class Box:
    """The least and the most pixels of width and of height; 0 and None are no bound."""

    min_width: int
    min_height: int
    max_width: int | None
    max_height: int | None


def size_problems(media: MediaFile, limits: Limits, most: int | None, noun: str) -> Iterator[Problem]:
    if most and media.size > most:
        words = f"{limits.label} takes {noun} up to {size_words(most)}; this one has {size_words(media.size)}."
        yield limits.problem("media_too_large", words)


def dimension_problems(media: MediaFile, limits: Limits, box: Box, noun: str) -> Iterator[Problem]:
    """A file whose width and height are not known is not judged."""
    if not media.width or not media.height:
        return
    found = f"this one has {_pixels(media.width, media.height)}"
    if media.width < box.min_width or media.height < box.min_height:
        words = f"{limits.label} takes {noun}s of at least {_span(box.min_width, box.min_height)}; {found}. "
        yield limits.problem("too_small", f"{words}Use a larger version of it: enlarging makes it blurred.")
    if _exceeds(media.width, box.max_width) or _exceeds(media.height, box.max_height):
        words = f"{limits.label} takes {noun}s of at most {_span(box.max_width, box.max_height)}; {found}. "
        yield limits.problem("too_large_dimensions", f"{words}Make it smaller.")


def pixel_problems(media: MediaFile, limits: Limits, most: int | None, noun: str) -> Iterator[Problem]:
    pixels = media.width * media.height
    if most and pixels > most:
        words = f"{limits.label} takes {noun}s up to {most / 1e6:.1f} megapixels; this one has {pixels / 1e6:.1f}."
        yield limits.problem("too_many_pixels", f"{words} Make it smaller.")


def aspect_problems(
    media: MediaFile, limits: Limits, least: float | None, most: float | None, noun: str
) -> Iterator[Problem]:
    if not media.width or not media.height:
        return
    aspect, label = media.width / media.height, limits.label
    if least is not None and aspect < least:
        words = f"This {noun} is too tall for {label}: its width must be at least {least:g} times its height; crop it."
        yield limits.problem("too_tall", words)
    if most is not None and aspect > most:
        words = f"This {noun} is too wide for {label}: its width may be at most {most:g} times its height; crop it."
        yield limits.problem("too_wide", words)


def size_words(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def _exceeds(found: int, most: int | None) -> bool:
    return most is not None and found > most


def _span(width: int | None, height: int | None) -> str:
    """A bound in words, where one of its sides may be free."""
    if width and height:
        return _pixels(width, height)
    return f"{width:,} pixels of width" if width else f"{height or 0:,} pixels of height"


def _pixels(width: int, height: int) -> str:
    return f"{width:,} x {height:,} pixels"
