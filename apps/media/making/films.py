"""A video by its recipe, made by FFmpeg: at most twice, where the first outcome has too many bytes."""

from __future__ import annotations

import errno
import logging
import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from django.conf import settings

from apps.media import room
from apps.media.decoding.refusals import Refused
from apps.media.decoding.sniffing import sniff
from apps.media.errors import CannotMake
from apps.media.making.arguments import arguments
from apps.media.probing import Probe, ffmpeg
from apps.media.probing.looking import look
from apps.media.recipes import VideoRecipe
from apps.media.room import FREELY, MB, Limits

logger = logging.getLogger(__name__)

MEMORY: Final = 3072 * MB
PATIENCE: Final = 60  # seconds of the clock for each second of the film, on the smallest of machines
AT_LEAST: Final = 120  # seconds
LOWER: Final = 0.94  # the second try aims that much below the limit
DAMAGED: Final = "This video cannot be read to its end. Export it again, or upload another."
TOO_MUCH: Final = "This video takes too long to convert. Trim it, or use a smaller one."
NO_PROGRAM: Final = "This server has no FFmpeg, so videos cannot be converted. Ask whoever runs it."
FULL: Final = "No space left on device"
LENGTH_MARGIN: Final = 0.25  # seconds


def make(
    recipe: VideoRecipe,
    source: Path,
    found: Probe,
    *,
    to: Path,
    progress: Callable[[float], None],
    should_stop: Callable[[], bool],
) -> Probe:
    _convert(recipe, source, found, to, progress, should_stop)
    size = to.stat().st_size
    if recipe.max_bytes and size > recipe.max_bytes and recipe.bit_rate:
        logger.info("The first try has %d bytes of %d", size, recipe.max_bytes)
        lower = replace(recipe, bit_rate=int(recipe.bit_rate * recipe.max_bytes / size * LOWER))
        _convert(lower, source, found, to, progress, should_stop)
    made = _seen(to)
    _check(recipe, found, made)
    progress(1.0)
    return made


def _convert(
    recipe: VideoRecipe,
    source: Path,
    found: Probe,
    to: Path,
    progress: Callable[[float], None],
    should_stop: Callable[[], bool],
) -> None:
    seconds = recipe.seconds or found.seconds
    try:
        outcome = room.run(
            _command(recipe, source, found, to),
            _limits(recipe, found, seconds),
            heard=lambda line: _report(line, seconds, progress),
            should_stop=should_stop,
            turns=FREELY,
        )
    except (room.TooSlow, room.TooHungry) as end:
        raise CannotMake(TOO_MUCH) from end
    if outcome.code:
        if FULL in outcome.said:
            raise OSError(errno.ENOSPC, outcome.said)
        logger.warning("FFmpeg ended with %d: %s", outcome.code, outcome.said)
        raise CannotMake(DAMAGED)


def _command(recipe: VideoRecipe, source: Path, found: Probe, to: Path) -> list[str]:
    program = ffmpeg()
    if program is None:
        raise CannotMake(NO_PROGRAM)
    try:
        reader = sniff(source).reader
    except Refused as refusal:
        raise CannotMake(f"This video {refusal.words}") from refusal
    return [program, *arguments(recipe, source, reader, found, to=to, threads=settings.MEDIA_THREADS)]


def _limits(recipe: VideoRecipe, found: Probe, seconds: float) -> Limits:
    """It may keep all processors busy until the clock, which is watched, has run down."""
    most = AT_LEAST + math.ceil((seconds or 60.0) * PATIENCE)
    written = max(found.size * 2, int(recipe.bit_rate * (seconds + 60) / 4), 64 * MB)
    return Limits(memory=MEMORY, seconds=most, file=written, processors=(os.cpu_count() or 1) + 1)


def _seen(path: Path) -> Probe:
    try:
        return look(path)
    except Refused as refusal:
        logger.warning("What was made is refused: %s", refusal.words)
        raise CannotMake(DAMAGED) from refusal


def _report(line: str, seconds: float, progress: Callable[[float], None]) -> None:
    """FFmpeg writes `out_time_us=1234` and the like, twice a second."""
    name, _, value = line.partition("=")
    if name == "out_time_us" and value.strip().isdigit() and seconds:
        progress(min(int(value) / 1e6 / seconds, 0.99))


def _check(recipe: VideoRecipe, found: Probe, made: Probe) -> None:
    """Nothing that is not what was planned leaves the house."""
    framing, seconds = recipe.framing, recipe.seconds or found.seconds
    is_right = (
        made.mime_type == recipe.mime_type
        and made.is_faststart
        and made.pixel_aspect == 1.0
        and made.audio_codec in ("", "aac")
        and (framing is None or (made.width, made.height) == (framing.width, framing.height))
        and (framing is None or (made.video_codec, made.pixel_format, made.rotation) == ("h264", "yuv420p", 0))
        and (not seconds or abs(made.seconds - seconds) <= LENGTH_MARGIN + seconds * 0.01)
    )
    if recipe.max_bytes and made.size > recipe.max_bytes:
        raise CannotMake("This video cannot be made small enough without looking broken. Trim it, or use another.")
    if not is_right:
        logger.warning("Planned was %s, made was %s", recipe, made)
        raise CannotMake("This video did not become what it should. Upload it again, or use another.")
