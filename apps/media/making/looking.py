"""What a file that was made has become. The probe of files that come from people is stricter and tells more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from apps.media.making.helper import ask


@dataclass(frozen=True, slots=True)
class Probe:
    """The shape of a file. Sizes are bytes and pixels as displayed, rotation applied."""

    kind: str
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
    is_hdr: bool = False
    has_alpha: bool = False
    is_faststart: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})


def probe(path: Path) -> Probe:
    """What lies at `path`; raises CannotMake where it is nothing that we make."""
    return Probe.from_json(ask("look", {"path": str(path)}))
