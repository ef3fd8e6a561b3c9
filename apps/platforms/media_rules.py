"""What a platform would refuse in the files of a draft. What one file may be is said in `picture_rules`, `video_rules`
and `caption_rules`; a number that is not known (0 or "") is never a problem."""

from __future__ import annotations

from collections.abc import Iterator

from apps.platforms.capabilities import Capabilities
from apps.platforms.caption_rules import caption_problems
from apps.platforms.contract import Draft, MediaFile, Role
from apps.platforms.file_rules import Limits, size_problems
from apps.platforms.picture_rules import picture_problems
from apps.platforms.problem import Problem
from apps.platforms.video_rules import video_problems


def media_problems(draft: Draft, can: Capabilities, label: str, *, limit: int) -> Iterator[Problem]:
    """`limit` is how many files this part of the post may carry; `can` are the limits of its format."""
    yield from _count_problems(draft, can, label, limit)
    for position, media in enumerate(draft.media[:limit]):
        yield from _file_problems(media, Limits(can, label, f"media.{position}"))
    if draft.cover is not None and not can.covers:
        yield Problem("cover", "no_cover", f"{label} takes no cover picture here.")
    yield from caption_problems(draft, can, label)


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


def _file_problems(media: MediaFile, limits: Limits) -> Iterator[Problem]:
    can, label = limits.can, limits.label
    if can.media_types and media.mime_type not in can.media_types:
        taken = ", ".join(sorted(_type_label(type_) for type_ in can.media_types))
        words = f"{label} does not take {_type_label(media.mime_type)} files here; it takes {taken}."
        yield limits.problem("media_type", words)
    if media.is_image:
        yield from picture_problems(media, limits)
    elif media.is_video:
        yield from video_problems(media, limits)
    else:
        yield from size_problems(media, limits, can.max_document_bytes, "documents")
    if can.max_alt and (found := len(media.alt)) > can.max_alt:
        words = f"{label} takes at most {can.max_alt:,} characters of alt text; this one has {found:,}."
        yield Problem(f"{limits.field}.alt", "alt_too_long", words)


def _type_label(mime_type: str) -> str:
    return mime_type.rpartition("/")[2].upper()
