"""Videos, read by FFmpeg's libraries: what they hold, and single pictures of them.

The demuxer is the one that the first bytes name, the only protocol is `file`, and only decoders of this list are
opened, so that a file cannot choose what reads it.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import av
import av.logging
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageStat

from apps.media.decoding import boxes, colour, pictures
from apps.media.decoding.refusals import CUT_OFF, DAMAGED, NO_PICTURE, SOUND, TOO_HUNGRY, Refused, too_many_pixels

VIDEO_CODECS: Final = frozenset(
    {
        "h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "mpeg2video", "mpeg1video", "h263", "prores", "mjpeg", "dnxhd",
        "msmpeg4v2", "msmpeg4v3", "wmv1", "wmv2", "wmv3", "vc1", "dvvideo", "theora", "flv1", "vp6", "vp6f", "svq3",
        "cinepak", "png", "qtrle", "rawvideo", "ffv1", "huffyuv", "utvideo", "cfhd", "hap",
    }
)  # fmt: skip
AUDIO_CODECS: Final = frozenset(
    {"aac", "mp3", "mp2", "ac3", "eac3", "opus", "vorbis", "flac", "alac", "amr_nb", "amr_wb", "dts", "wmav2", "wmapro"}
)
# What FFmpeg may open by itself while it looks at the streams; decoders go by other names than codecs in places.
DECODERS: Final = ",".join(
    sorted(VIDEO_CODECS | AUDIO_CODECS | {"libdav1d", "mp3float", "amrnb", "amrwb", "dca", "ac3_fixed", "pcm_s16le"})
)
LOOKED_AT: Final = 240  # packets of which the times are compared
PATIENCE: Final = 400  # packets after which a picture must have appeared
MAX_PACKETS: Final = 2_000_000  # read to measure a video that does not say how long it is
MAX_DECODED: Final = 900  # pictures on the way from a key frame to a moment
MAX_PIXEL_ASPECT: Final = 8.0
MAX_RATE: Final = 1000.0
MAX_BIT_RATE: Final = 2**31 - 1
# Containers round times to a millisecond, and phones tremble a little.
SAME_PACE_SECONDS, SAME_PACE_SHARE = 0.0025, 0.25
DULL: Final = 12.0  # spread of brightness below which a picture shows nothing
TURNS: Final = {
    90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90,
}  # fmt: skip
MOMENTS: Final = (0.1, 0.35, 0.6)  # shares of the length where a good picture is looked for
UNKNOWN: Final = "holds video in a format that cannot be read here ({codec}). Export it again as MP4 with H.264."


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a video as it is stored: neither turned yet nor in the colours of an ordinary screen."""

    image: Image.Image
    transfer: int
    turn: int


def look(path: str, reader: str, max_pixels: int) -> dict[str, Any]:
    """What the video holds, with its size as it is displayed. One picture is decoded to know that it can be."""
    file = Path(path)
    if boxes.breaks_off(file, reader):
        raise Refused(CUT_OFF)
    with _open(path, reader) as container:
        stream = _video(container, max_pixels)
        times, frame = _begin(container, stream)
        seconds = _seconds(container, stream) or _measured(path, reader)
        pace = _paces(times)
        found = _picture(stream, frame) | _sound(container)
        rate = float(stream.average_rate or stream.guessed_rate or 0)
        return found | {
            "seconds": round(seconds, 3),
            "frame_rate": round(rate, 3) if 0 < rate <= MAX_RATE else round(1 / median(pace), 3) if pace else 0.0,
            "is_variable_rate": _is_uneven(pace),
            "bit_rate": min(int(file.stat().st_size * 8 / seconds), MAX_BIT_RATE) if seconds else 0,
            "is_faststart": reader == "mov" and boxes.is_faststart(file),
        }


def frame(path: str, reader: str, to: str, at: float | None, longest: int, max_pixels: int) -> dict[str, Any]:
    """The picture at `at` seconds, upright and for an ordinary screen: full-size as JPEG, or small as WebP where
    `longest` limits its side. Without a moment one is chosen that shows something."""
    with _open(path, reader) as container:
        stream = _video(container, max_pixels)
        shot = _chosen(container, stream, longest) if at is None else _shot(_at(container, stream, at), stream, longest)
    # The decoder and its pictures are gone by now, so that there is room for another copy.
    image = colour.toned(shot.image, shot.transfer)
    image = image.transpose(TURNS[shot.turn]) if shot.turn else image
    if longest:
        return pictures.store_small(image, to)
    image.save(to, format="JPEG", quality=pictures.JPEG_QUALITY)
    return {"width": image.width, "height": image.height}


@contextlib.contextmanager
def _open(path: str, reader: str) -> Iterator[InputContainer]:
    av.logging.set_level(None)
    options = {"protocol_whitelist": "file", "codec_whitelist": DECODERS, "max_streams": "64"}
    try:
        container = av.open(f"file:{path}", format=reader, options=options)
    except av.error.FFmpegError as error:
        raise Refused(TOO_HUNGRY if isinstance(error, MemoryError) else DAMAGED) from error
    with container:
        yield container


def _video(container: InputContainer, max_pixels: int) -> VideoStream:
    """The stream that is shown; a picture on the sleeve of a sound file is none."""
    streams = [one for one in container.streams if one.type == "video" and not _is_sleeve(one)]
    if not streams:
        raise Refused(SOUND if container.streams.audio else NO_PICTURE)
    stream = streams[0]
    codec = _codec(stream)
    if codec not in VIDEO_CODECS or not isinstance(stream, VideoStream):
        raise Refused(UNKNOWN.format(codec=codec))
    if stream.codec_context.width * stream.codec_context.height > max_pixels:
        raise too_many_pixels(max_pixels)
    # One thread keeps one picture in the making, not one for each core.
    stream.thread_type, stream.codec_context.thread_count = "NONE", 1
    return stream


def _is_sleeve(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _codec(stream: Any) -> str:
    context = stream.codec_context
    return str(context.codec.canonical_name) if context is not None else "unknown"


def _begin(container: InputContainer, stream: VideoStream) -> tuple[list[float], VideoFrame]:
    """The times of the first packets, and the first picture that can be read."""
    times: list[float] = []
    # Key frames alone: their neighbours would fill a dozen times the memory.
    stream.codec_context.skip_frame = "NONKEY"
    first = _first(container, stream, times)
    if first is None:
        container.seek(0)
        stream.codec_context.skip_frame = "DEFAULT"
        first = _first(container, stream, [])
    if first is None:
        raise Refused(NO_PICTURE)
    return times, first


def _first(container: InputContainer, stream: VideoStream, times: list[float]) -> VideoFrame | None:
    """Also collects the times of the packets it passes."""
    first: VideoFrame | None = None
    for number, packet in enumerate(container.demux(stream)):
        if packet.pts is not None and packet.time_base:
            times.append(float(packet.pts * packet.time_base))
        if first is None:
            first = next(_pictures(packet), None)
        if number >= LOOKED_AT and first is not None:
            break
        if number >= PATIENCE:
            # A decoder holds back pictures that may have to wait for others.
            return next(iter(stream.codec_context.decode(None)), None)
    return first


def _pictures(packet: av.Packet) -> Iterator[VideoFrame]:
    """Those of one packet; what is broken in one need not be in the next."""
    with contextlib.suppress(av.error.InvalidDataError):
        for one in packet.decode():
            if isinstance(one, VideoFrame):
                yield one


def _picture(stream: VideoStream, frame: VideoFrame) -> dict[str, Any]:
    turn = _turn(frame)
    aspect = _pixel_aspect(stream)
    width, height = round(frame.width * aspect), frame.height
    has_alpha = any(part.is_alpha for part in frame.format.components) or stream.metadata.get("alpha_mode") == "1"
    return {
        "width": width if turn in (0, 180) else height,
        "height": height if turn in (0, 180) else width,
        "pixel_aspect": round(aspect, 4),
        "rotation": turn,
        "video_codec": _codec(stream),
        "video_profile": (stream.profile or "")[:32],
        "pixel_format": frame.format.name,
        "is_hdr": int(frame.color_trc) in (colour.PQ, colour.HLG),
        "has_alpha": has_alpha,
    }


def _pixel_aspect(stream: VideoStream) -> float:
    """How much wider than high a pixel is shown; what no camera does is not believed."""
    aspect = float(stream.sample_aspect_ratio or 1)
    return aspect if 1 / MAX_PIXEL_ASPECT <= aspect <= MAX_PIXEL_ASPECT else 1.0


def _turn(frame: VideoFrame) -> int:
    """Degrees clockwise by which a player turns the picture; FFmpeg counts the other way."""
    return round(-frame.rotation / 90) * 90 % 360


def _sound(container: InputContainer) -> dict[str, Any]:
    for stream in container.streams.audio:
        if stream.codec_context is not None:
            context = stream.codec_context
            return {
                "audio_codec": str(context.codec.canonical_name), "channels": context.channels,
                "sample_rate": context.sample_rate or 0,
            }  # fmt: skip
    return {}


def _seconds(container: InputContainer, stream: VideoStream) -> float:
    if container.duration and container.duration > 0:
        return float(container.duration / av.time_base)
    return float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0


def _measured(path: str, reader: str) -> float:
    """The length of a video that does not say it, as browsers record them."""
    first, last = None, 0.0
    with _open(path, reader) as container:
        for number, packet in enumerate(container.demux()):
            if packet.pts is not None and packet.time_base:
                begin = float(packet.pts * packet.time_base)
                first = begin if first is None else min(first, begin)
                last = max(last, begin + float((packet.duration or 0) * packet.time_base))
            if number >= MAX_PACKETS:
                break
    return max(last - (first or 0.0), 0.0)


def _paces(times: list[float]) -> list[float]:
    """The time from each picture to the next, in the order in which they are shown."""
    shown = sorted(times)
    return [after - before for before, after in itertools.pairwise(shown) if after > before]


def _is_uneven(paces: list[float]) -> bool:
    if len(paces) < 3:
        return False
    usual = median(paces)
    odd = sum(abs(one - usual) > max(SAME_PACE_SECONDS, SAME_PACE_SHARE * usual) for one in paces)
    return odd > max(1, len(paces) * 0.03)


def _chosen(container: InputContainer, stream: VideoStream, longest: int) -> Shot:
    """The first of some moments that shows more than one brightness, or the one that shows most."""
    best: tuple[float, Shot] | None = None
    seconds = _seconds(container, stream)
    stream.codec_context.skip_frame = "NONKEY"
    for share in MOMENTS:
        shot = _shot(_at(container, stream, seconds * share, exact=False), stream, longest)
        spread = ImageStat.Stat(shot.image.convert("L")).stddev[0]
        if best is None or spread > best[0]:
            best = spread, shot
        if spread >= DULL:
            break
    if best is None:
        raise Refused(NO_PICTURE)
    return best[1]


def _at(container: InputContainer, stream: VideoStream, at: float, *, exact: bool = True) -> VideoFrame:
    """The picture shown at a moment, the last one where it lies behind the end; not exact: the key frame before it."""
    begin = (container.start_time or 0) / av.time_base
    with contextlib.suppress(av.error.FFmpegError):  # what cannot be searched is read from where it stands
        container.seek(int((begin + max(at, 0.0)) * av.time_base))
    found: VideoFrame | None = None
    for number, one in enumerate(_decoded(container, stream)):
        if found is not None and (one.time is None or one.time - begin > at + 0.001):
            break
        found = one
        if not exact or number >= MAX_DECODED:
            break
    if found is None:
        raise Refused(NO_PICTURE)
    return found


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    for packet in container.demux(stream):
        yield from _pictures(packet)


def _shot(frame: VideoFrame, stream: VideoStream, longest: int) -> Shot:
    """Scaled before its colours are converted: a large picture fills enough memory once."""
    width, height = round(frame.width * _pixel_aspect(stream)), frame.height
    share = min(1.0, longest / max(width, height)) if longest else 1.0
    size = max(round(width * share), 1), max(round(height * share), 1)
    image = frame.to_image(width=size[0], height=size[1], interpolation="AREA")
    return Shot(image, int(frame.color_trc), _turn(frame))
