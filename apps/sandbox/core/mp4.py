"""The boxes of an MP4 or QuickTime file (ISO base media file format), as far as its beginning holds them.

Nothing here trusts a length: whatever a box says of itself, only the bytes that are there are read, a box that is cut
off gives what is there of it, and of absurdly many boxes the first few are looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BOXES = 1000  # on one level
MOST_TRACKS = 32
# Pictures that are wrapped like films.
STILLS = {b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}
VIDEO_CODECS = {
    b"avc1": "h264", b"avc3": "h264", b"hvc1": "hevc", b"hev1": "hevc", b"dvh1": "hevc", b"dvhe": "hevc",
    b"vp08": "vp8", b"vp09": "vp9", b"av01": "av1", b"mp4v": "mpeg4", b"jpeg": "mjpeg", b"mjpa": "mjpeg",
    b"apcn": "prores", b"apch": "prores", b"apcs": "prores", b"apco": "prores", b"ap4h": "prores",
}  # fmt: skip
AUDIO_CODECS = {
    b"mp4a": "aac", b".mp3": "mp3", b"mp3 ": "mp3", b"ac-3": "ac3", b"ec-3": "eac3", b"Opus": "opus", b"fLaC": "flac",
    b"alac": "alac", b"sowt": "pcm", b"twos": "pcm", b"lpcm": "pcm", b"samr": "amr",
}  # fmt: skip
OTHER = "other"  # a codec that is named, by a name that nobody here knows
# What is in a sample description called mp4a, by its object type.
OBJECT_TYPES = {0x69: "mp3", 0x6B: "mp3", 0xA5: "ac3", 0xA6: "eac3", 0xDD: "vorbis"}
# The signs of a, b, c and d of a track's matrix.
ROTATIONS = {(0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}


@dataclass(slots=True)
class Track:
    """`kind` is vide, soun, another handler's name, or "" where none is told; sides are those before the rotation."""

    kind: str = ""
    codec: str = ""
    width: int = 0
    height: int = 0
    rotation: int = 0
    frame_rate: float = 0.0
    channels: int = 0
    sample_rate: int = 0
    has_edits: bool = False


@dataclass(slots=True)
class Index:
    """`is_first` is None where neither the index nor the media data are in reach; `is_whole`: nothing is cut off."""

    seconds: float = 0.0
    tracks: tuple[Track, ...] = ()
    is_first: bool | None = None
    is_whole: bool = False


def boxes(content: bytes, *, most: int = MOST_BOXES) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each box."""
    for name, start, end in _spans(content, most):
        yield name, content[start:end]


def _spans(content: bytes, most: int = MOST_BOXES) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and announced end of each box's body."""
    at = 0
    for _ in range(most):
        if at + 8 > len(content):
            return
        size, name = struct.unpack_from(">I4s", content, at)
        start = at + 8
        if size == 1 and at + 16 <= len(content):
            (size,) = struct.unpack_from(">Q", content, at + 8)
            start = at + 16
        end = len(content) if size == 0 else at + size
        if end < start:
            return
        yield name, start, end
        at = end


def index_end(head: bytes) -> int:
    """Where the index ends that begins in these bytes; 0 where none does."""
    if head[4:8] != b"ftyp":
        return 0
    return next((end for name, _, end in _spans(head) if name == b"moov"), 0)


def read_index(head: bytes) -> Index:
    index = Index()
    for name, start, end in _spans(head):
        if name == b"mdat" and index.is_first is None:
            index.is_first = False
        elif name == b"moov":
            index.is_first = True if index.is_first is None else index.is_first
            index.is_whole = end <= len(head)
            _fill(index, head[start:end])
            break
    return index


def _fill(index: Index, movie: bytes) -> None:
    tracks: list[Track] = []
    for name, body in boxes(movie):
        if name == b"mvhd":
            scale, length = _scale_and_length(body)
            index.seconds = length / scale if scale else 0.0
        elif name == b"trak" and len(tracks) < MOST_TRACKS:
            tracks.append(_track(body))
    index.tracks = tuple(tracks)


def _scale_and_length(body: bytes) -> tuple[int, int]:
    """Of a movie's or a medium's header, whose lengths have 32 bits or 64."""
    if len(body) >= 20 and body[0] == 0:
        scale, length = struct.unpack_from(">II", body, 12)
    elif len(body) >= 32:
        scale, length = struct.unpack_from(">IQ", body, 20)
    else:
        return 0, 0
    return scale, length


def _track(body: bytes) -> Track:
    track = Track()
    for name, inner in boxes(body):
        if name == b"tkhd":
            _read_header(track, inner)
        elif name == b"edts":
            track.has_edits = True
        elif name == b"mdia":
            _read_media(track, inner)
    return track


def _read_header(track: Track, header: bytes) -> None:
    if len(header) < 8:
        return
    track.width, track.height = (side >> 16 for side in struct.unpack_from(">II", header, len(header) - 8))
    if len(header) >= 84:
        a, b, _, c, d, *_ = struct.unpack_from(">9i", header, len(header) - 44)
        track.rotation = ROTATIONS.get((_sign(a), _sign(b), _sign(c), _sign(d)), 0)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _read_media(track: Track, media: bytes) -> None:
    parts = dict(boxes(media))
    track.kind = parts.get(b"hdlr", b"")[8:12].decode("latin-1").strip("\0 ")
    scale, _ = _scale_and_length(parts.get(b"mdhd", b""))
    samples = dict(boxes(dict(boxes(parts.get(b"minf", b""))).get(b"stbl", b"")))
    description = next(iter(boxes(samples.get(b"stsd", b"")[8:])), None)
    if track.kind == "soun":
        _read_sound(track, description)
        return
    if description:
        track.codec = VIDEO_CODECS.get(description[0], OTHER)
    track.frame_rate = _frame_rate(samples.get(b"stts", b""), scale)


def _read_sound(track: Track, description: tuple[bytes, bytes] | None) -> None:
    if not description:
        return
    name, body = description
    track.codec = AUDIO_CODECS.get(name, OTHER)
    if name == b"mp4a":
        track.codec = OBJECT_TYPES.get(_object_type(body), track.codec)
    if len(body) >= 28:
        (track.channels,) = struct.unpack_from(">H", body, 16)
        track.sample_rate = struct.unpack_from(">I", body, 24)[0] >> 16


def _object_type(body: bytes) -> int:
    """What `mp4a` really is: the number after the second of two nested descriptors' heads, -1 where it is not told."""
    at = body.find(b"esds")
    if at < 0:
        return -1
    at = _after_head(body, at + 8, tag=3) + 3
    return int(body[place]) if (place := _after_head(body, at, tag=4)) < len(body) else -1


def _after_head(body: bytes, at: int, *, tag: int) -> int:
    """Where the content of the descriptor at `at` begins; behind the end where there is none."""
    if body[at : at + 1] != bytes([tag]):
        return len(body)
    at += 1
    for _ in range(4):  # a length of up to four bytes, of which all but the last have their highest bit set
        at += 1
        if not body[at - 1 : at] or body[at - 1] < 0x80:
            break
    return at


def _frame_rate(times: bytes, scale: int) -> float:
    """Samples by their time, on average: what a variable rate comes to."""
    entries = times[8 : 8 + (max(0, len(times) - 8) // 8) * 8]
    samples = ticks = 0
    for count, length in struct.iter_unpack(">II", entries):
        samples += count
        ticks += count * length
    return samples * scale / ticks if ticks else 0.0
