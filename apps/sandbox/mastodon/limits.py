"""What this server says of its limits in `configuration`, and holds to: each is a setting, for others have others."""

from __future__ import annotations

from typing import Any

from apps.sandbox.core.world import World

SETTINGS: dict[str, Any] = {
    "max_characters": 500,
    "max_media": 4,
    "max_description": 1500,
    "image_bytes": 16_777_216,
    "image_pixels": 33_177_600,
    "gif_pixels": 921_600,  # of an animated one; this and the frames of a video stand in no configuration
    "video_bytes": 103_809_024,
    "video_pixels": 8_294_400,
    "video_frame_rate": 120,
    "video_frames": 36_000,
    "poll_options": 4,
    "poll_option_characters": 50,
    "poll_shortest": 300,
    "poll_longest": 2_629_746,
}


def limit(world: World, name: str) -> int:
    return int(world.setting("mastodon", name))
