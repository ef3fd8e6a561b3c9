"""What a report consists of: its sections in order, with the agency's own words, and what it is compared with.

A plan is data. A template holds one, and a report holds the copy that it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.conf import settings

from apps.reports.errors import Malformed


class Kind(StrEnum):
    """What a section shows."""

    SUMMARY = "summary"
    FIGURES = "figures"
    GOALS = "goals"
    TRENDS = "trends"
    NETWORKS = "networks"
    AUDIENCE = "audience"
    TOP = "top"
    FLOP = "flop"
    CALENDAR = "calendar"
    APPROVALS = "approvals"
    WORDS = "words"
    MEANINGS = "meanings"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def about(self) -> str:
        return ABOUT[self]


LABELS: Final[Mapping[Kind, str]] = {
    Kind.SUMMARY: "Summary",
    Kind.FIGURES: "Figures",
    Kind.GOALS: "Goals",
    Kind.TRENDS: "Trends",
    Kind.NETWORKS: "By network",
    Kind.AUDIENCE: "Who follows",
    Kind.TOP: "Top posts",
    Kind.FLOP: "Posts with the least response",
    Kind.CALENDAR: "What was published",
    Kind.APPROVALS: "Approvals",
    Kind.WORDS: "Own words",
    Kind.MEANINGS: "What the figures mean",
}
ABOUT: Final[Mapping[Kind, str]] = {
    Kind.SUMMARY: "Your own words at the top of the report.",
    Kind.FIGURES: "Followers, views, posts and interactions, with the change.",
    Kind.GOALS: "What was to be reached in these days, and how far it is.",
    Kind.TRENDS: "Views, interactions and followers as drawings.",
    Kind.NETWORKS: "The same figures network by network.",
    Kind.AUDIENCE: "Age, gender, country and city of followers, as networks tell them.",
    Kind.TOP: "What people did most with, with pictures.",
    Kind.FLOP: "What people did least with, of posts that were out for three days and more.",
    Kind.CALENDAR: "Every post of the period, day by day.",
    Kind.APPROVALS: "How many posts were approved, and how soon.",
    Kind.WORDS: "A heading and a text of your own: what you learned, what you plan.",
    Kind.MEANINGS: "What each network counts, how fresh it is, and what is missing.",
}


class Comparison(StrEnum):
    BEFORE = "before"
    YEAR = "year"
    NONE = "none"


COMPARISONS: Final[Mapping[Comparison, str]] = {
    Comparison.BEFORE: "The days just before",
    Comparison.YEAR: "The same days last year",
    Comparison.NONE: "Nothing",
}
TRENDS: Final = ("views", "interactions", "followers")
WRITTEN: Final = frozenset({Kind.SUMMARY, Kind.WORDS})  # empty without words
COUNTED: Final = frozenset({Kind.TOP, Kind.FLOP})
MOST_SECTIONS, MOST_TEXT, MOST_HEADING, MOST_POSTS, USUAL_POSTS = 30, 5_000, 120, 12, 6


@dataclass(frozen=True, slots=True)
class Section:
    """`heading` replaces the usual one; `text` stands below it; `count` is how many posts, `trends` which drawings."""

    kind: Kind
    heading: str = ""
    text: str = ""
    count: int = USUAL_POSTS
    trends: tuple[str, ...] = TRENDS

    def as_data(self) -> dict[str, Any]:
        data: dict[str, Any] = {"kind": self.kind.value, "heading": self.heading, "text": self.text}
        if self.kind in COUNTED:
            data["count"] = self.count
        if self.kind is Kind.TRENDS:
            data["trends"] = list(self.trends)
        return data


@dataclass(frozen=True, slots=True)
class Plan:
    title: str
    sections: tuple[Section, ...] = field(default_factory=tuple)
    comparison: Comparison = Comparison.BEFORE
    language: str = "en"

    def as_data(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "comparison": self.comparison.value,
            "sections": [one.as_data() for one in self.sections],
        }


def plan_of(data: Mapping[str, Any]) -> Plan:
    """The plan that this data is; raises Malformed, which names the place."""
    title = _text(data.get("title", ""), "title", MOST_HEADING)
    if not title:
        raise Malformed("title", "Give the report a title.")
    language = data.get("language") or "en"
    if language not in dict(settings.LANGUAGES):
        raise Malformed("language", f"A report is written in one of: {', '.join(dict(settings.LANGUAGES))}.")
    comparison = data.get("comparison") or Comparison.BEFORE
    if comparison not in list(Comparison):
        raise Malformed("comparison", f"Compare with one of: {', '.join(Comparison)}.")
    return Plan(title, tuple(_sections(data.get("sections"))), Comparison(comparison), language)


def _sections(data: Any) -> Iterator[Section]:
    if not isinstance(data, Sequence) or isinstance(data, str) or not data:
        raise Malformed("sections", "Choose at least one section.")
    if len(data) > MOST_SECTIONS:
        raise Malformed("sections", f"A report has up to {MOST_SECTIONS} sections.")
    seen: set[Kind] = set()
    for number, one in enumerate(data):
        section = _section(one, f"sections.{number}")
        if section.kind in seen and section.kind is not Kind.WORDS:
            raise Malformed(f"sections.{number}.kind", f"{section.kind.label} is there twice.")
        seen.add(section.kind)
        yield section


def _section(data: Any, place: str) -> Section:
    if not isinstance(data, Mapping) or data.get("kind") not in list(Kind):
        raise Malformed(f"{place}.kind", f"A section is one of: {', '.join(Kind)}.")
    kind = Kind(data["kind"])
    count = data.get("count", USUAL_POSTS)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_POSTS:
        raise Malformed(f"{place}.count", f"Show from 1 to {MOST_POSTS} posts.")
    trends = data.get("trends", TRENDS)
    if not isinstance(trends, list | tuple) or not trends or not set(map(str, trends)) <= set(TRENDS):
        raise Malformed(f"{place}.trends", f"Draw some of: {', '.join(TRENDS)}.")
    heading = _text(data.get("heading", ""), f"{place}.heading", MOST_HEADING)
    text = _text(data.get("text", ""), f"{place}.text", MOST_TEXT)
    if kind is Kind.WORDS and not (heading or text):
        raise Malformed(f"{place}.text", "Write a heading or a text, or leave the section out.")
    return Section(kind, heading, text, count, tuple(dict.fromkeys(trends)))


def _text(value: Any, place: str, most: int) -> str:
    if not isinstance(value, str):
        raise Malformed(place, "Write a text.")
    text = value.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > most:
        raise Malformed(place, f"Write up to {most:,} characters; these are {len(text):,}.")
    return text


# --- to begin with ----------------------------------------------------------------------------------------------------


def usual() -> Plan:
    """What a new report or template begins with."""
    kinds = (Kind.SUMMARY, Kind.FIGURES, Kind.TRENDS, Kind.NETWORKS, Kind.TOP, Kind.MEANINGS)
    return Plan("Social media report", tuple(Section(kind) for kind in kinds))


def short() -> Plan:
    """One page."""
    return Plan("Social media report", tuple(Section(kind) for kind in (Kind.SUMMARY, Kind.FIGURES, Kind.NETWORKS)))


def whole() -> Plan:
    """Everything there is."""
    kinds = (kind for kind in Kind if kind is not Kind.WORDS)
    return Plan("Social media report", tuple(Section(kind, count=MOST_POSTS) for kind in kinds))


PRESETS: Final = {"usual": ("The usual report", usual), "short": ("One page", short), "whole": ("Everything", whole)}
