"""In the child: the shape of a video, as FFmpeg's libraries read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import av

TYPES: Final = {"mp4": "video/mp4", "matroska": "video/x-matroska", "webm": "video/webm"}
HDR_TRANSFERS: Final = {16, 18}  # PQ and HLG
BOX_HEAD: Final = 8


def read(path: Path) -> dict[str, Any]:
    # `file:` and no other protocol, whatever the name looks like.
    with av.open(f"file:{path}", options={"protocol_whitelist": "file"}) as container:
        pictures = container.streams.video[0]
        sound = next(iter(container.streams.audio), None)
        codec = pictures.codec_context
        rotation = next((frame.rotation for frame in container.decode(pictures)), 0) % 360
        width, height = codec.width, codec.height
        if rotation % 180:
            width, height = height, width
        rate = pictures.average_rate or pictures.base_rate
        return {
            "kind": "video",
            "mime_type": _type(path, container.format.name),
            "size": path.stat().st_size,
            "width": width,
            "height": height,
            "seconds": round((container.duration or 0) / av.time_base, 3),
            "frame_rate": round(float(rate or 0), 3),
            "video_codec": codec.name,
            "video_profile": str(codec.profile or ""),
            "pixel_format": str(codec.pix_fmt or ""),
            "audio_codec": sound.codec_context.name if sound else "",
            "channels": sound.codec_context.channels if sound else 0,
            "sample_rate": sound.codec_context.sample_rate if sound else 0,
            "bit_rate": int(container.bit_rate or 0),
            "rotation": rotation,
            "is_hdr": int(codec.color_trc or 0) in HDR_TRANSFERS,
            "is_faststart": _is_faststart(path),
        }


def _type(path: Path, format: str) -> str:
    """FFmpeg has one reader for MP4 and QuickTime; the brand tells them apart."""
    if "mov" in format.split(","):
        with path.open("rb") as file:
            return "video/quicktime" if file.read(12)[4:] == b"ftypqt  " else TYPES["mp4"]
    return next((type_ for name, type_ in TYPES.items() if name in format.split(",")), "video/unknown")


def _is_faststart(path: Path) -> bool:
    """Whether the index stands before the pictures."""
    with path.open("rb") as file:
        place = 0
        while len(head := file.read(BOX_HEAD)) == BOX_HEAD:
            size, name = int.from_bytes(head[:4], "big"), head[4:]
            if name in (b"moov", b"mdat"):
                return name == b"moov"
            if size == 1:
                size = int.from_bytes(file.read(8), "big")
            if size < BOX_HEAD:
                return False
            place += size
            file.seek(place)
    return False
