"""What is to be made of a file, in numbers: targets only, never the name of a platform, so that two platforms with the
same needs share one rendition. Pure.

A recipe is complete: with the bytes of the source it settles what comes out. Its key is therefore a digest of both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# Raise it when the same recipe is to give another file than before: what was made earlier is then made anew.
MAKING: Final = 1

CROP, PAD = "crop", "pad"
WHOLE: Final = (0.0, 0.0, 1.0, 1.0)

Rectangle = tuple[int, int, int, int]  # left, top, width, height


@dataclass(frozen=True, slots=True)
class Cut:
    """What of a file is shown: a person's choice, stored as JSON beside the file in its post.

    `box` is left, top, width and height as shares of the picture as displayed; `focus` is the point that stays in view
    when more must go; `fit` says how another shape is reached ("crop", "pad", or "" for not decided); `start` and `end`
    are seconds of a video."""

    box: tuple[float, float, float, float] | None = None
    focus: tuple[float, float] = (0.5, 0.5)
    fit: str = ""
    start: float = 0.0
    end: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Only what was chosen, so that no choice is an empty object."""
        chosen = {"box": self.box, "focus": self.focus, "fit": self.fit, "start": self.start, "end": self.end}
        usual = Cut()
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in chosen.items()
            if value != getattr(usual, name)
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Cut:
        """The choice as it was stored; what makes no sense counts as not chosen."""
        end = _number(stored.get("end"))
        start = max(_number(stored.get("start")) or 0.0, 0.0)
        fit = stored.get("fit", "")
        return cls(
            box=_box(stored.get("box")),
            focus=_focus(stored.get("focus")),
            fit=fit if fit in (CROP, PAD) else "",
            start=start,
            end=end if end is not None and end > start else None,
        )


@dataclass(frozen=True, slots=True)
class Framing:
    """Which part of the source is shown (`take`, in its pixels as displayed) and how large the result is.

    `inner` is the size at which that part is shown within the result; where it is smaller, a border surrounds it:
    "blur" (the picture itself, enlarged and blurred), "white" or "black"."""

    take: Rectangle
    width: int
    height: int
    inner: tuple[int, int]
    border: str = "blur"

    @property
    def has_border(self) -> bool:
        return self.inner != (self.width, self.height)

    def keeps(self, width: int, height: int) -> bool:
        """Whether a file of this size comes out as it went in."""
        return self.take == (0, 0, width, height) and self.inner == (self.width, self.height) == (width, height)

    def to_json(self) -> dict[str, Any]:
        border = {"inner": list(self.inner), "border": self.border} if self.has_border else {}
        return {"take": list(self.take), "size": [self.width, self.height], **border}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Framing:
        width, height = stored["size"]
        left, top, wide, high = stored["take"]
        inner_width, inner_height = stored.get("inner", (width, height))
        border = stored.get("border", "blur")
        return cls((left, top, wide, high), width, height, (inner_width, inner_height), border)


@dataclass(frozen=True, slots=True)
class PictureRecipe:
    """A still picture: `mime_type` JPEG, PNG or WebP; `max_bytes` 0 where no quality comes near the limit."""

    mime_type: str
    framing: Framing
    max_bytes: int = 0

    def to_json(self) -> dict[str, Any]:
        limit = {"max_bytes": self.max_bytes} if self.max_bytes else {}
        return {"kind": "picture", "mime_type": self.mime_type, **self.framing.to_json(), **limit}

    def key(self, source_sha256: str) -> str:
        return _key(source_sha256, self.to_json())


@dataclass(frozen=True, slots=True)
class VideoRecipe:
    """A video in MP4, its index first, without metadata. Without `framing` its pictures are copied as they are, and its
    sound too where it is AAC; else it is H.264 and AAC at a constant `frame_rate` and at most `bit_rate` bits a second
    in all. `seconds` from `start` are shown; 0 for all that there is. `max_bytes` as for pictures."""

    framing: Framing | None = None
    frame_rate: float = 0.0
    bit_rate: int = 0
    start: float = 0.0
    seconds: float = 0.0
    max_bytes: int = 0

    @property
    def mime_type(self) -> str:
        return "video/mp4"

    def to_json(self) -> dict[str, Any]:
        numbers = {
            "frame_rate": round(self.frame_rate, 3),
            "bit_rate": self.bit_rate,
            "start": round(self.start, 3),
            "seconds": round(self.seconds, 3),
            "max_bytes": self.max_bytes,
        }
        framing = self.framing.to_json() if self.framing else {}
        return {"kind": "video", **framing, **{name: value for name, value in numbers.items() if value}}

    def key(self, source_sha256: str) -> str:
        return _key(source_sha256, self.to_json())


Recipe = PictureRecipe | VideoRecipe


def recipe_from_json(stored: Mapping[str, Any]) -> Recipe:
    """The recipe as it stands in a row."""
    if stored["kind"] == "picture":
        return PictureRecipe(stored["mime_type"], Framing.from_json(stored), stored.get("max_bytes", 0))
    return VideoRecipe(
        framing=Framing.from_json(stored) if "take" in stored else None,
        frame_rate=stored.get("frame_rate", 0.0),
        bit_rate=stored.get("bit_rate", 0),
        start=stored.get("start", 0.0),
        seconds=stored.get("seconds", 0.0),
        max_bytes=stored.get("max_bytes", 0),
    )


def canonical(recipe: Recipe) -> str:
    """The one spelling of a recipe."""
    return _canonical(recipe.to_json())


def _canonical(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _key(source_sha256: str, recipe: Mapping[str, Any]) -> str:
    return hashlib.sha256(f"{MAKING} {source_sha256} {_canonical(recipe)}".encode()).hexdigest()


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
    return float(value) if is_number else None  # type: ignore[arg-type]


def _numbers(value: object, count: int) -> list[float]:
    """That many numbers, or none."""
    if not isinstance(value, list | tuple) or len(value) != count:
        return []
    found = [number for one in value if (number := _number(one)) is not None]
    return found if len(found) == count else []


def _box(value: object) -> tuple[float, float, float, float] | None:
    if not (found := _numbers(value, 4)):
        return None
    left, top = (min(max(share, 0.0), 1.0) for share in found[:2])
    width, height = min(found[2], 1.0 - left), min(found[3], 1.0 - top)
    box = (left, top, width, height)
    return box if width > 0 and height > 0 and box != WHOLE else None


def _focus(value: object) -> tuple[float, float]:
    found = [min(max(share, 0.0), 1.0) for share in _numbers(value, 2)]
    return (found[0], found[1]) if found else (0.5, 0.5)
