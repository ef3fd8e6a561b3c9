"""What becomes of a video."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from apps.media.fitting.framing import Bounds, Misfit, framed
from apps.media.fitting.outcome import Fitted, unfit
from apps.media.fitting.pictures import framing_notes, shown_aspect
from apps.media.fitting.words import aspect_problem, megabytes, span, too_small_problem
from apps.media.recipes import Cut, Framing, VideoRecipe
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import MediaFile

MP4, H264, AAC = "video/mp4", "h264", "aac"
USUAL_RATE, HIGHEST_RATE = 30.0, 60.0
# Platforms ask for square pixels (X), or measure a video by those that are stored: no others are sent anywhere.
SQUARE: Final = 1.0
RATE_MARGIN: Final = 0.05  # 23.976 pictures a second are called 24
LONGEST_SIDE: Final = 1920  # of what is made anew: more than platforms show
SOUND_BITS: Final = 128_000  # a second
BITS_PER_PIXEL: Final = 0.1  # of a picture, where there is room
LEAST_BITS_PER_PIXEL: Final = 0.02  # with fewer it would fall apart: rather fewer pixels
LEAST_BITS: Final = 100_000  # a second, for the pictures
ROOM: Final = 0.93  # of a limit: what the container and the encoder's swings leave
NEAR: Final = 0.9  # of a byte limit: from there on the outcome is weighed
# A film ends with a whole packet of sound, which may be this much longer than its pictures.
TAIL: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Span:
    """Which seconds are shown; `seconds` 0 where the length is not known."""

    start: float
    seconds: float
    is_cut: bool


def fit_video(shape: MediaFile, cut: Cut, can: Capabilities, label: str) -> Fitted:
    if can.media_types and not any(one.startswith("video/") for one in can.media_types):
        return unfit(shape, "media_type", f"{label} takes no videos here.")
    shown = _span(shape, cut)
    if problem := _length_problem(shape, shown, can, label):
        return problem
    keeps_pictures = not shown.is_cut and cut.box is None and shape.pixel_aspect == SQUARE
    if keeps_pictures and _is_taken(shape, can):
        return Fitted(None, shape)
    if keeps_pictures and _can_be_copied(shape, can):
        after = replace(shape, mime_type=MP4, audio_codec=AAC if shape.audio_codec else "", sha256="")
        return Fitted(VideoRecipe(), after, notes=("It is put into an MP4 file, its pictures as they are.",))
    if not _takes_ours(can):
        return unfit(shape, "media_type", f"{label} takes no MP4 videos here, and no others can be made.")
    return _made(shape, cut, shown, can, label)


def bounds_of(can: Capabilities) -> Bounds:
    """What the platform demands of any video."""
    return Bounds(
        min_width=can.min_video_width,
        min_height=can.min_video_height,
        max_width=can.max_video_width,
        max_height=can.max_video_height,
        max_pixels=can.max_video_pixels,
        min_aspect=can.min_video_aspect,
        max_aspect=can.max_video_aspect,
    )


# --- length -----------------------------------------------------------------------------------------------------------


def _span(shape: MediaFile, cut: Cut) -> _Span:
    if not shape.seconds:
        return _Span(cut.start, cut.end - cut.start if cut.end else 0.0, bool(cut.start or cut.end))
    start = min(cut.start, shape.seconds)
    end = min(cut.end, shape.seconds) if cut.end is not None else shape.seconds
    return _Span(start, max(end - start, 0.0), bool(start or end < shape.seconds))


def _length_problem(shape: MediaFile, shown: _Span, can: Capabilities, label: str) -> Fitted | None:
    most, found = can.max_video_seconds, shown.seconds
    if shown.is_cut and not found:
        return unfit(shape, "video_too_short", "Nothing is left of this video: choose an end after the start.", "trim")
    if not found:
        return None
    if most is not None and found > most:
        words = f"{label} takes videos up to {span(most)} here; this one lasts {span(found)}. Trim it."
        return unfit(shape, "video_too_long", words, "trim")
    if found < can.min_video_seconds:
        words = f"{label} takes videos from {span(can.min_video_seconds)} here; this one lasts {span(found)}."
        choices = ("trim",) if shown.is_cut and shape.seconds >= can.min_video_seconds else ()
        return unfit(
            shape, "video_too_short", f"{words} {'Show more of it' if choices else 'Use a longer one'}.", *choices
        )
    return None


def _made_span(shown: _Span, can: Capabilities) -> _Span:
    """A film that is made anew keeps its last packet of sound within the limit too."""
    most = can.max_video_seconds
    if most is None or not shown.seconds or shown.seconds <= most - TAIL:
        return shown
    return _Span(shown.start, max(most - TAIL, can.min_video_seconds), is_cut=True)


# --- what goes as it is -----------------------------------------------------------------------------------------------


def _is_taken(shape: MediaFile, can: Capabilities) -> bool:
    has_type = not can.media_types or shape.mime_type in can.media_types
    has_sound = not shape.audio_codec or not can.audio_codecs or shape.audio_codec in can.audio_codecs
    return has_type and has_sound and _has_right_pictures(shape, can, room=1.0)


def _can_be_copied(shape: MediaFile, can: Capabilities) -> bool:
    """Whether only what surrounds the pictures is wrong: the container, or the sound."""
    codecs = can.video_codecs or {H264}
    return shape.video_codec in codecs and _takes_ours(can) and _has_right_pictures(shape, can, room=ROOM)


def _takes_ours(can: Capabilities) -> bool:
    return all(
        not taken or ours in taken
        for taken, ours in ((can.media_types, MP4), (can.video_codecs, H264), (can.audio_codecs, AAC))
    )


def _has_right_pictures(shape: MediaFile, can: Capabilities, *, room: float) -> bool:
    is_known = bool(shape.width and shape.height)
    return (
        (not shape.video_codec or not can.video_codecs or shape.video_codec in can.video_codecs)
        and (not is_known or bounds_of(can).admit(shape.width, shape.height))
        and not (can.max_video_bytes and shape.size > can.max_video_bytes * room)
        and not (can.max_video_bit_rate and shape.bit_rate > can.max_video_bit_rate * room)
        and _has_right_rate(shape.frame_rate, can)
    )


def _has_right_rate(rate: float, can: Capabilities) -> bool:
    if not rate:
        return True
    is_slow = can.min_frame_rate is not None and rate < can.min_frame_rate - RATE_MARGIN
    return not is_slow and not (can.max_frame_rate is not None and rate > can.max_frame_rate + RATE_MARGIN)


# --- what is made anew ------------------------------------------------------------------------------------------------


def _made(shape: MediaFile, cut: Cut, shown: _Span, can: Capabilities, label: str) -> Fitted:
    shown, rate = _made_span(shown, can), _rate(shape.frame_rate, can)
    room = _bits(shown.seconds, can)
    if room is not None and room < LEAST_BITS + SOUND_BITS:
        most = megabytes(can.max_video_bytes)
        words = f"{label} takes videos up to {most} here, and this one is too long to look like anything then. Trim it."
        return unfit(shape, "media_too_large", words, "trim")
    if not shape.width or not shape.height:
        return unfit(shape, "unknown_size", "The width and height of this video are not known. Upload it again.")
    bounds = _made_bounds(shape, can, rate, room)
    try:
        framing = framed(shape.width, shape.height, cut, bounds)
    except Misfit as misfit:
        return _unfit(shape, cut, bounds, label, misfit)
    recipe = _recipe(framing, rate, room, shown, can)
    return Fitted(recipe, _after(shape, recipe, shown), notes=tuple(_notes(shape, recipe)))


def _rate(rate: float, can: Capabilities) -> float:
    """The constant rate of what is made: the source's, halved or doubled until it is within the bounds."""
    least, most = can.min_frame_rate or 1.0, min(can.max_frame_rate or HIGHEST_RATE, HIGHEST_RATE)
    found = rate or USUAL_RATE
    while found > most + RATE_MARGIN:
        found /= 2
    while found < least - RATE_MARGIN:
        found *= 2
    return round(min(max(found, least), most), 3)


def _bits(seconds: float, can: Capabilities) -> int | None:
    """The bits a second that the limits leave, sound and all; None where there is no limit."""
    rates = [can.max_video_bit_rate] if can.max_video_bit_rate else []
    if can.max_video_bytes and seconds:
        rates.append(int(can.max_video_bytes * 8 / seconds))
    return int(min(rates) * ROOM) if rates else None


def _made_bounds(shape: MediaFile, can: Capabilities, rate: float, room: int | None) -> Bounds:
    """The platform's, no larger than is shown, and no more pixels than there are bits for; sides are even."""
    bounds = replace(bounds_of(can), step=2)
    affordable = int((room - SOUND_BITS) / (rate * LEAST_BITS_PER_PIXEL)) if room is not None else None
    return replace(
        bounds,
        max_width=min(bounds.max_width or LONGEST_SIDE, max(LONGEST_SIDE, bounds.min_width)),
        max_height=min(bounds.max_height or LONGEST_SIDE, max(LONGEST_SIDE, bounds.min_height)),
        max_pixels=min((most for most in (bounds.max_pixels, affordable) if most), default=None),
    )


def _recipe(framing: Framing, rate: float, room: int | None, shown: _Span, can: Capabilities) -> VideoRecipe:
    usual = int(framing.width * framing.height * rate * BITS_PER_PIXEL) + LEAST_BITS + SOUND_BITS
    bit_rate = min(usual, room) if room is not None else usual
    limit = _most_bytes(shown.seconds, can)
    # The encoder may be a second's bits above its rate.
    is_near = limit and (not shown.seconds or bit_rate * (shown.seconds + 1.5) / 8 > limit * NEAR)
    return VideoRecipe(
        framing=framing,
        frame_rate=rate,
        bit_rate=bit_rate,
        start=round(shown.start, 3) if shown.is_cut else 0.0,
        seconds=_whole_pictures(shown.seconds, rate) if shown.is_cut else 0.0,
        max_bytes=limit if is_near else 0,
    )


def _most_bytes(seconds: float, can: Capabilities) -> int:
    by_rate = int(can.max_video_bit_rate * seconds / 8) if can.max_video_bit_rate else 0
    return min((most for most in (can.max_video_bytes, by_rate) if most), default=0)


def _whole_pictures(seconds: float, rate: float) -> float:
    return round(max(math.floor(seconds * rate + 0.01), 1) / rate, 3)


def _after(shape: MediaFile, recipe: VideoRecipe, shown: _Span) -> MediaFile:
    assert recipe.framing is not None  # noqa: S101
    seconds = recipe.seconds or shown.seconds
    size = int(recipe.bit_rate * (seconds + 1.5) / 8)
    return replace(
        shape,
        mime_type=MP4,
        width=recipe.framing.width,
        height=recipe.framing.height,
        seconds=seconds,
        frame_rate=recipe.frame_rate,
        video_codec=H264,
        audio_codec=AAC if shape.audio_codec else "",
        bit_rate=recipe.bit_rate,
        pixel_aspect=SQUARE,
        size=min(size, recipe.max_bytes) if recipe.max_bytes else size,
        sha256="",
    )


def _notes(shape: MediaFile, recipe: VideoRecipe) -> Iterator[str]:
    assert recipe.framing is not None  # noqa: S101
    if shape.video_codec != H264 or shape.mime_type != MP4:
        yield "It becomes an H.264 video in MP4."
    if shape.pixel_aspect != SQUARE:
        yield "It gets square pixels, so that it is shown alike everywhere."
    yield from framing_notes(shape, recipe.framing)
    if shape.frame_rate and abs(recipe.frame_rate - shape.frame_rate) > RATE_MARGIN:
        yield f"It gets {recipe.frame_rate:.3g} pictures a second."
    if recipe.seconds:
        yield f"It is trimmed to {span(recipe.seconds)}."
    if recipe.max_bytes:
        yield f"It is compressed to at most {megabytes(recipe.max_bytes)}."


def _unfit(shape: MediaFile, cut: Cut, bounds: Bounds, label: str, misfit: Misfit) -> Fitted:
    if misfit.code == "aspect":
        words = aspect_problem(shape, shown_aspect(shape, cut), bounds, label)
        return unfit(shape, "aspect", words, "crop", "pad")
    if misfit.code == "too_small":
        return unfit(shape, "too_small", too_small_problem(shape, bounds, label))
    return unfit(shape, "impossible", f"{label} takes no video of this shape. Choose another part of it.")
