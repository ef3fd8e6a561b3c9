"""What a platform would refuse in the captions of a video."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import Caption, Draft
from apps.platforms.file_rules import Limits, size_problems
from apps.platforms.problem import Problem

WEBVTT: Final = "text/vtt"


def captions_of(draft: Draft, can: Capabilities) -> tuple[Caption, ...]:
    """The captions that go out with a draft: none where it has no video, or its platform takes none."""
    return draft.captions if can.max_captions and any(media.is_video for media in draft.media) else ()


def caption_problems(draft: Draft, can: Capabilities, label: str) -> Iterator[Problem]:
    captions = captions_of(draft, can)
    if len(captions) > can.max_captions:
        words = f"{label} takes captions in at most {can.max_captions} languages; there are {len(captions)}."
        yield Problem("captions", "too_many_captions", words)
    languages = [caption.language.lower() for caption in captions]
    for position, caption in enumerate(captions[: can.max_captions]):
        yield from _of_one(caption, Limits(can, label, f"captions.{position}"))
        if languages.index(caption.language.lower()) < position:
            words = f"There are two captions in the same language ({caption.language}): keep one of them."
            yield Problem(f"captions.{position}", "same_language", words)


def _of_one(caption: Caption, limits: Limits) -> Iterator[Problem]:
    if caption.file.mime_type.partition(";")[0] != WEBVTT:
        yield limits.problem("caption_type", f"Captions for {limits.label} are WebVTT files (.vtt): convert this one.")
    if not caption.language:
        yield limits.problem("no_language", "Say which language these captions are in.")
    yield from size_problems(caption.file, limits, limits.can.max_caption_bytes, "captions")
