"""The days of accounts as boards read them: of each account one row of places, a place for every day of a span.

Half a year of an agency is tens of thousands of days. The database folds them, so that an account comes as one row with
a list for each column; to make an object of every day would take most of a page's time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Self
from uuid import UUID

import orjson
from django.db.models import Aggregate, QuerySet, TextField, Value

from apps.analytics.selectors import span_of

DAY: Final = timedelta(days=1)
COLUMNS: Final = ("taken_at", "missing", "views", "followers")


@dataclass(frozen=True, slots=True)
class Series:
    """An account from `first` on, a place for each day; None where nothing is known.

    `missing` is "" on a day that was told, else why it was not; `taken_at` is when that was, as the database writes it:
    such words of one database stand in the order of their instants.
    """

    first: date
    taken_at: list[str | None]
    missing: list[str | None]
    views: list[int | None]
    followers: list[int | None]

    @classmethod
    def blank(cls, first: date, last: date) -> Self:
        days = span_of(first, last)
        return cls(first, [None] * days, [None] * days, [None] * days, [None] * days)

    @property
    def columns(self) -> tuple[list[Any], ...]:
        return self.taken_at, self.missing, self.views, self.followers

    def day(self, place: int) -> date:
        return self.first + DAY * place

    def is_told(self, place: int) -> bool:
        return self.missing[place] == ""

    def put(self, first: date, columns: Iterable[Sequence[Any]]) -> None:
        """Lay columns that begin on `first` over these; what lies outside is left out."""
        shift = (first - self.first) // DAY
        for own, column in zip(self.columns, columns, strict=True):
            begin, end = max(shift, 0), max(min(shift + len(column), len(own)), 0)
            if begin < end:
                own[begin:end] = column[begin - shift : end - shift]

    def between(self, first: date, last: date) -> Series:
        """These days, and places for those that were not read."""
        made = Series.blank(first, last)
        made.put(self.first, self.columns)
        return made


class Folded(Aggregate):
    """A column of a group of rows as a JSON list. All columns of one query are in the same order."""

    function = "JSON_AGG"
    template = "%(function)s(%(expressions)s)::text"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        words = "%(function)s(%(expressions)s)"
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", template=words)


def days_between(told: QuerySet[Any], brought: QuerySet[Any], first: date, last: date) -> dict[UUID, Series]:
    """The days of accounts that have any, in one query: as the platform told them, and where it told nothing, as
    somebody has uploaded them."""
    folded = [_folded(rows, first, last, turn) for turn, rows in enumerate((told, brought))]
    rows = sorted(folded[0].union(folded[1], all=True), key=lambda row: row[-1])
    places = {(first + DAY * step).isoformat(): step for step in range(span_of(first, last))}
    found: dict[UUID, Series] = {}
    for account_id, *columns, _ in rows:
        _fill(found.setdefault(account_id, Series.blank(first, last)), places, map(orjson.loads, columns))
    return found


def _folded(rows: QuerySet[Any], first: date, last: date, turn: int) -> QuerySet[Any]:
    columns = {f"of_{name}": Folded(name) for name in ("day", *COLUMNS)}
    return (
        rows.filter(day__gte=first, day__lte=last)
        .order_by()
        .values("account_id")
        .annotate(**columns, turn=Value(turn))
        .values_list("account_id", *columns, "turn")
    )


def _fill(series: Series, places: Mapping[str, int], columns: Iterable[Sequence[Any]]) -> None:
    """Set the days of these columns that are not told yet."""
    taken_at, missing, views, followers = series.columns
    for day, taken, why, seen, level in zip(*columns, strict=True):
        place = places[day]
        if missing[place] != "":
            taken_at[place], missing[place], views[place], followers[place] = taken, why, seen, level


def joined(parts: Iterable[Mapping[UUID, Series]], first: date, last: date) -> dict[UUID, Series]:
    """One row of places for each account, from several that do not overlap."""
    made: dict[UUID, Series] = {}
    for part in parts:
        for account_id, series in part.items():
            made.setdefault(account_id, Series.blank(first, last)).put(series.first, series.columns)
    return made


def newest(taken: Iterable[str | None]) -> datetime | None:
    """The last of some instants, as the database wrote them."""
    last = max((text for text in taken if text is not None), default=None)
    if last is None:
        return None
    instant = datetime.fromisoformat(last)
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
