"""Small and still pictures of files, for pages and for the covers of videos."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from apps.media import room
from apps.media.decoding.refusals import Refused
from apps.media.decoding.sniffing import sniff
from apps.media.probing.looking import for_pixels, look, refusing, source
from apps.media.probing.shape import Probe
from apps.media.room import MB, Limits
from apps.media.states import Kind

# A picture in the middle of a scene needs those before it; of 4K with ten bits these are 25 MB each.
POSTER_MEMORY: Final = 640 * MB


def thumbnail(path: Path, found: Probe, *, to: Path, longest: int = 640, at: float | None = None) -> None:
    """Write a WebP of at most `longest` pixels a side: the picture, or of a video the frame at `at` seconds (without it
    one that shows something). Raises FileRefused; documents have none."""
    with refusing("The file"):
        order = source(path, sniff(path)) | {"to": str(to.absolute()), "longest": longest}
        if found.kind == Kind.IMAGE:
            room.ask("pictures.shrink", order, for_pixels(found))
        elif found.kind == Kind.VIDEO:
            room.ask("videos.frame", order | {"at": at})
        else:
            raise Refused("has no picture to show.")


def poster(path: Path, found: Probe, *, to: Path, at: float) -> Probe:
    """Write the frame of a video at `at` seconds in full size, as a JPEG without any metadata."""
    with refusing("The video"):
        order = source(path, sniff(path)) | {"to": str(to.absolute()), "longest": 0, "at": at}
        room.ask("videos.frame", order, Limits(memory=POSTER_MEMORY))
        return look(to)


def placeholder(path_of_thumbnail: Path) -> str:
    """A blurred picture of a few pixels, as a data address of less than 1 kB: it stands in until the real one comes."""
    with refusing("The picture"):
        return str(room.ask("pictures.blur", source(path_of_thumbnail, sniff(path_of_thumbnail)))["address"])
