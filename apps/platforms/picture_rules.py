"""What a platform would refuse in a picture."""

from __future__ import annotations

from collections.abc import Iterator

from apps.platforms.contract import MediaFile
from apps.platforms.file_rules import Box, Limits, aspect_problems, dimension_problems, pixel_problems, size_problems
from apps.platforms.problem import Problem


def picture_problems(media: MediaFile, limits: Limits) -> Iterator[Problem]:
    can = limits.can
    yield from size_problems(media, limits, can.max_image_bytes, "pictures")
    yield from pixel_problems(media, limits, can.max_image_pixels, "picture")
    box = Box(can.min_width, can.min_height, can.max_width, can.max_height)
    yield from dimension_problems(media, limits, box, "picture")
    yield from aspect_problems(media, limits, can.min_aspect, can.max_aspect, "picture")
    if media.frames > 1:
        yield from _animation_problems(media, limits)


def _animation_problems(media: MediaFile, limits: Limits) -> Iterator[Problem]:
    can, label, pixels = limits.can, limits.label, media.width * media.height
    if can.max_frames is not None and media.frames > can.max_frames:
        words = f"{label} takes animations of up to {can.max_frames:,} frames; this one has {media.frames:,}. Shorten"
        yield limits.problem("too_many_frames", f"{words} it, or publish it as a video.")
    most_in_all, in_all = can.max_frame_pixels, pixels * media.frames
    is_heavy = most_in_all is not None and in_all > most_in_all
    if is_heavy or (can.max_animated_pixels is not None and pixels > can.max_animated_pixels):
        words = f"This animation has too many pixels for {label}: make it smaller or shorter, or publish it as a video."
        yield limits.problem("animation_too_large", words)
