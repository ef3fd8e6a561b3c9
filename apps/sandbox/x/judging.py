"""What X takes: kinds and sizes of files as they are announced, and what is found in them afterwards.

Whether films may be larger than 1280x1024 is told in two ways, so the longest sides are settings (1920 and 1200).
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.sandbox.core import images, video
from apps.sandbox.core.rows import Account
from apps.sandbox.core.uploads import MEBIBYTE
from apps.sandbox.core.world import World
from apps.sandbox.x.accounts import is_premium

CATEGORIES = {
    "tweet_image": "image", "dm_image": "image", "tweet_gif": "gif", "dm_gif": "gif", "tweet_video": "video",
    "amplify_video": "video", "dm_video": "video", "subtitles": "subtitles",
}  # fmt: skip
TYPES = {
    "image": ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/pjpeg", "image/tiff"),
    "gif": ("image/gif",),
    "video": ("video/mp4", "video/webm", "video/mp2t", "video/quicktime"),
    "subtitles": ("text/srt", "text/vtt"),
}
MEDIA_TYPES = tuple(one for types in TYPES.values() for one in types)
PREFIXES = {"image": "3", "gif": "16", "video": "13", "subtitles": "10"}

MOST_BYTES = {"image": 5 * MEBIBYTE, "gif": 15 * MEBIBYTE, "subtitles": MEBIBYTE}
SCHEMA_BYTES = 17_179_869_184
STILL = {"image/jpeg", "image/png", "image/webp", "image/gif"}
GIF_WIDTH, GIF_HEIGHT, GIF_FRAMES, GIF_PIXELS = 1280, 1080, 350, 300_000_000
SHORTEST_SECONDS, LONGEST_SECONDS, SHORTEST_SIDE, WIDEST_RATIO = 0.5, 140, 32, 3.0
FASTEST, MOST_CHANNELS = 60, 2


@dataclass(frozen=True, slots=True)
class Judged:
    """`problem` is empty where X has none with the file; what `is_too_fast` comes out when a post wants to show it."""

    mime: str
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    problem: str = ""
    is_too_fast: bool = False


def most_bytes(world: World, account: Account, kind: str) -> int:
    if kind != "video":
        return MOST_BYTES[kind]
    name = "premium_video_bytes" if is_premium(world, account) else "video_bytes"
    return int(world.setting("x", name))


def judge(world: World, kind: str, content: bytes) -> Judged:
    """Of a film its first bytes suffice; of everything else `content` is the whole."""
    if kind == "video":
        return _video(world, content)
    if kind == "subtitles":
        problem = "" if b"-->" in content else "Unsupported subtitle format"
        return Judged("text/srt", problem=problem)
    found = images.probe(content)
    if found is None or found.mime not in STILL:
        return Judged("application/octet-stream", problem="Unsupported image format")
    problem = _gif_problem(found) if kind == "gif" else _image_problem(found)
    return Judged(found.mime, found.width, found.height, problem=problem)


def _image_problem(found: images.Probe) -> str:
    return "Animated images have the category tweet_gif" if found.frames > 1 else ""


def _gif_problem(found: images.Probe) -> str:
    if found.mime != "image/gif":
        return "Unsupported image format"
    if found.width > GIF_WIDTH or found.height > GIF_HEIGHT:
        return "Image dimensions are too large"
    too_many = found.frames > GIF_FRAMES or found.width * found.height * found.frames > GIF_PIXELS
    return "The GIF has too many frames" if too_many else ""


def _video(world: World, head: bytes) -> Judged:
    found = video.probe(head)
    if found is None or found.mime == "video/webm":
        return Judged("application/octet-stream", problem="Unsupported video format")
    problem, is_too_fast = _video_problem(world, found), not found.has_frame_rate(0, FASTEST)
    return Judged(found.mime, found.width, found.height, found.seconds, problem, is_too_fast)


def _video_problem(world: World, found: video.VideoProbe) -> str:
    """Where the beginning of the file does not tell, X would look further and the sandbox lets it pass."""
    if not found.has_video_codec("h264"):
        return "Unsupported video format"
    if not found.has_audio_codec("aac") or found.audio_channels > MOST_CHANNELS:
        return "Unsupported audio format"
    if found.seconds and found.seconds < SHORTEST_SECONDS:
        return "Video is too short"
    if not found.width or not found.height:
        return ""
    short, long = sorted((found.width, found.height))
    if short < SHORTEST_SIDE:
        return "Video dimensions are too small"
    if long > world.setting("x", "longest_video_side") or short > world.setting("x", "shorter_video_side"):
        return "Video dimensions are too large"
    return "Video aspect ratio is out of range" if long / short > WIDEST_RATIO else ""
