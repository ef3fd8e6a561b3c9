"""Rows of several tables in one statement.

PostgreSQL gets the rows of each table as one text of JSON and makes columns of it by the types that the table has: the
statement is the same however many rows there are, so it is planned once, and nothing is quoted value by value. What
JSON cannot carry goes through Django's own INSERT, as everything does on other databases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, Final, cast

import orjson
from django.db import connection, models
from django.utils.functional import Promise

from apps.core import prepared

MANY_AT_ONCE: Final = "postgresql"  # an INSERT may stand in the WITH of another one there
# Fields whose values PostgreSQL reads from JSON as they are in Python.
PLAIN: Final = (
    models.UUIDField, models.BooleanField, models.CharField, models.TextField, models.IntegerField,
    models.FloatField, models.DateTimeField, models.DateField, models.TimeField, models.ForeignKey, models.JSONField,
    models.BinaryField,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Merge:
    """Where a row with the same `unique` is there already, these of its fields are overwritten."""

    unique: tuple[str, ...]
    changed: tuple[str, ...]


Group = dict[tuple[type, Merge | None], list[Any]]


def insert(groups: Group) -> None:
    """Insert rows by their table. Foreign keys are checked when the transaction ends: the order of tables is free."""
    if not groups:
        return
    if connection.vendor == MANY_AT_ONCE and len(groups) > 1 and all(_way(model) for model, _ in groups):
        _insert_in_one_statement(groups)
    else:
        for (model, merge), rows in groups.items():
            _insert_rows(model, merge, rows)
    alias = connection.alias
    for rows in groups.values():
        for row in rows:
            row._state.adding, row._state.db = False, alias


def _insert_rows(model: Any, merge: Merge | None, rows: Sequence[Any]) -> None:
    how = {"update_conflicts": True, "unique_fields": merge.unique, "update_fields": merge.changed} if merge else {}
    model._base_manager.bulk_create(rows, **how)


def _insert_in_one_statement(groups: Group) -> None:
    with prepared.cursor() as cursor:
        cursor.execute(_statement(tuple(groups)), [_as_json(model, rows) for (model, _), rows in groups.items()])


@cache
def _statement(groups: tuple[tuple[type, Merge | None], ...]) -> str:
    *first, last = [_one_table(model, merge) for model, merge in groups]
    parts = ", ".join(f"written_{number} AS ({statement})" for number, statement in enumerate(first))
    return f"WITH {parts} {last}"


def _one_table(model: Any, merge: Merge | None) -> str:
    table, columns = _quoted(model._meta.db_table), ", ".join(map(_quoted, cast(_Way, _way(model)).columns))
    rows = f"SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"  # noqa: S608 - names of our tables
    return f"INSERT INTO {table} ({columns}) {rows}{_on_conflict(model, merge) if merge else ''}"


def _on_conflict(model: Any, merge: Merge) -> str:
    unique = ", ".join(_quoted(model._meta.get_field(name).column) for name in merge.unique)
    changed = [_quoted(model._meta.get_field(name).column) for name in merge.changed]
    return f" ON CONFLICT ({unique}) DO UPDATE SET {', '.join(f'{one} = EXCLUDED.{one}' for one in changed)}"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


@dataclass(frozen=True, slots=True)
class _Way:
    """How rows of a table become JSON."""

    columns: tuple[str, ...]
    get: Callable[[Any], tuple[Any, ...]]
    worked: tuple[tuple[str, Callable[[Any], Any]], ...]  # columns whose value is worked out when a row is saved
    relations: Mapping[str, str]  # the attribute that holds the key of each

    def refers_to_new(self, row: Any) -> bool:
        """Whether a row that it refers to may have got its key after it was referred to: then it is asked again."""
        return any(
            name in self.relations and getattr(row, self.relations[name]) is None for name in row._state.fields_cache
        )


@cache
def _way(model: Any) -> _Way | None:
    """None where rows of this table do not go through JSON."""
    fields = [one for one in model._meta.concrete_fields if not one.generated]
    if any(one.has_db_default() or not isinstance(one, PLAIN) or getattr(one, "encoder", None) for one in fields):
        return None
    return _Way(
        columns=tuple(one.column for one in fields),
        get=attrgetter(*(one.attname for one in fields)),
        worked=tuple((one.column, _work(one)) for one in fields if _works_out(one) or not _is_plain(one)),
        relations={one.name: one.attname for one in fields if one.is_relation},
    )


def _is_plain(field: models.Field[Any, Any]) -> bool:
    """Whether the field changes nothing of a value on its way into the database."""
    named = next(kind for kind in type(field).__mro__ if kind.__module__.startswith("django."))
    return all(
        getattr(type(field), verb) is getattr(named, verb)
        for verb in ("get_prep_value", "get_db_prep_value", "get_db_prep_save")
    )


def _work(field: Any) -> Callable[[Any], Any]:
    return lambda row: field.get_db_prep_save(field.pre_save(row, add=True), connection)


def _works_out(field: Any) -> bool:
    if isinstance(field, models.DateField):
        return field.auto_now or field.auto_now_add
    return type(field).pre_save is not models.Field.pre_save


def _as_json(model: Any, rows: Sequence[Any]) -> str:
    way = cast(_Way, _way(model))
    found = []
    for row in rows:
        if way.refers_to_new(row):
            row._prepare_related_fields_for_save(operation_name="bulk_create")
        values = dict(zip(way.columns, way.get(row), strict=True))
        for column, work in way.worked:
            values[column] = work(row)
        found.append(values)
    try:
        return orjson.dumps(found, default=_in_words, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError as error:
        raise error.__cause__ or error from None


def _in_words(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    if isinstance(value, Promise | Decimal):
        return str(value)
    raise TypeError(f"{value!r} cannot be written together with other tables: give the value itself.")
