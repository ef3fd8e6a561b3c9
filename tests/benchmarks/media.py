"""Renditions of a named set: how many a minute, and how much longer than the bare program that does the same work.

The files are made here; a set is timed one after the other, as a worker of the lane with one place does it. `bare` is
FFmpeg with the same arguments for videos, and the same drawing within this process for pictures.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Dish:
    """One rendition to be measured: what it is made of, and by which recipe."""

    name: str
    source: Path
    recipe: Any


def run(*, rounds: int = 3, only: tuple[str, ...] = ()) -> dict[str, Any]:
    """Figures by rendition, and renditions a minute over the whole set."""
    with tempfile.TemporaryDirectory(prefix="postroom-bench-") as name:
        folder = Path(name)
        dishes = [dish for dish in _dishes(folder) if not only or dish.name in only]
        figures = {dish.name: _measured(dish, folder, rounds) for dish in dishes}
    seconds = sum(one["seconds"] for one in figures.values())
    return {
        "processors": len(os.sched_getaffinity(0)),
        "rounds": rounds,
        "renditions_per_minute": round(60 * len(figures) / seconds, 1) if seconds else 0.0,
        "renditions": figures,
    }


def _measured(dish: Dish, folder: Path, rounds: int) -> dict[str, Any]:
    """Both ways in turn, so that a busy machine is busy for both; the middle of each."""
    from apps.media.making import make
    from apps.media.probing import probe

    found, size = probe(dish.source, name=dish.name), dish.source.stat().st_size
    to, ours, bare = folder / "made", [], []
    for _ in range(rounds):
        ours.append(_timed(lambda: make(dish.recipe, dish.source, found, to=to)))
        bare.append(_timed(_bare(dish, found, folder / "bare")))
    mine, theirs = statistics.median(ours), statistics.median(bare)
    return {
        "seconds": round(mine, 2),
        "bare_seconds": round(theirs, 2),
        "ratio": round(mine / theirs, 2),
        "source_mib": round(size / MEBIBYTE, 2),
        "made_mib": round(to.stat().st_size / MEBIBYTE, 2),
    }


def _bare(dish: Dish, found: Any, to: Path) -> Callable[[], object]:
    from django.conf import settings

    from apps.media.decoding import drawing
    from apps.media.decoding.sniffing import sniff
    from apps.media.making.arguments import arguments
    from apps.media.probing import ffmpeg
    from apps.media.recipes import PictureRecipe

    if isinstance(dish.recipe, PictureRecipe):
        return lambda: drawing.draw(recipe=dish.recipe.to_json(), path=str(dish.source), to=str(to))
    reader, threads = sniff(dish.source).reader, settings.MEDIA_THREADS
    command = [str(ffmpeg()), *arguments(dish.recipe, dish.source, reader, found, to=to, threads=threads)]
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


# --- the set ----------------------------------------------------------------------------------------------------------


def _dishes(folder: Path) -> Iterator[Dish]:
    from apps.media.fitting import fit
    from apps.media.recipes import Cut, Framing, PictureRecipe, VideoRecipe
    from apps.platforms.capabilities import Capabilities, Counting
    from tests.media import films, shapes

    photo = _written(folder / "photo.jpg", films.photo(4000, 3000, quality=90))
    small = Framing((0, 0, 4000, 3000), 1080, 810, (1080, 810))
    yield Dish("12 MP JPEG to 1080 px", photo, PictureRecipe("image/jpeg", small))
    drawing = _written(folder / "drawing.png", films.photo(4000, 3000, form="PNG", compress_level=1))
    can = Capabilities(
        max_text=1, counting=Counting.CODE_POINTS, max_media=1, max_image_bytes=5_000_000,
        media_types=frozenset({"image/jpeg"}),
    )  # fmt: skip
    shape = shapes.picture(4000, 3000, mime_type="image/png", size=drawing.stat().st_size)
    yield Dish("12 MP PNG to JPEG under 5 MB", drawing, fit(shape, Cut(), can).recipe)
    phone = films.hdr_film(folder / "phone.mov", size="3840x2160", seconds=10)
    reel = Framing((1312, 0, 1215, 2160), 1080, 1920, (1080, 1920))
    yield Dish("10 s 4K HEVC HDR to reel", phone, VideoRecipe(reel, 30.0, 8_000_000))
    screen = films.film(folder / "screen.mp4", size="1920x1080", rate=60, seconds=30)
    less = Framing((0, 0, 1920, 1080), 1280, 720, (1280, 720))
    yield Dish("30 s 1080p60 to 720p30", screen, VideoRecipe(less, 30.0, 4_000_000))
    yield Dish("30 s 1080p60 MOV to MP4, copied", _as_mov(screen, folder / "screen.mov"), VideoRecipe())


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _as_mov(source: Path, to: Path) -> Path:
    from tests.media import films

    films.run_ffmpeg("-i", source, "-c", "copy", to)
    return to
