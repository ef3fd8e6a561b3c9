"""The FFmpeg program, which copies and converts videos; looking at them needs none."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

# It asks nothing, says nothing but what went wrong, and writes over what is there.
QUIETLY: Final = ("-nostdin", "-hide_banner", "-nostats", "-loglevel", "error", "-y")


def opening(path: Path, reader: str) -> tuple[str, ...]:
    """The arguments that open a foreign file: with the reader that its first bytes name, and nothing that it names."""
    return ("-protocol_whitelist", "file", "-f", reader, "-i", f"file:{path.absolute()}")


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
