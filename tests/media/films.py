"""Real films and photos, made by FFmpeg and Pillow for the tests that need them."""

from __future__ import annotations

import array
import io
import random
import subprocess
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw

from apps.media.probing import ffmpeg

TONE = "sine=frequency=440:sample_rate=44100"
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1")
QUIET = "log-level=error"
HLG = "colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"


def run_ffmpeg(*arguments: object) -> None:
    program = ffmpeg()
    assert program
    command = [program, "-nostdin", "-hide_banner", "-loglevel", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


def film(
    to: Path,
    *,
    size: str = "320x180",
    seconds: float = 1.0,
    rate: float = 30,
    codec: tuple[str, ...] = ("-c:v", "libx264", "-preset", "ultrafast"),
    sound: tuple[str, ...] = ("-c:a", "aac"),
    picture: str = "testsrc2",
    extra: tuple[str, ...] = (),
) -> Path:
    """A test picture with a clock in it, and a tone."""
    tone = ("-f", "lavfi", "-i", TONE) if sound else ()
    params = ("-x265-params", QUIET) if "libx265" in codec and "-x265-params" not in extra else ()
    source = f"{picture}=size={size}:rate={rate}"
    run_ffmpeg("-f", "lavfi", "-i", source, *tone, "-t", seconds, *codec, *params, *sound, *extra, to)
    return to


def hdr_film(to: Path, *, size: str = "320x180", seconds: float = 0.5) -> Path:
    """As phones make it: HEVC with ten bits, in HLG."""
    colours = ("-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc")
    extra = ("-pix_fmt", "yuv420p10le", "-x265-params", f"{QUIET}:{HLG}", *colours)
    return film(to, size=size, seconds=seconds, codec=HEVC, extra=extra)


def photo(width: int, height: int, *, form: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    """A picture with something to see in it: a gradient, a disc in its middle, and some grain."""
    small = Image.effect_noise((width // 8 or 1, height // 8 or 1), 60).resize((width, height))
    image = Image.merge("RGB", (small, Image.linear_gradient("L").resize((width, height)), small)).convert(mode)
    radius = min(width, height) // 6
    middle = (width // 2, height // 2)
    corners = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
    ImageDraw.Draw(image).ellipse(corners, fill="red" if mode == "RGB" else (255, 0, 0, 255))
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def noise(width: int, height: int, *, form: str = "PNG") -> bytes:
    """The worst there is for an encoder."""
    image = Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def frames(path: Path) -> list[tuple[float, Image.Image]]:
    """Each picture of a film with its time."""
    with av.open(str(path)) as container:
        return [(float(frame.time or 0), frame.to_image()) for frame in container.decode(video=0)]


def first_sound(path: Path, *, louder_than: float = 0.1) -> float:
    """When something is heard for the first time."""
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            samples = array.array("f", bytes(frame.planes[0])[: frame.samples * 4])
            place = next((i for i, value in enumerate(samples) if abs(value) > louder_than), None)
            if place is not None:
                return float(frame.time or 0) + place / frame.sample_rate
    raise AssertionError("Silence")


def tags(path: Path) -> dict[str, str]:
    with av.open(str(path)) as container:
        found = dict(container.metadata)
        for stream in container.streams:
            found |= stream.metadata
        return found
