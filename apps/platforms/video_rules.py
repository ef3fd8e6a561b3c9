"""What a platform would refuse in a video."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from apps.platforms.contract import MediaFile
from apps.platforms.file_rules import Box, Limits, aspect_problems, dimension_problems, pixel_problems, size_problems
from apps.platforms.problem import Problem

# Platforms name whole numbers of pictures a second, and mean 23.976 by 24: a rate is measured less exactly than that.
RATE_MARGIN: Final = 0.1

_CODEC_WORDS: Final = {  # the usual ones first: they are what is advised
    "h264": "H.264", "hevc": "H.265", "vp8": "VP8", "vp9": "VP9", "av1": "AV1", "prores": "ProRes", "aac": "AAC",
    "mp3": "MP3", "opus": "Opus", "vorbis": "Vorbis", "ac3": "Dolby Digital", "mpeg4": "MPEG-4",
}  # fmt: skip


def video_problems(media: MediaFile, limits: Limits) -> Iterator[Problem]:
    can = limits.can
    yield from size_problems(media, limits, can.max_video_bytes, "videos")
    yield from _length_problems(media, limits)
    box = Box(can.min_video_width, can.min_video_height, can.max_video_width, can.max_video_height)
    yield from dimension_problems(media, limits, box, "video")
    yield from pixel_problems(media, limits, can.max_video_pixels, "video")
    yield from aspect_problems(media, limits, can.min_video_aspect, can.max_video_aspect, "video")
    yield from _codec_problems(limits, media.video_codec, can.video_codecs, "codec", "Videos")
    yield from _codec_problems(limits, media.audio_codec, can.audio_codecs, "audio_codec", "The sound of videos")
    yield from _rate_problems(media, limits)


def _length_problems(media: MediaFile, limits: Limits) -> Iterator[Problem]:
    if not media.seconds:
        return
    can, label = limits.can, limits.label
    if can.max_video_seconds is not None and media.seconds > can.max_video_seconds:
        words = f"{label} takes videos up to {_span(can.max_video_seconds)} here; this one lasts {_span(media.seconds)}"
        yield limits.problem("video_too_long", f"{words}.")
    if media.seconds < can.min_video_seconds:
        words = f"{label} takes videos from {_span(can.min_video_seconds)} here; this one lasts {_span(media.seconds)}"
        yield limits.problem("video_too_short", f"{words}.")


def _codec_problems(limits: Limits, found: str, taken: frozenset[str], code: str, subject: str) -> Iterator[Problem]:
    if not found or not taken or found in taken:
        return
    offered = [words for name, words in _CODEC_WORDS.items() if name in taken]
    offered += sorted(name.upper() for name in taken - _CODEC_WORDS.keys())
    words = f"{subject} on {limits.label} must be {_listed(offered)}, not {_CODEC_WORDS.get(found, found.upper())}"
    yield limits.problem(code, f"{words}: export it again as {offered[0]}.")


def _rate_problems(media: MediaFile, limits: Limits) -> Iterator[Problem]:
    can, label, rate = limits.can, limits.label, media.frame_rate
    least, most = can.min_frame_rate, can.max_frame_rate
    is_slow = least is not None and 0 < rate < least - RATE_MARGIN
    if is_slow or (most is not None and rate > most + RATE_MARGIN):
        words = f"{label} takes videos of {_rates(least, most)} pictures a second; this one has {rate:.3g}: export it"
        yield limits.problem("frame_rate", f"{words} again with 30.")
    if can.max_video_bit_rate is not None and media.bit_rate > can.max_video_bit_rate:
        words = f"{label} takes videos of up to {can.max_video_bit_rate / 1e6:g} megabits a second; this one has"
        yield limits.problem("bit_rate", f"{words} {media.bit_rate / 1e6:.1f}: export it again with a lower bit rate.")


def _rates(least: float | None, most: float | None) -> str:
    if least is None:
        return f"at most {most:g}"
    return f"at least {least:g}" if most is None else f"{least:g} to {most:g}"


def _listed(names: list[str]) -> str:
    return " or ".join([part for part in (", ".join(names[:-1]), names[-1]) if part])


def _span(seconds: float) -> str:
    return f"{seconds:g} seconds" if seconds < 120 else f"{seconds / 60:.3g} minutes"
