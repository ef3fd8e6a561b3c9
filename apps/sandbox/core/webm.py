"""The head of a WebM (Matroska) file: length, sides and codecs, out of its EBML elements.

As in `mp4`, no length is trusted: an element that ends beyond the bytes that are there ends with them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MOST_ELEMENTS = 1000  # on one level
MOST_TRACKS = 32
SEGMENT, INFO, TRACKS, ENTRY, CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x1F43B675
TIME_SCALE, DURATION = 0x2AD7B1, 0x4489
KIND, CODEC, FRAME_LENGTH, VIDEO, AUDIO = 0x83, 0x86, 0x23E383, 0xE0, 0xE1
WIDTH, HEIGHT, CHANNELS, SAMPLE_RATE = 0xB0, 0xBA, 0x9F, 0xB5
CODECS = {
    "V_VP8": "vp8", "V_VP9": "vp9", "V_AV1": "av1", "V_MPEG4/ISO/AVC": "h264", "V_MPEGH/ISO/HEVC": "hevc",
    "A_OPUS": "opus", "A_VORBIS": "vorbis", "A_AAC": "aac",
}  # fmt: skip


@dataclass(slots=True)
class Film:
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    video_codec: str = ""
    audio_codec: str = ""
    frame_rate: float = 0.0
    channels: int = 0
    sample_rate: int = 0
    tells_tracks: bool = False


def read(head: bytes) -> Film:
    film = Film()
    segment = next((body for id, body in _elements(head) if id == SEGMENT), b"")
    for id, body in _elements(segment):
        if id == INFO:
            film.seconds = _seconds(dict(_elements(body)))
        elif id == TRACKS:
            film.tells_tracks = True
            for _, entry in list(_of(body, ENTRY))[:MOST_TRACKS]:
                _read_track(film, dict(_elements(entry)))
        elif id == CLUSTER:
            break
    return film


def _of(content: bytes, wanted: int) -> Iterator[tuple[int, bytes]]:
    return ((id, body) for id, body in _elements(content) if id == wanted)


def _seconds(info: dict[int, bytes]) -> float:
    scale = _whole(info.get(TIME_SCALE, b"")) or 1_000_000
    seconds = _number(info.get(DURATION, b"")) * scale / 1e9
    return seconds if 0 < seconds < 1e9 else 0.0


def _read_track(film: Film, track: dict[int, bytes]) -> None:
    kind, codec = _whole(track.get(KIND, b"")), _codec(track.get(CODEC, b""))
    if kind == 1 and not film.video_codec:
        video, length = dict(_elements(track.get(VIDEO, b""))), _whole(track.get(FRAME_LENGTH, b""))
        film.video_codec = codec
        film.width, film.height = _whole(video.get(WIDTH, b"")), _whole(video.get(HEIGHT, b""))
        film.frame_rate = 1e9 / length if length else 0.0
    elif kind == 2 and not film.audio_codec:
        audio = dict(_elements(track.get(AUDIO, b"")))
        film.audio_codec = codec
        film.channels = _whole(audio.get(CHANNELS, b"\x01"))
        rate = _number(audio.get(SAMPLE_RATE, b""))
        film.sample_rate = int(rate) if 0 < rate < 1e7 else 0


def _codec(told: bytes) -> str:
    name = told.rstrip(b"\0").decode("latin-1")
    return next((codec for start, codec in CODECS.items() if name.startswith(start)), "other" if name else "")


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Id and body of each element; one of unknown size goes to the end."""
    at = 0
    for _ in range(MOST_ELEMENTS):
        id, after = _varying(content, at, most=4, keep_marker=True)
        size, start = _varying(content, after, most=8, keep_marker=False)
        if start <= after or after <= at:
            return
        is_unknown = size == (1 << 7 * (start - after)) - 1
        end = len(content) if is_unknown else start + size
        yield id, content[start:end]
        at = end


def _varying(content: bytes, at: int, *, most: int, keep_marker: bool) -> tuple[int, int]:
    """A number whose first byte tells its length, and where it ends; an end of 0 where there is none."""
    if not 0 <= at < len(content):
        return 0, 0
    length = 9 - content[at].bit_length()
    if length > most or at + length > len(content):
        return 0, 0
    value = int.from_bytes(content[at : at + length], "big")
    return (value if keep_marker else value & ((1 << 7 * length) - 1)), at + length


def _whole(content: bytes) -> int:
    return int.from_bytes(content[:8], "big")


def _number(content: bytes) -> float:
    if len(content) not in {4, 8}:
        return 0.0
    value: float = struct.unpack(">f" if len(content) == 4 else ">d", content)[0]
    return value if value == value else 0.0  # what is no number is none
