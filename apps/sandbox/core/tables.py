"""Dataclasses in SQLite: one table for each row type, with columns named after the fields."""
# ruff: noqa: S608 - the names in these statements are those of our own dataclasses.

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, get_type_hints

Row = TypeVar("Row")


def _instant_in(value: datetime | None) -> float | None:
    return None if value is None else value.timestamp()


def _instant_out(value: float | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)


def _codec(hint: Any) -> tuple[Callable[[Any], Any] | None, Callable[[Any], Any] | None, str]:
    """How a field is written, how it is read, and its column type."""
    if hint is datetime or hint == datetime | None:
        return _instant_in, _instant_out, "REAL"
    if hint is int:
        return None, None, "INTEGER"
    if hint is str:
        return None, None, "TEXT"
    return json.dumps, json.loads, "TEXT"


class Table(Generic[Row]):
    """`find` and `select` answer in the order of insertion unless told otherwise (`seq` is that order)."""

    def __init__(
        self, db: sqlite3.Connection, row_type: type[Row], *, key: Sequence[str], indexes: Sequence[Sequence[str]] = ()
    ) -> None:
        self._db, self._type, self._key = db, row_type, tuple(key)
        self._name = row_type.__name__.lower()
        hints = get_type_hints(row_type)
        codecs = {field.name: _codec(hints[field.name]) for field in fields(row_type)}  # type: ignore[arg-type]
        self._columns = tuple(codecs)
        self._writers = tuple((name, codec[0]) for name, codec in codecs.items())
        self._readers = tuple(codec[1] for codec in codecs.values())
        columns = ", ".join(f"{name} {codec[2]}" for name, codec in codecs.items())
        db.execute(
            f"CREATE TABLE IF NOT EXISTS {self._name}"
            f" (seq INTEGER PRIMARY KEY AUTOINCREMENT, {columns}, UNIQUE ({', '.join(key)}))"
        )
        for index in indexes:
            name = f"{self._name}_{'_'.join(index)}"
            db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {self._name} ({', '.join(index)})")
        names, marks = ", ".join(self._columns), ", ".join("?" * len(self._columns))
        changes = ", ".join(f"{name}=excluded.{name}" for name in self._columns if name not in self._key)
        self._insert = f"INSERT INTO {self._name} ({names}) VALUES ({marks})"
        self._upsert = f"{self._insert} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
        self._select = f"SELECT {names} FROM {self._name}"
        self._where_key = " WHERE " + " AND ".join(f"{name}=?" for name in self._key)

    def add(self, row: Row) -> Row:
        """Insert; sqlite3.IntegrityError when the key is taken."""
        self._db.execute(self._insert, self._values(row))
        return row

    def save(self, row: Row) -> Row:
        """Insert, or overwrite the row with the same key."""
        self._db.execute(self._upsert, self._values(row))
        return row

    def get(self, *key: str) -> Row | None:
        found = self._db.execute(self._select + self._where_key, key).fetchone()
        return self._row(found) if found else None

    def delete(self, *key: str) -> bool:
        return self._db.execute(f"DELETE FROM {self._name}{self._where_key}", key).rowcount > 0

    def find(self, *, order: str = "seq", limit: int = -1, **equal: Any) -> list[Row]:
        where = " AND ".join(f"{name}=?" for name in equal) or "1"
        return self.select(where, tuple(equal.values()), order=order, limit=limit)

    def select(self, where: str, values: Sequence[Any] = (), *, order: str = "seq", limit: int = -1) -> list[Row]:
        """Rows for which the SQL condition `where` holds; instants are compared as `instant.timestamp()`."""
        sql = f"{self._select} WHERE {where} ORDER BY {order} LIMIT {int(limit)}"
        return [self._row(found) for found in self._db.execute(sql, tuple(values))]

    def count(self, where: str = "1", values: Sequence[Any] = ()) -> int:
        found = self._db.execute(f"SELECT count(*) FROM {self._name} WHERE {where}", tuple(values)).fetchone()
        return int(found[0])

    def clear(self) -> None:
        self._db.execute(f"DELETE FROM {self._name}")

    def _values(self, row: Row) -> list[Any]:
        return [write(getattr(row, name)) if write else getattr(row, name) for name, write in self._writers]

    def _row(self, found: tuple[Any, ...]) -> Row:
        values = (read(value) if read else value for read, value in zip(self._readers, found, strict=True))
        return self._type(*values)
