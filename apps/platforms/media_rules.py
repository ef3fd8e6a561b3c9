"""What a platform would refuse in the files of a draft."""

from __future__ import annotations

from collections.abc import Iterator

from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import Draft, MediaFile, Role
from apps.platforms.problem import Problem


def media_problems(draft: Draft, can: Capabilities, label: str, *, limit: int) -> Iterator[Problem]:
    """`limit` is how many files this part of the post may carry; `can` are the limits of its format."""
    yield from _count_problems(draft, can, label, limit)
    for position, media in enumerate(draft.media[:limit]):
        field = f"media.{position}"
        if can.media_types and media.mime_type not in can.media_types:
            taken = ", ".join(sorted(_type_label(type_) for type_ in can.media_types))
            words = f"{label} does not take {_type_label(media.mime_type)} files here; it takes {taken}."
            yield Problem(field, "media_type", words)
        yield from _file_problems(media, field, can, label)
        if can.max_alt and (found := len(media.alt)) > can.max_alt:
            words = f"{label} takes at most {can.max_alt:,} characters of alt text; this one has {found:,}."
            yield Problem(f"{field}.alt", "alt_too_long", words)
    if draft.cover is not None and not can.covers:
        yield Problem("cover", "no_cover", f"{label} takes no cover picture here.")


def _count_problems(draft: Draft, can: Capabilities, label: str, limit: int) -> Iterator[Problem]:
    count, videos = len(draft.media), sum(media.is_video for media in draft.media)
    noun = "files" if can.max_videos else "pictures"
    if count > limit:
        words = f"{label} takes at most {limit} {noun} here; there are {count}."
        yield Problem("media", "too_many_media", words if limit else f"{label} takes no {noun} here.")
    elif videos > can.max_videos > 0:
        words = (
            f"{label} takes at most {can.max_videos} video{'s' if can.max_videos > 1 else ''} here; there are {videos}."
        )
        yield Problem("media", "too_many_videos", words)
    elif 0 < videos < count and can.max_videos and not can.mixes_media:
        yield Problem("media", "mixed_media", f"{label} takes either pictures or a video, not both in one post.")
    if draft.role is Role.MAIN and count < can.min_media:
        one = "a picture or a video" if can.max_videos else "a picture"
        needed = one if can.min_media == 1 else f"at least {can.min_media} {noun}"
        yield Problem("media", "too_few_media", f"{label} needs {needed} with each post.")


def _file_problems(media: MediaFile, field: str, can: Capabilities, label: str) -> Iterator[Problem]:
    if media.is_image:
        yield from _size_problems(media, field, can.max_image_bytes, "pictures", label)
        yield from _picture_problems(media, field, can, label)
    elif media.is_video:
        yield from _size_problems(media, field, can.max_video_bytes, "videos", label)
        yield from _length_problems(media, field, can, label)
        bounds = (can.min_video_aspect, can.max_video_aspect)
        yield from _aspect_problems(media, field, bounds, "video", label)
    else:
        yield from _size_problems(media, field, can.max_document_bytes, "documents", label)


def _size_problems(media: MediaFile, field: str, limit: int, noun: str, label: str) -> Iterator[Problem]:
    if limit and media.size > limit:
        words = f"{label} takes {noun} up to {_megabytes(limit)}; this one has {_megabytes(media.size)}."
        yield Problem(field, "media_too_large", words)


def _picture_problems(media: MediaFile, field: str, can: Capabilities, label: str) -> Iterator[Problem]:
    pixels = media.width * media.height
    if can.max_image_pixels and pixels > can.max_image_pixels:
        words = f"{label} takes pictures up to {can.max_image_pixels / 1e6:.1f} megapixels; this one has "
        yield Problem(field, "too_many_pixels", f"{words}{pixels / 1e6:.1f}.")
    if 0 < media.width < can.min_width:
        words = f"{label} takes pictures from {can.min_width:,} pixels of width; this one has {media.width:,}."
        yield Problem(field, "too_narrow", words)
    yield from _aspect_problems(media, field, (can.min_aspect, can.max_aspect), "picture", label)


def _length_problems(media: MediaFile, field: str, can: Capabilities, label: str) -> Iterator[Problem]:
    if not media.seconds:
        return
    if can.max_video_seconds is not None and media.seconds > can.max_video_seconds:
        words = (
            f"{label} takes videos up to {_span(can.max_video_seconds)} here; this one lasts {_span(media.seconds)}."
        )
        yield Problem(field, "video_too_long", words)
    if media.seconds < can.min_video_seconds:
        words = f"{label} takes videos from {_span(can.min_video_seconds)} here; this one lasts"
        yield Problem(field, "video_too_short", f"{words} {_span(media.seconds)}.")


def _aspect_problems(
    media: MediaFile, field: str, bounds: tuple[float | None, float | None], noun: str, label: str
) -> Iterator[Problem]:
    if not media.width or not media.height:
        return
    aspect = media.width / media.height
    least, most = bounds
    if least is not None and aspect < least:
        words = f"This {noun} is too tall for {label}: its width must be at least {least:g} times its height; crop it."
        yield Problem(field, "too_tall", words)
    if most is not None and aspect > most:
        words = f"This {noun} is too wide for {label}: its width may be at most {most:g} times its height; crop it."
        yield Problem(field, "too_wide", words)


def _type_label(mime_type: str) -> str:
    return mime_type.rpartition("/")[2].upper()


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _span(seconds: float) -> str:
    return f"{seconds:g} seconds" if seconds < 120 else f"{seconds / 60:.3g} minutes"
