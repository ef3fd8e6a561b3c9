"""What Facebook finds in a film when it processes it: the subcode of what is wrong.

Shape, length and frame rate of reels and stories are refused when they are finished (reels.py); what remains comes out
here. The limits of feed videos are others' (`video_formats`, `video_hours`): Meta documents none.
"""

from __future__ import annotations

from apps.sandbox.core.uploads import Intake
from apps.sandbox.core.video import probe
from apps.sandbox.core.world import World
from apps.sandbox.facebook.people import NAME
from apps.sandbox.facebook.video_status import INVALID_FILE, TOO_LONG

SHORT_CODECS = ("h264", "hevc", "vp9", "av1")


def wrong_with(world: World, kind: str, intake: Intake) -> int:
    """0 for a file that can be shown as a video, reel or story."""
    found = probe(intake.head, size=intake.size)
    if found is None:
        return INVALID_FILE
    if kind == "video":
        if found.mime not in str(world.setting(NAME, "video_formats")).split():
            return INVALID_FILE
        return 0 if found.lasts(0, 3600 * float(world.setting(NAME, "video_hours"))) else TOO_LONG
    return 0 if found.has_video_codec(*SHORT_CODECS) and found.has_audio_codec("aac") else INVALID_FILE
