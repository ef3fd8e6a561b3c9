"""Instagram comes and gets the media: pictures and videos by their public address, checked by their bytes.

A picture is judged when its container is made. A video is judged in its container's status, by what its beginning
tells: one whose index is at its end passes, unless the setting `index_first` holds it to the documentation, and so does
one with edit lists without `no_edit_lists`. How dense its sound is and how its pictures hang together is not looked at.
"""

from __future__ import annotations

import asyncio

from apps.sandbox.core import fetching, video
from apps.sandbox.core.calls import Refusal
from apps.sandbox.core.fetching import NotFetched, TooLarge, TooSlow
from apps.sandbox.core.images import Probe, probe
from apps.sandbox.core.uploads import Intake
from apps.sandbox.core.world import World
from apps.sandbox.meta.graph import graph_error

MEBIBYTE = 1024 * 1024
MAX_IMAGE = 8 * MEBIBYTE
MAX_STORY = 100 * MEBIBYTE
NARROWEST, WIDEST = 4 / 5, 1.91
WIDEST_VIDEO = 1920
# Shortest and longest in seconds; narrowest and widest.
REEL, STORY = (3.0, 900.0), (3.0, 60.0)
REEL_RATIOS, STORY_RATIOS = (0.01, 10.0), (0.1, 10.0)
CODECS, SLOWEST, FASTEST = ("h264", "hevc"), 23, 60
MOST_CHANNELS, HIGHEST_SAMPLE_RATE = 2, 48_000
MEGABIT = 1_000_000
USER_AGENT = "facebookexternalhit/1.1"
NOT_FETCHED, TOO_SLOW, BAD_VIDEO, BAD_RATIO = 2207052, 2207003, 2207026, 2207009


async def fetch_image(url: str, *, any_ratio: bool) -> tuple[bytes, Probe]:
    """The picture at `url`, or the refusal that names what is wrong with it."""
    try:
        content = await fetching.get(url, limit=MAX_IMAGE, user_agent=USER_AGENT)
    except TooLarge:
        raise graph_error(
            36000, "The image size is too large.", subcode=2207004, title="Image size too large",
            words="The image is too large to download. It should be less than 8 MiB.",
        ) from None  # fmt: skip
    except TooSlow:
        raise unfetched(TOO_SLOW) from None
    except NotFetched:
        raise unfetched(NOT_FETCHED) from None
    found = await asyncio.to_thread(probe, content) if len(content) > MEBIBYTE else probe(content)
    if found is None:
        raise unfetched(NOT_FETCHED)
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


def most_bytes(world: World, *, is_story: bool) -> int:
    """Older pages of the documentation allow a reel more than its 300 MB: `reel_megabytes`."""
    return MAX_STORY if is_story else int(world.setting("instagram", "reel_megabytes")) * MEBIBYTE


async def fetch_video(url: str, *, limit: int) -> Intake | int:
    """The video, counted and not kept but for its beginning; or the subcode of what went wrong."""
    try:
        return await fetching.measure(url, limit=limit, user_agent=USER_AGENT)
    except TooLarge:
        return BAD_VIDEO
    except TooSlow:
        return TOO_SLOW
    except NotFetched:
        return NOT_FETCHED


def wrong_with(world: World, intake: Intake, *, is_story: bool) -> int:
    """The subcode that the status will name; 0 for a video that Instagram takes."""
    found = video.probe(intake.head, size=intake.size)
    if found is None or found.mime not in {"video/mp4", "video/quicktime"}:
        return BAD_VIDEO
    if intake.size > most_bytes(world, is_story=is_story) or not found.lasts(*(STORY if is_story else REEL)):
        return BAD_VIDEO
    if not _is_well_made(world, found):
        return BAD_VIDEO
    return 0 if found.has_ratio(*(STORY_RATIOS if is_story else REEL_RATIOS)) else BAD_RATIO


def _is_well_made(world: World, found: video.VideoProbe) -> bool:
    if found.width > WIDEST_VIDEO or not found.has_video_codec(*CODECS) or not found.has_frame_rate(SLOWEST, FASTEST):
        return False
    if found.bit_rate > float(world.setting("instagram", "video_megabits")) * MEGABIT:
        return False
    if world.setting("instagram", "index_first") and not found.index_first:
        return False
    if world.setting("instagram", "no_edit_lists") and found.has_edit_list:
        return False
    has_fitting_sound = found.audio_channels <= MOST_CHANNELS and found.audio_rate <= HIGHEST_SAMPLE_RATE
    return has_fitting_sound and found.has_audio_codec("aac")


def unfetched(subcode: int) -> Refusal:
    if subcode == TOO_SLOW:
        return graph_error(-2, "It takes too long to download the media.", subcode=TOO_SLOW)
    return graph_error(
        9004,
        "Only photo or video can be accepted as media type.",
        subcode=NOT_FETCHED,
        title="Media download has failed. The media URI doesn't meet our requirements.",
        words="The media could not be fetched from this URI.",
    )
