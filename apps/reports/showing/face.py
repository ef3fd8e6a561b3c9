"""The whole report, section by section."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext

from apps.reports import wording
from apps.reports.plan import Kind
from apps.reports.showing import around, figures, goals, networks, posts
from apps.reports.showing.shapes import Face, Shown
from apps.reports.showing.source import Source, days, instant

# The lists of a section by its kind; a kind without any is its words.
READS: Final[Mapping[Kind, Callable[[Source, Mapping[str, Any]], dict[str, Any]]]] = {
    Kind.FIGURES: figures.figures,
    Kind.GOALS: goals.goals,
    Kind.TRENDS: figures.trends,
    Kind.NETWORKS: networks.networks,
    Kind.AUDIENCE: networks.audience,
    Kind.TOP: posts.posts,
    Kind.FLOP: posts.posts,
    Kind.CALENDAR: posts.calendar,
    Kind.APPROVALS: around.approvals,
    Kind.MEANINGS: around.meanings,
}


def face_of(data: Mapping[str, Any], pictures: Mapping[str, str]) -> Face:
    """What is shown of this data, in the language that is switched on."""
    source = Source.of(data, pictures)
    return Face(
        agency=data["agency"],
        client=data["client"],
        title=data["title"],
        period=wording.period(*days(data["period"])),
        compared=wording.period(*days(data["compared"])) if data["compared"] else "",
        as_of=wording.moment(instant(data["as_of"]), source.zone),
        zone=source.zone,
        colour=data["colour"],
        logo=pictures.get("logo", ""),
        names_product=data["names_product"],
        sections=tuple(_section(source, one) for one in data["sections"]),
    )


def _section(source: Source, one: Mapping[str, Any]) -> Shown:
    kind = Kind(one["kind"])
    heading = one["heading"] or (gettext(wording.HEADINGS[kind]) if kind in wording.HEADINGS else "")
    texts = tuple(part.strip() for part in one["text"].split("\n\n") if part.strip())
    shows = READS.get(kind)
    return Shown(kind, heading, texts, **(shows(source, one) if shows else {}))
