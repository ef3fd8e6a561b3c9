"""Places in pictures and videos, as pages show them and take them, with no script.

A picture that somebody points at is a submit button (`<input type="image">`), which browsers send with the place in
pixels of CSS. So it is drawn in a size that we know and that no style may change. Each comment about a place in a
picture has a number, which stands over the picture and beside the comment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from apps.approvals.anchors import AnchorKind
from apps.approvals.selectors import Talk, Where
from apps.core.numbers import whole
from apps.media.models import Asset
from apps.media.states import Kind
from apps.posts.manuscripts import Manuscript, Medium

WIDEST: Final = 256  # of the narrowest telephone, with the margins of a card
TALLEST: Final = 340
POINTED: Final = re.compile(r"at_\d+\.[xy]")
Address = Callable[[Asset], str]


@dataclass(frozen=True, slots=True)
class Pin:
    """A mark over a picture, in its pixels as drawn."""

    number: int
    x: int
    y: int
    href: str = ""
    is_resolved: bool = False


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture of the version at hand, as it is drawn to point at; `number` is how people call it."""

    number: int
    digest: str
    url: str
    alt: str
    width: int
    height: int
    pins: Sequence[Pin] = ()
    drawn: Pin | None = None  # where somebody has just pointed, and not yet said anything

    @property
    def field(self) -> str:
        return f"at_{self.number}"


@dataclass(frozen=True, slots=True)
class Clip:
    """A video of the version at hand."""

    number: int
    digest: str
    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Board:
    plates: Sequence[Plate]
    clips: Sequence[Clip]
    talks: Sequence[Talk]

    @property
    def is_marked(self) -> bool:
        return any(plate.pins or plate.drawn for plate in self.plates)

    def pointed(self, sent: Mapping[str, Any]) -> dict[str, str]:
        """The place that was pointed at, if a picture was what sent the form: its picture, and from the left and from
        the top in percent."""
        for plate in self.plates:
            x, y = (whole(str(sent.get(f"{plate.field}.{side}", ""))) for side in ("x", "y"))
            if x is not None and y is not None:
                return {"picture": plate.digest, "x": _percent(x, plate.width), "y": _percent(y, plate.height)}
        return {}

    def with_mark(self, typed: Mapping[str, Any]) -> Board:
        """The same with a mark where a form that is not sent yet points."""
        try:
            x, y = float(typed.get("x") or ""), float(typed.get("y") or "")
        except ValueError:
            return self
        if not (0 <= x <= 100 and 0 <= y <= 100):
            return self
        plates = [
            replace(one, drawn=Pin(0, round(x * one.width / 100), round(y * one.height / 100)))
            if one.digest == typed.get("picture")
            else one
            for one in self.plates
        ]
        return replace(self, plates=plates)


def board(written: Manuscript, talks: Sequence[Talk], *, picture: Address, video: Address) -> Board:
    """What can be pointed at in a version, with the marks of what was said of it, in the order of `talks`."""
    media = list(_media(written))
    plates = [plate for number, one in enumerate(_of(media, Kind.IMAGE), 1) if (plate := _plate(number, one, picture))]
    clips = [
        Clip(number, one.asset.sha256, video(one.asset), one.alt)
        for number, one in enumerate(_of(media, Kind.VIDEO), 1)
    ]
    numbers = {one.digest: one.number for one in plates} | {one.digest: one.number for one in clips}
    placed = list(_placed(talks, numbers))
    pins = {
        plate.digest: [_pin(plate, talk) for talk in placed if talk.where and talk.where.mark and _about(talk, plate)]
        for plate in plates
    }
    return Board([replace(plate, pins=pins[plate.digest]) for plate in plates], clips, placed)


def is_pointing(sent: Iterable[str]) -> bool:
    """Whether a picture was what sent the form, by the names of its fields."""
    return any(POINTED.fullmatch(name) for name in sent)


def moment(second: float) -> str:
    """A moment of a video as people say it: 0:12, or 1:02:03."""
    minutes, seconds = divmod(int(second), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _placed(talks: Sequence[Talk], numbers: Mapping[str, int]) -> Iterator[Talk]:
    """The talks with where they are; marks are counted over all pictures."""
    mark = 0
    for talk in talks:
        said = talk.place.anchor
        if said["kind"] not in (AnchorKind.IMAGE, AnchorKind.VIDEO):
            yield talk
            continue
        file = 0 if talk.place.is_lost else numbers.get(said["sha256"], 0)
        is_mark = said["kind"] == AnchorKind.IMAGE and bool(file)
        mark += is_mark
        when = moment(said["second"]) if said["kind"] == AnchorKind.VIDEO else ""
        yield replace(talk, where=Where(said["kind"], file, mark if is_mark else 0, when))


def _pin(plate: Plate, talk: Talk) -> Pin:
    said, where = talk.place.anchor, talk.where
    return Pin(
        where.mark if where else 0, round(said["x"] * plate.width), round(said["y"] * plate.height),
        f"#talk-{talk.thread.pk}", talk.thread.resolved_at is not None,
    )  # fmt: skip


def _about(talk: Talk, plate: Plate) -> bool:
    return bool(talk.place.anchor["sha256"] == plate.digest)


def _plate(number: int, medium: Medium, address: Address) -> Plate | None:
    """None where the picture's size is not known, so that nobody can point at it."""
    asset = medium.asset
    if not (asset.width and asset.height):
        return None
    scale = min(WIDEST / asset.width, TALLEST / asset.height)
    width, height = max(1, round(asset.width * scale)), max(1, round(asset.height * scale))
    return Plate(number, asset.sha256, address(asset), medium.alt, width, height)


def _media(written: Manuscript) -> Iterator[Medium]:
    """Each file once, in the order in which the post has them."""
    seen = set()
    for passage in written.passages:
        for one in passage.media:
            if one.asset.sha256 not in seen:
                seen.add(one.asset.sha256)
                yield one


def _of(media: Sequence[Medium], kind: Kind) -> list[Medium]:
    return [one for one in media if one.asset.kind == kind]


def _percent(pixels: int, of: int) -> str:
    return f"{min(100.0, 100 * pixels / of):.1f}"
