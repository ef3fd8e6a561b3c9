"""A recipe in FFmpeg's words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

from apps.media.probing import Probe
from apps.media.probing.programs import QUIETLY, opening
from apps.media.recipes import Framing, VideoRecipe

SOUND_BITS: Final = 128_000
PRESET, QUALITY = "veryfast", "20"
KEY_FRAME_SECONDS: Final = 2
# Rates of television, which no decimal number says exactly.
NTSC: Final = {round(rate * 1000 / 1001, 3): Fraction(rate * 1000, 1001) for rate in (24, 30, 48, 60, 120)}
# Brighter than a screen can show: to linear light, the highlights compressed, and back to what screens expect.
TO_SDR: Final = (
    "setparams=color_primaries=bt2020:colorspace=bt2020nc",
    "zscale=transfer=linear:npl=100",
    "format=gbrpf32le",
    "zscale=primaries=bt709",
    "tonemap=tonemap=hable:desat=0",
    "zscale=transfer=bt709:matrix=bt709:range=tv",
)
# Gaps become silence. The encoder begins with 1024 samples of nothing, so that many are left out.
SOUND_IN_STEP: Final = "aresample=48000:async=1:first_pts=0,atrim=start_sample=1024,asetpts=PTS-STARTPTS"
BACKDROP: Final = 8  # the blurred border is drawn that much smaller


def arguments(recipe: VideoRecipe, source: Path, reader: str, found: Probe, *, to: Path, threads: int) -> list[str]:
    """What FFmpeg is called with, its own name left out; `reader` is the one that the source's first bytes name."""
    return [
        *(*QUIETLY, "-progress", "pipe:1", "-threads", str(threads)),
        *(("-ss", _number(recipe.start)) if recipe.start else ()),
        *opening(source, reader),
        *(_made(recipe, recipe.framing, found, threads) if recipe.framing else _copied(found)),
        *("-map", "0:a:0?", "-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact"),
        *("-movflags", "+faststart", "-f", "mp4", f"file:{to.absolute()}"),
    ]


def _copied(found: Probe) -> Iterator[str]:
    """The pictures as they are."""
    yield from ("-map", "0:v:0", "-c:v", "copy")
    if found.video_codec == "hevc":
        yield from ("-tag:v", "hvc1")  # under its other name Apple's players do not know it
    yield from ("-c:a", "copy") if found.audio_codec == "aac" else _sound()


def _made(recipe: VideoRecipe, framing: Framing, found: Probe, threads: int) -> Iterator[str]:
    rate = _rate(recipe.frame_rate)
    bits = str(max(recipe.bit_rate - SOUND_BITS, 50_000))
    yield from ("-filter_complex_threads", str(threads), "-filter_complex", _filters(framing, found, rate))
    yield from ("-map", "[v]", "-c:v", "libx264", "-profile:v", "high", "-preset", PRESET, "-crf", QUALITY)
    yield from ("-maxrate", bits, "-bufsize", bits, "-g", str(round(recipe.frame_rate * KEY_FRAME_SECONDS)))
    yield from ("-pix_fmt", "yuv420p", "-fps_mode", "cfr", "-threads", str(threads), "-flags:v", "+bitexact+cgop")
    yield from ("-bf", "0", "-af", SOUND_IN_STEP, *_sound())
    if recipe.seconds:
        yield from ("-frames:v", str(round(recipe.seconds * rate)), "-t", _number(recipe.seconds))
    # Some platforms refuse an edit list, or play what it hides; no B-frames and no lead-in, and nothing needs one.
    yield from ("-use_editlist", "0", "-avoid_negative_ts", "disabled")


def _sound() -> tuple[str, ...]:
    return ("-c:a", "aac", "-b:a", str(SOUND_BITS), "-ar", "48000", "-ac", "2", "-flags:a", "+bitexact")


def _filters(framing: Framing, found: Probe, rate: Fraction) -> str:
    left, top, width, height = framing.take
    inner_width, inner_height = framing.inner
    chain = [
        f"fps={rate}:start_time=0",
        # Of pixels that are not square, and of nothing else, this makes others.
        f"scale={found.width}:{found.height}",
        f"crop={width}:{height}:{left}:{top}",
        f"scale={inner_width}:{inner_height}:flags=bicubic",
        *(TO_SDR if found.is_hdr else ()),
        "format=yuv420p",
        "setsar=1",
    ]
    shown = f"[0:v:0]{','.join(chain)}"
    return f"{shown}{_bordered(framing) if framing.has_border else ''}[v]"


def _bordered(framing: Framing) -> str:
    width, height = framing.width, framing.height
    if framing.border != "blur":
        return f",pad={width}:{height}:(ow-iw)/2:(oh-ih)/2:{framing.border}"
    small = f"{max(2, width // BACKDROP // 2 * 2)}:{max(2, height // BACKDROP // 2 * 2)}"
    backdrop = (
        f"scale={small}:force_original_aspect_ratio=increase,crop={small},gblur=sigma=4,"
        f"scale={width}:{height}:flags=bilinear,setsar=1"
    )
    return f",split[front][back];[back]{backdrop}[ground];[ground][front]overlay=(W-w)/2:(H-h)/2,format=yuv420p"


def _rate(rate: float) -> Fraction:
    near = next((exact for name, exact in NTSC.items() if abs(rate - name) < 0.002), None)
    return near or Fraction(rate).limit_denominator(1000)


def _number(seconds: float) -> str:
    return f"{seconds:.3f}"
