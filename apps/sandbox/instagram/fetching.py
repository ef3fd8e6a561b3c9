"""Instagram comes and gets the media: pictures and videos by their public address, checked by their bytes."""

from __future__ import annotations

import asyncio

from apps.sandbox.core import fetching
from apps.sandbox.core.fetching import NotFetched, TooLarge, TooSlow
from apps.sandbox.core.images import Probe, is_video, probe
from apps.sandbox.meta.graph import graph_error

MEBIBYTE = 1024 * 1024
MAX_IMAGE = 8 * MEBIBYTE
MAX_VIDEO = 300 * MEBIBYTE
NARROWEST, WIDEST = 4 / 5, 1.91
USER_AGENT = "facebookexternalhit/1.1"


async def fetch_image(url: str, *, any_ratio: bool) -> tuple[bytes, Probe]:
    """The picture at `url`, or the refusal that names what is wrong with it."""
    try:
        content = await _get(url, limit=MAX_IMAGE)
    except TooLarge:
        raise graph_error(
            36000, "The image size is too large.", subcode=2207004, title="Image size too large",
            words="The image is too large to download. It should be less than 8 MiB.",
        ) from None  # fmt: skip
    found = await asyncio.to_thread(probe, content) if len(content) > MEBIBYTE else probe(content)
    if found is None:
        raise _not_fetched()
    if found.mime != "image/jpeg":
        raise graph_error(
            36001, "The image format is not supported.", subcode=2207005, title="Unsupported image format",
            words="Image format must be JPEG.",
        )  # fmt: skip
    if not any_ratio and not NARROWEST <= found.ratio <= WIDEST:
        raise graph_error(
            36003, "The aspect ratio is not supported.", subcode=2207009, title="Invalid aspect ratio",
            words="The submitted image's aspect ratio must lie between 4:5 and 1.91:1.",
        )  # fmt: skip
    return content, found


async def fetch_video(url: str) -> tuple[bytes, bool]:
    """The bytes, and whether they are a video at all: that comes out later, in the container's status."""
    try:
        content = await _get(url, limit=MAX_VIDEO)
    except TooLarge:
        raise graph_error(352, "The video file is too large.", subcode=2207026, title="Unsupported video") from None
    return content, is_video(content)


async def _get(url: str, *, limit: int) -> bytes:
    try:
        return await fetching.get(url, limit=limit, user_agent=USER_AGENT)
    except TooSlow:
        raise graph_error(-2, "It takes too long to download the media.", subcode=2207003) from None
    except NotFetched:
        raise _not_fetched() from None


def _not_fetched() -> Exception:
    return graph_error(
        9004,
        "Only photo or video can be accepted as media type.",
        subcode=2207052,
        title="Media download has failed. The media URI doesn't meet our requirements.",
        words="The media could not be fetched from this URI.",
    )
