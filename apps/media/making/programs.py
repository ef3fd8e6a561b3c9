"""The FFmpeg program."""

from __future__ import annotations

import imageio_ffmpeg
from django.conf import settings


def ffmpeg() -> str:
    """Its path: what the setting names, else the one that came with the packages."""
    return settings.FFMPEG or str(imageio_ffmpeg.get_ffmpeg_exe())
