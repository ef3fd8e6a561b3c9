"""Statements of busy ways, said the same each time: Django writes their SQL once, and PostgreSQL plans it once.

    _account = Prepared(lambda pk: SocialAccount.objects.filter(pk=pk).select_related("grant"))
    with tenancy.scope(organization_id=organization_id):
        rows = _account(pk=account_id)

`Prepared` gives what the query that it is made with would give, in the tenant in context too. What it saves is most of
what a small query costs: composing it, and having it read and planned. Where a query is not in such a way, write it
plainly. Other databases get the plain query.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any, Final, Generic, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from apps.core import tenancy

M = TypeVar("M")


class Many(list[Any]):
    """Values that go into a query as one array, for `among`: any number of them is the same statement."""

    def as_text(self) -> Any:
        """UUIDs as PostgreSQL reads an array, which is sooner written than psycopg writes one; others as they are."""
        try:
            return "{" + ",".join([one.hex for one in self]) + "}" if self else self
        except AttributeError:
            return self


Value = UUID | str | datetime | Sequence[UUID] | Sequence[str] | Many
Place = tuple[str, int | None]  # a value by its name, and which of it where it is several

ORGANIZATION: Final = "the organization in context"
WORKSPACES: Final = "the workspaces in context"
MOST: Final = 12  # values in a sequence; each number of them is a statement of its own
APART: Final = "the workspaces that the one in context stands apart from"


class CannotPrepare(TypeError):
    """The query does not tell what it is given from what it is always; the message names what."""


class among(models.Func):  # noqa: N801 - reads like a lookup
    """A condition: the column is one of `values`. PostgreSQL is given one array."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, column: str, values: Sequence[Any]) -> None:
        super().__init__(column)
        self.values = values

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, Any]:  # type: ignore[override]
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s)", [*params, self.values]

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, Any]:
        column, params = compiler.compile(self.source_expressions[0])
        field = self.source_expressions[0].output_field
        values = [field.get_db_prep_value(one, connection, prepared=False) for one in self.values]
        return f"{column} IN ({', '.join(['%s'] * len(values))})", [*params, *values]


@contextmanager
def cursor() -> Iterator[Any]:
    """Django's cursor; on PostgreSQL what is executed by it is planned once and kept for the connection.

    A pooler in transaction mode that does not keep such statements wants DATABASE_PREPARED_STATEMENTS=no."""
    if connection.vendor != "postgresql":
        with connection.cursor() as plain:
            yield plain
        return
    connection.ensure_connection()
    # Django has no door for a cursor of another class, and its wrapper is what counts, logs and translates errors.
    wrapped: Any = connection
    with wrapped._prepare_cursor(_preparing()(connection.connection)) as found:
        yield found


class Prepared(Generic[M]):
    """A query by the values that `build` takes: UUIDs, texts, instants, or a few or `Many` of these.

    Each value must stand in the query as it is given; what `build` makes of the clock or of anything else that changes
    is to be given as well. Raises `CannotPrepare` where that is not so."""

    def __init__(self, build: Callable[..., models.QuerySet[Any, M]]) -> None:
        self._build = build
        self._known: dict[tuple[Any, ...], _Known | None] = {}

    def __call__(self, **given: Value) -> list[M]:
        """The rows of the query with these values, for the tenant in context."""
        if connection.vendor != "postgresql" or any(_is_long(value) for value in given.values()):
            return list(self._build(**given))
        values = {**given, **_in_context(tenancy.current())}
        shape = tuple(_size(value) for value in values.values())
        if shape not in self._known:
            self._known[shape] = _Known.of(self._build, values, list(given))
        known = self._known[shape]
        return known.rows(values) if known else []

    def first(self, **given: Value) -> M | None:
        """The first of these rows; None where there is none."""
        rows = self(**given)
        return rows[0] if rows else None


@dataclass(frozen=True, slots=True)
class _Known:
    """A query that was written once, for values of one shape."""

    sql: str
    constants: tuple[Any, ...]
    places: tuple[tuple[int, Place], ...]  # which parameters are whose values
    compiler: Any
    converters: Mapping[int, Any]  # what makes values of Python of those in the columns that need it
    iterable: Any

    @classmethod
    def of(cls, build: Callable[..., models.QuerySet[Any, Any]], values: dict[str, Any], names: list[str]) -> Any:
        standing_in, whose = _stand_ins(values)
        with tenancy.imagined(_tenant_of(standing_in)):
            rows = build(**{name: standing_in[name] for name in names})
        compiler = rows.query.get_compiler(using=rows.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        compiler.connection = None  # It is this thread's, and what is known serves all.
        places = tuple((index, place) for index, one in enumerate(params) if (place := _place_of(one, whose)))
        _refuse_what_changes(params, places, [place for place in whose.values() if place[0] in names])
        return cls(sql, tuple(params), places, compiler, converters, rows._iterable_class)

    def rows(self, values: dict[str, Any]) -> list[Any]:
        params = list(self.constants)
        for index, (name, number) in self.places:
            value = values[name] if number is None else values[name][number]
            params[index] = value.as_text() if isinstance(value, Many) else value
        with cursor() as asked:
            asked.execute(self.sql, params)
            found = asked.fetchall()
        answered = _Answered(self.compiler, self.converters, found)
        query = SimpleNamespace(get_compiler=lambda using: answered)
        return list(self.iterable(SimpleNamespace(db=connection.alias, query=query, _known_related_objects={})))


class _Answered:
    """A compiler that has asked already: Django makes rows of models from it as it always does."""

    def __init__(self, compiler: Any, converters: Mapping[int, Any], rows: list[tuple[Any, ...]]) -> None:
        self._compiler, self._converters, self._rows = compiler, converters, rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiler, name)

    def execute_sql(self, *_: Any, **__: Any) -> list[list[tuple[Any, ...]]]:
        return [self._rows]

    def results_iter(self, *_: Any, tuple_expected: bool = False, **__: Any) -> Any:
        if not self._converters:
            return iter(self._rows)
        compiler = copy.copy(self._compiler)
        compiler.connection = connection
        rows = compiler.apply_converters(self._rows, self._converters)
        return map(tuple, rows) if tuple_expected else rows


def _in_context(tenant: tenancy.Tenant) -> dict[str, Any]:
    seen = tenant.workspace_ids
    return {
        ORGANIZATION: tenant.organization_id,
        WORKSPACES: seen if isinstance(seen, tenancy.Everywhere) else sorted(seen),
        APART: sorted(tenant.apart_from),
        "across": bool(tenant.across),
    }


def _tenant_of(values: dict[str, Any]) -> tenancy.Tenant:
    seen, apart = values[WORKSPACES], frozenset(values[APART])
    seen = seen if isinstance(seen, tenancy.Everywhere) else frozenset(seen)
    across = "write down a query" if values["across"] else ""
    return tenancy.Tenant(organization_id=values[ORGANIZATION], workspace_ids=seen, apart_from=apart, across=across)


def _size(value: Any) -> Any:
    """What of a value changes the words of a query: how many there are, and which of few it is."""
    if isinstance(value, Many):
        return Many
    if isinstance(value, list | tuple | frozenset):
        return len(value)
    return type(value) if isinstance(value, UUID | str | datetime) else value


_moments = count()


def _stand_ins(values: dict[str, Any]) -> tuple[dict[str, Any], dict[Any, Place]]:
    """Values of the same kinds that occur nowhere else, and whose they are."""
    found: dict[str, Any] = {}
    whose: dict[Any, Place] = {}
    for name, value in values.items():
        if isinstance(value, Many):
            found[name] = Many([uuid4()])
            whose[found[name][0]] = (name, None)
        elif isinstance(value, list | tuple | frozenset):
            found[name] = [_stand_in(one) for one in value]
            whose |= {one: (name, number) for number, one in enumerate(found[name])}
        elif (one := _stand_in(value)) is not None:
            found[name] = one
            whose[one] = (name, None)
        else:
            found[name] = value
    return found, whose


def _is_long(value: Value) -> bool:
    return isinstance(value, list | tuple) and not isinstance(value, Many) and len(value) > MOST


def _stand_in(value: Any) -> Any:
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, datetime):
        return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=next(_moments))
    return uuid4().hex if isinstance(value, str) else None


def _place_of(one: Any, whose: dict[Any, Place]) -> Place | None:
    if isinstance(one, Many):
        return whose[one[0]]
    return whose.get(one) if isinstance(one, UUID | str | datetime) else None


def _refuse_what_changes(params: Sequence[Any], places: Sequence[tuple[int, Place]], given: Sequence[Place]) -> None:
    used = {place for _, place in places}
    if lost := sorted(name for name, number in given if (name, number) not in used):
        raise CannotPrepare(f"{', '.join(lost)} does not stand in the query as it is given.")
    known = {index for index, _ in places}
    if odd := [one for index, one in enumerate(params) if index not in known and isinstance(one, UUID | datetime)]:
        raise CannotPrepare(f"{odd[0]!r} in the query changes, and is not given.")


def _preparing() -> Any:
    """The class of cursor that has its statements kept; other databases do not have its module."""
    global _Preparing
    if _Preparing is None:
        from django.db.backends.postgresql.base import ServerBindingCursor

        class Preparing(ServerBindingCursor):
            def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
                return super().execute(query, params, **{**how, "prepare": True})  # type: ignore[misc]

            def _convert_query(self, query: Any, params: Any = None) -> Any:
                # What Django's log of queries reads; psycopg sets it only for statements that it does not keep.
                self._query = super()._convert_query(query, params)  # type: ignore[misc]
                return self._query

        _Preparing = Preparing
    return _Preparing


_Preparing: Any = None
