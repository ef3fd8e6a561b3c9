"""Threads comes and gets the media by their address; what is wrong with them comes out in the container's status.

A picture that cannot be had is refused at once; the setting `fetch_errors_in_status` lets the status say that too, as
has been seen. For a wrong format or size of a picture no message is documented: it is UNKNOWN.
"""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass

from apps.sandbox.core import fetching, images, video
from apps.sandbox.core.fetching import NotFetched, TooLarge
from apps.sandbox.core.uploads import MEBIBYTE
from apps.sandbox.meta.graph import graph_error

MAX_IMAGE = 8 * MEBIBYTE
MAX_VIDEO = 1024 * MEBIBYTE
MAX_SECONDS = 300
CODECS, SLOWEST, FASTEST = ("h264", "hevc"), 23, 60
MOST_CHANNELS, HIGHEST_SAMPLE_RATE = 2, 48_000
MEGABIT = 1_000_000
WIDEST_VIDEO = 1920
FLATTEST = 10.0  # both ways for pictures
NARROWEST_VIDEO = 0.01
USER_AGENT = "facebookexternalhit/1.1"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came in. `head` is all of a picture and the beginning of a video; `error` what the status will say."""

    mime: str = "application/octet-stream"
    head: bytes = b""
    size: int = 0
    crc32: int = 0
    received: int = 0
    width: int = 0
    height: int = 0
    error: str = ""


async def fetch_image(url: str, *, errors_in_status: bool) -> Fetched:
    """The picture; only one that cannot be fetched is refused here."""
    try:
        content = await fetching.get(url, limit=MAX_IMAGE, user_agent=USER_AGENT)
    except TooLarge:
        return Fetched(error="UNKNOWN")
    except NotFetched:
        if errors_in_status:
            return Fetched(error="UNKNOWN")
        raise graph_error(
            9004, "The media could not be fetched from this URI.", subcode=2207052, title="Media download has failed",
            words="The media could not be fetched from this URI.",
        ) from None  # fmt: skip
    found = await asyncio.to_thread(images.probe, content) if len(content) > MEBIBYTE else images.probe(content)
    sums = {"head": content, "size": len(content), "crc32": zlib.crc32(content), "received": len(content)}
    if found is None or found.mime not in {"image/jpeg", "image/png"}:
        return Fetched(**sums, error="UNKNOWN")  # type: ignore[arg-type]
    is_flat = max(found.ratio, 1 / found.ratio) > FLATTEST
    error = "INVALID_ASPEC_RATIO" if is_flat else ""
    return Fetched(found.mime, **sums, width=found.width, height=found.height, error=error)  # type: ignore[arg-type]


async def fetch_video(url: str, *, megabits: float) -> Fetched:
    """The video, counted and not kept but for its beginning; never refused, for nobody waits for it.

    `megabits` is the most it may have in a second."""
    try:
        intake = await fetching.measure(url, limit=MAX_VIDEO, user_agent=USER_AGENT)
    except NotFetched:
        return Fetched(error="FAILED_DOWNLOADING_VIDEO")
    except TooLarge:
        return Fetched(error="FAILED_PROCESSING_VIDEO")
    found = video.probe(intake.head, size=intake.size)
    return Fetched(
        mime=found.mime if found else "application/octet-stream",
        head=intake.head,
        size=intake.size,
        crc32=intake.crc32,
        received=intake.received,
        width=found.width if found else 0,
        height=found.height if found else 0,
        error=_wrong_with(found, megabits),
    )


def _wrong_with(found: video.VideoProbe | None, megabits: float) -> str:
    """Judged by what the beginning tells; a video whose index is at its end passes."""
    if found is None or found.mime not in {"video/mp4", "video/quicktime"} or found.width > WIDEST_VIDEO:
        return "FAILED_PROCESSING_VIDEO"
    if not found.has_video_codec(*CODECS):
        return "FAILED_PROCESSING_VIDEO"
    if found.seconds > MAX_SECONDS:
        return "INVALID_DURATION"
    if not found.has_ratio(NARROWEST_VIDEO, FLATTEST):
        return "INVALID_ASPEC_RATIO"
    if not found.has_frame_rate(SLOWEST, FASTEST):
        return "INVALID_FRAME_RATE"
    if found.bit_rate > megabits * MEGABIT:
        return "INVALID_BIT_RATE"
    return _wrong_with_sound(found)


def _wrong_with_sound(found: video.VideoProbe) -> str:
    if not found.has_audio_codec("aac") or found.audio_rate > HIGHEST_SAMPLE_RATE:
        return "FAILED_PROCESSING_AUDIO"
    return "INVALID_AUDIO_CHANNELS" if found.audio_channels > MOST_CHANNELS else ""
