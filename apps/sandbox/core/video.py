"""What a video is, by its beginning: MP4 and QuickTime by the boxes of their index, WebM by its head.

    found = video.probe(intake.head, size=intake.size)      # None: no video
    if not found.has_video_codec("h264", "hevc"): ...

What the beginning does not tell is 0 or "" (the index may stand at the end), and the questions below say yes to it: a
platform looks further where the sandbox cannot, so nothing is refused for being unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.sandbox.core import mp4, webm

NO_SOUND = "none"
# 23.976 frames a second are called 24, and 59.94 are called 60.
FRAME_RATE_TOLERANCE = 0.05


@dataclass(frozen=True, slots=True)
class VideoProbe:
    """`width` and `height` are as people see them, `rotation` (in degrees) is in them already; `size` is in bytes."""

    mime: str
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    rotation: int = 0
    video_codec: str = ""  # h264, hevc, vp8, vp9, av1, mpeg4, prores, mjpeg, other
    audio_codec: str = ""  # aac, mp3, opus, ..., other; NO_SOUND where there is no track of it
    audio_channels: int = 0
    audio_rate: int = 0
    frame_rate: float = 0.0
    index_first: bool | None = None  # whether the index stands before the media data; None where neither was seen
    has_edit_list: bool = False
    size: int = 0

    @property
    def ratio(self) -> float:
        return self.width / self.height if self.height else 0.0

    @property
    def bit_rate(self) -> float:
        """Bits per second of the whole file."""
        return self.size * 8 / self.seconds if self.seconds else 0.0

    def has_video_codec(self, *codecs: str) -> bool:
        return self.video_codec in {"", *codecs}

    def has_audio_codec(self, *codecs: str) -> bool:
        """One of these, or no sound at all."""
        return self.audio_codec in {"", NO_SOUND, *codecs}

    def lasts(self, shortest: float, longest: float) -> bool:
        return not self.seconds or shortest <= self.seconds <= longest

    def has_frame_rate(self, lowest: float, highest: float) -> bool:
        tolerance = FRAME_RATE_TOLERANCE
        return not self.frame_rate or lowest - tolerance <= self.frame_rate <= highest + tolerance

    def has_ratio(self, narrowest: float, widest: float) -> bool:
        return not self.ratio or narrowest <= self.ratio <= widest


def probe(head: bytes, *, size: int = 0) -> VideoProbe | None:
    """None when these first bytes begin neither an MP4 or QuickTime file nor a WebM."""
    if head[:4] == b"\x1aE\xdf\xa3":
        return _webm(head, size)
    if head[4:8] != b"ftyp" or head[8:12] in mp4.STILLS:
        return None
    return _mp4("video/quicktime" if head[8:12] == b"qt  " else "video/mp4", head, size)


def _mp4(mime: str, head: bytes, size: int) -> VideoProbe:
    index = mp4.read_index(head)
    pictures = next((one for one in index.tracks if one.kind == "vide" or (not one.kind and one.width)), mp4.Track())
    sound = next((one for one in index.tracks if one.kind == "soun"), None)
    knows_all = index.is_whole and bool(index.tracks) and all(one.kind for one in index.tracks)
    sides = (pictures.width, pictures.height)
    width, height = sides[::-1] if pictures.rotation in {90, 270} else sides
    return VideoProbe(
        mime,
        index.seconds,
        width,
        height,
        rotation=pictures.rotation,
        video_codec=pictures.codec,
        audio_codec=sound.codec if sound else NO_SOUND if knows_all else "",
        audio_channels=sound.channels if sound else 0,
        audio_rate=sound.sample_rate if sound else 0,
        frame_rate=pictures.frame_rate,
        index_first=index.is_first,
        has_edit_list=any(one.has_edits for one in index.tracks),
        size=size,
    )


def _webm(head: bytes, size: int) -> VideoProbe:
    film = webm.read(head)
    return VideoProbe(
        "video/webm",
        film.seconds,
        film.width,
        film.height,
        video_codec=film.video_codec,
        audio_codec=film.audio_codec or (NO_SOUND if film.tells_tracks else ""),
        audio_channels=film.channels,
        audio_rate=film.sample_rate,
        frame_rate=film.frame_rate,
        size=size,
    )
