"""What TikTok thinks of a file once it is there, in the words of `fail_reason`.

A video whose index stands at its end does not tell its length and size at its beginning, and passes. Which sound is
taken is not documented: any is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.sandbox.core import images, video
from apps.sandbox.core.rows import Account, Medium
from apps.sandbox.core.uploads import Intake
from apps.sandbox.core.world import World
from apps.sandbox.tiktok.names import DIRECT, NAME
from apps.sandbox.tiktok.publishes import Publish

SHORTEST_SIDE, LONGEST_SIDE = 360, 4096
LONGEST_DRAFT = 600  # seconds
CODECS, SLOWEST, FASTEST = ("h264", "hevc", "vp8", "vp9"), 23, 60


def judge_video(world: World, publish: Publish, intake: Intake) -> tuple[Medium, str]:
    """The medium, of which the first bytes are kept, and what is wrong with it."""
    found = video.probe(intake.head, size=intake.size)
    seen = found or video.VideoProbe("application/octet-stream")
    account = world.account(NAME, publish.account_id)
    came = {"crc32": intake.crc32, "received": intake.received, "seconds": seen.seconds}
    medium = _medium(world, publish, seen.mime, intake.head, intake.size, (seen.width, seen.height), came)
    shortest, longest = float(world.setting(NAME, "min_video_seconds")), _longest(account, publish)
    return medium, _wrong_with(found, shortest, longest)


def _wrong_with(found: video.VideoProbe | None, shortest: float, longest: float) -> str:
    if found is None or not found.has_video_codec(*CODECS):
        return "file_format_check_failed"
    if found.width and not all(SHORTEST_SIDE <= side <= LONGEST_SIDE for side in (found.width, found.height)):
        return "picture_size_check_failed"
    if not found.lasts(shortest, longest):
        return "duration_check_failed"
    return "" if found.has_frame_rate(SLOWEST, FASTEST) else "frame_rate_check_failed"


def _longest(account: Account | None, publish: Publish) -> float:
    is_direct = account is not None and publish.mode == DIRECT
    return float(account.data["max_video_post_duration_sec"]) if account and is_direct else LONGEST_DRAFT


def judge_photo(world: World, publish: Publish, content: bytes, intake: Intake) -> tuple[Medium, str]:
    found = images.probe(content)
    sides = (found.width, found.height) if found else (0, 0)
    mime = found.mime if found else "application/octet-stream"
    came = {"crc32": intake.crc32, "received": intake.received}
    medium = _medium(world, publish, mime, content, intake.size, sides, came)
    if mime not in {"image/jpeg", "image/webp"}:
        return medium, "file_format_check_failed"
    shorter, longer = (int(world.setting(NAME, name)) for name in ("photo_shorter_side", "photo_longer_side"))
    if (shorter and min(sides) > shorter) or (longer and max(sides) > longer):
        return medium, "picture_size_check_failed"
    return medium, ""


def _medium(
    world: World,
    publish: Publish,
    mime: str,
    content: bytes,
    size: int,
    sides: tuple[int, int],
    came: Mapping[str, Any],
) -> Medium:
    return Medium(
        NAME,
        str(world.number()),
        publish.account_id,
        mime,
        size,
        world.store.blobs.add(content),
        world.now(),
        width=sides[0],
        height=sides[1],
        data={"publish_id": publish.id, "size": size, **came},
    )
