"""What templates are handed: a report in sections, each with the lists that its kind fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from apps.reports.charts import Chart
from apps.reports.plan import Kind

# How much of a sheet of paper each section takes on a screen, so that they are spread over sheets as on paper.
WEIGHTS: Final = {Kind.SUMMARY: 1.5, Kind.FIGURES: 1.5, Kind.WORDS: 1.5, Kind.NETWORKS: 2, Kind.APPROVALS: 1}
SHEET: Final = 7.0


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    value: str
    change: str = ""
    direction: str = ""
    note: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    name: str
    label: str
    chart: Chart | None
    is_level: bool


@dataclass(frozen=True, slots=True)
class Goal:
    """`share` is of the way, in hundredths, for the bar; None where it is not known, and then there is no bar."""

    label: str
    platform: str
    where: str
    days: str
    reached: str
    way: str
    share: int | None
    pace: str
    tone: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Division:
    """Followers told apart by one thing; of each group its name, its share in words, and how long its bar is of 100."""

    heading: str
    groups: tuple[tuple[str, str, float], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Audience:
    account: str
    platform: str
    told: str
    why: str
    divisions: tuple[Division, ...]


@dataclass(frozen=True, slots=True)
class Network:
    platform: str
    cells: tuple[str, ...]
    until: str
    stands_apart: bool


@dataclass(frozen=True, slots=True)
class Post:
    title: str
    platform: str
    when: str
    views: str
    interactions: str
    url: str
    picture: str
    alt: str


@dataclass(frozen=True, slots=True)
class Published:
    """A day with what went out on it."""

    day: str
    posts: tuple[tuple[str, str, tuple[str, ...], str], ...]  # time, title, platforms, address


@dataclass(frozen=True, slots=True)
class Meaning:
    label: str
    of: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Book:
    platform: str
    days_in: str
    rows: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    account: str
    days: str
    why: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A section. Which of its lists is filled follows from its kind."""

    kind: Kind
    heading: str
    paragraphs: tuple[str, ...]
    tiles: tuple[Tile, ...] = ()
    goals: tuple[Goal, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    networks: tuple[Network, ...] = ()
    apart: str = ""
    audiences: tuple[Audience, ...] = ()
    posts: tuple[Post, ...] = ()
    published: tuple[Published, ...] = ()
    left_out: int = 0
    books: tuple[Book, ...] = ()
    fresh: tuple[tuple[str, str], ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def parts(self) -> Sequence[Shown]:
        """The section in pieces that may stand on different sheets."""
        if len(self.drawings) < 2:
            return (self,)
        rest = (replace(self, heading="", paragraphs=(), drawings=(one,)) for one in self.drawings[1:])
        return (replace(self, drawings=self.drawings[:1]), *rest)

    @property
    def weight(self) -> float:
        own = {
            Kind.GOALS: 0.6 + 0.5 * len(self.goals),
            Kind.TRENDS: 2.5 * len(self.drawings),
            Kind.AUDIENCE: 0.6 + sum(0.4 + 1.6 * -(-len(one.divisions) // 2) for one in self.audiences),
            Kind.TOP: 0.6 + 1.7 * -(-len(self.posts) // 3),
            Kind.FLOP: 0.6 + 1.7 * -(-len(self.posts) // 3),
            Kind.CALENDAR: 0.6 + 0.35 * sum(len(one.posts) for one in self.published),
            Kind.MEANINGS: SHEET,
        }
        return own.get(self.kind, WEIGHTS.get(self.kind, 1.0))


@dataclass(frozen=True, slots=True)
class Face:
    """The whole report. `colour` and `logo` are the agency's, "" where it chose none."""

    agency: str
    client: str
    title: str
    period: str
    compared: str
    as_of: str
    zone: str
    colour: str
    logo: str
    names_product: bool
    sections: tuple[Shown, ...] = field(default_factory=tuple)

    @property
    def sheets(self) -> list[tuple[Shown, ...]]:
        """The sections spread over sheets, in their order; drawings one by one."""
        found: list[list[Shown]] = [[]]
        filled = 1.0  # the title
        for section in (part for whole in self.sections for part in whole.parts):
            if found[-1] and filled + section.weight > SHEET:
                found.append([])
                filled = 0.0
            found[-1].append(section)
            filled += section.weight
        return [tuple(sheet) for sheet in found]
