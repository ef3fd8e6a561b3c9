"""The Analytics API: reports of one's own channel, by day, by video or by kind of content.

Days of which the figures are not there yet are cut off; a video that nobody has seen is missing, and so is `rows` where
nothing is left. Other combinations of dimensions and filters exist; here they are not supported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.youtube import clips, figures
from apps.sandbox.youtube.access import MONETARY, me, valid_token
from apps.sandbox.youtube.clips import Clip
from apps.sandbox.youtube.errors import insufficient_scope, refused
from apps.sandbox.youtube.figures import DAY, METRICS
from apps.sandbox.youtube.quota import PACIFIC

DIMENSIONS = {"", "day", "video", "creatorContentType"}
MOST_VIDEOS, MOST_TOP_VIDEOS = 500, 200


@dataclass(frozen=True, slots=True)
class Query:
    first: date
    last: date
    metrics: list[str]
    dimension: str
    films: list[Clip]
    sort: list[str]
    most: int
    start: int


async def reports(call: Call) -> Response:
    """GET /v2/reports"""
    query = _query(call)
    rows = list(_rows(call, query))
    names = ([query.dimension] if query.dimension else []) + query.metrics
    for name in reversed(query.sort):
        place = names.index(name.removeprefix("-"))
        rows.sort(key=lambda row: row[place], reverse=name.startswith("-"))
    answer: dict[str, Any] = {
        "kind": "youtubeAnalytics#resultTable",
        "columnHeaders": [_header(name) for name in names],
    }
    if shown := rows[query.start : query.start + query.most]:
        answer["rows"] = shown
    return JSONResponse(answer)


def _header(name: str) -> dict[str, str]:
    if name in METRICS:
        return {"name": name, "columnType": "METRIC", "dataType": METRICS[name]}
    return {"name": name, "columnType": "DIMENSION", "dataType": "STRING"}


def _query(call: Call) -> Query:
    fields, account = call.fields, me(call)
    ids = fields.text("ids")
    if ids not in {"channel==MINE", f"channel=={account.id}"}:
        raise refused("forbidden" if ids.startswith("channel==") else "badRequest", location="ids")
    first, last = _day(call, "startDate"), _day(call, "endDate")
    metrics, dimension = _names(call, "metrics"), fields.text("dimensions")
    if last < first or not metrics:
        raise refused("badRequest", "The query has no metrics, or ends before it begins.")
    if set(metrics) - set(METRICS) or dimension not in DIMENSIONS:
        raise _unsupported()
    if "estimatedRevenue" in metrics and MONETARY not in valid_token(call).scopes:
        raise insufficient_scope()
    sort = _names(call, "sort")
    if any(name.removeprefix("-") not in {dimension, *metrics} - {""} for name in sort):
        raise _unsupported()
    films, is_filtered = _films(call)
    most = _number(call, "maxResults", 10_000)
    if dimension == "video" and not is_filtered and (not sort or most > MOST_TOP_VIDEOS):
        raise _unsupported()  # the best of all have to be told how they are sorted, and how many they are
    return Query(first, last, metrics, dimension, films, sort, most, _number(call, "startIndex", 1) - 1)


def _films(call: Call) -> tuple[list[Clip], bool]:
    """The channel's videos that the filter leaves, and whether it named them."""
    films = clips.of_channel(call.world, me(call))
    told = [part.partition("==") for part in call.fields.text("filters").split(";") if part]
    for name, _, value in told:
        wanted = value.split(",")
        if name == "video" and len(wanted) <= MOST_VIDEOS:
            films = [clip for clip in films if clip.id in wanted]
        elif name == "creatorContentType":
            films = [clip for clip in films if _content_type(clip).lower() == value.replace("_", "").lower()]
        else:
            raise _unsupported()
    return films, any(name == "video" for name, _, _ in told)


def _rows(call: Call, query: Query) -> Iterator[list[Any]]:
    world = call.world
    opened = me(call).created_at.astimezone(PACIFIC).date()
    # What was planted into the past is older than its channel.
    begun = [clip.post.created_at.astimezone(PACIFIC).date() for clip in query.films]
    first, last = max(query.first, min([opened, *begun])), min(query.last, figures.last_complete_day(world))
    if last < first:
        return
    if query.dimension == "day":
        days = ((first + DAY * place) for place in range((last - first).days + 1))
        groups = [(day.isoformat(), query.films, day, day) for day in days]
    elif query.dimension == "video":
        groups = [(clip.id, [clip], first, last) for clip in query.films]
    elif query.dimension == "creatorContentType":
        kinds = sorted({_content_type(clip) for clip in query.films})
        groups = [(kind, [clip for clip in query.films if _content_type(clip) == kind], first, last) for kind in kinds]
    else:
        groups = [("", query.films, first, last)]
    for name, films, since, until in groups:
        tally = figures.tally(world, films, since, until)
        if tally.counts["views"] or query.dimension in {"", "day"}:
            yield ([name] if query.dimension else []) + [tally.value(metric) for metric in query.metrics]


def _content_type(clip: Clip) -> str:
    return "shorts" if clip.is_short else "videoOnDemand"


def _names(call: Call, name: str) -> list[str]:
    return [part for part in call.fields.text(name).split(",") if part]


def _day(call: Call, name: str) -> date:
    try:
        return date.fromisoformat(call.fields.text(name))
    except ValueError:
        raise refused("badRequest", f"Invalid value for {name}: a day is YYYY-MM-DD", location=name) from None


def _number(call: Call, name: str, usual: int) -> int:
    value = call.fields.text(name, str(usual))
    if not value.isdigit() or int(value) < 1:
        raise refused("badRequest", f"Invalid value for {name}", location=name)
    return int(value)


def _unsupported() -> Exception:
    message = "The query is not supported. Check the documentation for supported queries."
    return refused("badRequest", message)
