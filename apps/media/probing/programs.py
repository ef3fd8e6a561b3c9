"""The FFmpeg program, which copies and converts videos; looking at them needs none."""

from __future__ import annotations

import shutil
from functools import cache

from django.conf import settings


def ffmpeg() -> str | None:
    """Its full path: what the setting FFMPEG names, else the one that is installed along; None if there is none."""
    return _found(settings.FFMPEG)


@cache
def _found(named: str) -> str | None:
    if named:
        return shutil.which(named)
    try:
        import imageio_ffmpeg

        return shutil.which(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):  # there is no program for this kind of machine
        return shutil.which("ffmpeg")
