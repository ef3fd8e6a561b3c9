"""The copy that is stored: what the person made, without what their camera and their programs wrote along."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from apps.media import room
from apps.media.decoding.refusals import Refused
from apps.media.decoding.sniffing import Sniffed, sniff
from apps.media.probing.looking import for_pixels, look, of_picture, pictured, refusing
from apps.media.probing.programs import QUIETLY, ffmpeg, opening
from apps.media.probing.shape import Probe
from apps.media.room import MB, Limits
from apps.media.states import Kind

logger = logging.getLogger(__name__)

# The container that each kind of video is kept in; where it does not take the streams, Matroska takes any.
MUXERS: Final = {
    "video/mp4": "mp4", "video/x-m4v": "mp4", "video/quicktime": "mov", "video/3gpp": "3gp", "video/webm": "webm",
    "video/x-matroska": "matroska", "video/x-msvideo": "avi", "video/mp2t": "mpegts",
}  # fmt: skip
LAST_RESORT: Final = "matroska"
BYTES_A_SECOND: Final = 10 * MB  # that a slow disk copies, twice for the index to come first
CANNOT_COPY: Final = "cannot be copied without its private data. Export it again as MP4 with H.264."


def clean(path: Path, found: Probe, *, to: Path, name: str) -> Probe:
    """Write the copy of the file that is stored to `to`, and say what it is; raises FileRefused in words.

    Pictures are encoded anew, upright, without EXIF, place and comments; kinds that few platforms take become JPEG, or
    PNG where one sees through. Of videos the picture and one sound are copied as they are: metadata, place, chapters
    and further streams stay behind, and the index comes first. Documents are copied as they are."""
    with refusing(name):
        if found.kind == Kind.IMAGE:
            sniffed = sniff(path)
            order = of_picture(path, sniffed) | {"to": str(to.absolute())}
            fields = room.ask("pictures.clean", order, for_pixels(found))
            return pictured(to.stat().st_size, fields)
        if found.kind == Kind.VIDEO and (program := ffmpeg()):
            return _copied(program, path, found, to)
        shutil.copyfile(path, to)
        return look(to)


def _copied(program: str, path: Path, found: Probe, to: Path) -> Probe:
    sniffed = sniff(path)
    limits = Limits(seconds=20 + found.size // BYTES_A_SECOND, file=found.size * 2 + 64 * MB)
    for muxer in dict.fromkeys((MUXERS.get(found.mime_type, LAST_RESORT), LAST_RESORT)):
        try:
            outcome = room.run([program, *_arguments(path, sniffed, muxer, to)], limits)
        except room.Ended as end:
            raise Refused(end.words) from end
        if outcome.code == 0 and to.exists() and to.stat().st_size:
            return look(to)
        logger.info("A %s video could not be copied as %s: %s", found.mime_type, muxer, outcome.said)
    raise Refused(CANNOT_COPY)


def _arguments(path: Path, sniffed: Sniffed, muxer: str, to: Path) -> Iterator[str]:
    yield from (*QUIETLY, *opening(path, sniffed.reader))
    # Capital V: no picture on a sleeve. A second sound is one that no platform plays.
    yield from ("-map", "0:V:0", "-map", "0:a:0?", "-c", "copy", "-map_metadata", "-1", "-map_chapters", "-1")
    # The same file gives the same copy: no date, no version of the program.
    yield from ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
    if muxer in ("mp4", "mov", "3gp"):
        yield from ("-movflags", "+faststart")
    yield from ("-f", muxer, f"file:{to.absolute()}")
