"""What a file turned out to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self

from apps.media.decoding.refusals import DAMAGED, Refused
from apps.media.states import Kind

# What the columns hold.
LONGEST: Final = 32
LARGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Probe:
    """The shape of a file. Sizes are bytes and pixels as displayed, rotation applied; `rotation` is the turn clockwise
    that a player still has to make, `pixel_aspect` how much wider than high a stored pixel is shown. Codecs go by
    FFmpeg's names, `bit_rate` is bits a second of the whole file; 0 and "" where there is nothing to tell."""

    kind: Kind
    mime_type: str
    size: int
    width: int = 0
    height: int = 0
    frames: int = 1
    seconds: float = 0.0
    frame_rate: float = 0.0
    is_variable_rate: bool = False
    video_codec: str = ""
    video_profile: str = ""
    pixel_format: str = ""
    audio_codec: str = ""
    channels: int = 0
    sample_rate: int = 0
    bit_rate: int = 0
    rotation: int = 0
    pixel_aspect: float = 1.0
    is_hdr: bool = False
    has_alpha: bool = False
    is_faststart: bool = False

    @classmethod
    def checked(cls, kind: Kind, size: int, found: Mapping[str, Any]) -> Self:
        """Of what the room answered; raises Refused where it makes no sense, for a file may have written it."""
        types = {field.name: type(field.default) for field in fields(cls)} | {"mime_type": str}
        for name, value in found.items():
            wanted = types.get(name)
            fits = isinstance(value, int | float) if wanted is float else type(value) is wanted
            is_small = len(value) <= LONGEST if isinstance(value, str) else 0 <= value <= LARGEST if fits else False
            if not fits or not is_small:
                raise Refused(DAMAGED)
        return cls(kind=kind, size=size, **found)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"kind": self.kind.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Of what `to_json` wrote, today or in an earlier version."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known} | {"kind": Kind(data["kind"])})
