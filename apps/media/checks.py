"""Start-up checks of what media need from the machine."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from apps.core.checks import AT_THE_START
from apps.media.probing import ffmpeg


@register(AT_THE_START)
def ffmpeg_is_there(**_: Any) -> list[CheckMessage]:
    if ffmpeg():
        return []
    missing = f"FFMPEG names {settings.FFMPEG}, which cannot be run" if settings.FFMPEG else "No FFmpeg was found"
    return [
        Warning(
            f"{missing}: videos are taken as they are, with their metadata, and are not converted.",
            hint="Install the package imageio-ffmpeg, or name a program in FFMPEG.",
            id="media.W001",
        )
    ]
