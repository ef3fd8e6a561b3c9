"""The figures of the whole, and how they went day by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from apps.reports import charts, wording
from apps.reports.charts import Speech
from apps.reports.showing.shapes import Drawing, Tile
from apps.reports.showing.source import Source


def figures(source: Source, one: Mapping[str, Any]) -> dict[str, Any]:
    return {"tiles": tuple(_tile(figure) for figure in one["figures"])}


def trends(source: Source, one: Mapping[str, Any]) -> dict[str, Any]:
    return {"drawings": tuple(_drawing(trend) for trend in one["trends"])}


def _tile(figure: Mapping[str, Any]) -> Tile:
    label, value = gettext(wording.FIGURES[figure["name"]]), figure["value"]
    if figure["name"] == "rate":
        said = wording.points(value, figure["before"])
        apart = round((value - figure["before"]) * 100, 1) if said else 0
        return Tile(label, wording.percent(value), said, _direction(apart))
    text, _, unit = wording.short(value).partition(" ")
    apart = figure["now"] - figure["before"] if figure["now"] is not None and figure["before"] is not None else 0
    partly = figure["about"] and figure["known"] < figure["of"]
    note = wording.known(figure["known"], figure["of"], figure["about"]) if partly else ""
    nobody = "" if value is not None else gettext("no network here tells it")
    if figure["name"] == "own_clicks":
        note = gettext(wording.OWN_CLICKS)
    return Tile(label, text, wording.change(figure["now"], figure["before"]), _direction(apart), note or nobody, unit)


def _drawing(trend: Mapping[str, Any]) -> Drawing:
    label = gettext(wording.TRENDS[trend["name"]])
    is_level = trend["name"] == "followers"
    draw = charts.line_of if is_level else charts.bars_of
    return Drawing(trend["name"], label, draw(trend["points"], trend["before"], _speech(label)), is_level)


def _speech(label: str) -> Speech:
    def summary(best: str, worst: str, _all: str) -> str:
        said = {"figure": label, "best": best, "worst": worst}
        return gettext("%(figure)s: highest %(best)s, lowest %(worst)s.") % said

    return Speech(
        wording.number, wording.short, wording.short_day, wording.short_span, gettext("not all is known"), summary
    )


def _direction(apart: float) -> str:
    return "up" if apart > 0 else "down" if apart < 0 else ""
