"""A table for each month on PostgreSQL: old ones are dropped instead of deleted from, and a span is read from few.

The months are made ahead, by the migration and by beat; what no month was made for lies in a table of its own, so that
nothing is ever refused, and moves when its month is made. Each part has the policies and grants of the whole, for
whoever would read it by its own name. Elsewhere than on PostgreSQL all of this is one plain table.

The application owns no tables: two functions of their owner make and drop months, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.db import connection, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from apps.core.rls import ACROSS_POLICY, APP_ROLE, OWN_WORKSPACE, POLICY, OnTable
from apps.core.tenancy import ACROSS_ROLE

REST: Final = "rest"  # what no month was made for
MAKE, DROP = "analytics_make_months", "analytics_drop_months"
MONTHLY: Final = {"analytics_accountsnapshot": "day", "analytics_publicationsnapshot": "published_at"}

_WALL: Final = f"""
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
  EXECUTE format('CREATE POLICY {POLICY} ON %I USING (%s) WITH CHECK (%s)', part, visible, visible);
  EXECUTE format('CREATE POLICY {ACROSS_POLICY} ON %I TO {ACROSS_ROLE} USING (true) WITH CHECK (true)', part);
  EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO {APP_ROLE}, {ACROSS_ROLE}', part);
"""
_VISIBLE: Final = OWN_WORKSPACE.replace("'", "''")
_WHOLES: Final = " UNION ALL ".join(
    f"SELECT '{table}' AS whole, '{column}' AS col" for table, column in MONTHLY.items()
)

CREATE_FUNCTIONS: Final = f"""
CREATE FUNCTION analytics_wall(part text) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE visible text := '{_VISIBLE}';
BEGIN {_WALL} END $body$;

CREATE FUNCTION {MAKE}(since date, until date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE one record; rest text; part text; made integer := 0; month date; low text; high text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('{MAKE}'));
  SET CONSTRAINTS ALL IMMEDIATE;  -- No table is altered while checks of its rows are due.
  FOR one IN {_WHOLES} LOOP
    rest := one.whole || '_{REST}';
    FOR month IN SELECT generate_series(date_trunc('month', since), until, '1 month') LOOP
      part := one.whole || to_char(month, '"_"YYYY"_"MM');
      CONTINUE WHEN to_regclass(part) IS NOT NULL;
      low := month || ' 00:00+00';
      high := (month + interval '1 month')::date || ' 00:00+00';
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, one.whole);
      -- The owner is bound by policies as well, and has to see what lies aside.
      EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', rest);
      EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *)'
        ' INSERT INTO %I SELECT * FROM moved', rest, one.col, low, one.col, high, part);
      EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', rest);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', one.whole, part, low, high);
      PERFORM analytics_wall(part);
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END $body$;

CREATE FUNCTION {DROP}(before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE one record; part text; dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('{MAKE}'));
  SET CONSTRAINTS ALL IMMEDIATE;  -- No table is altered while checks of its rows are due.
  FOR one IN {_WHOLES} LOOP
    FOR part IN SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
      WHERE inhparent = one.whole::regclass AND c.relname ~ '_[0-9]{{4}}_[0-9]{{2}}$'
      AND right(c.relname, 7) < to_char(before, 'YYYY_MM')
    LOOP
      EXECUTE format('DROP TABLE %I', part);
      dropped := dropped + 1;
    END LOOP;
  END LOOP;
  RETURN dropped;
END $body$;

REVOKE ALL ON FUNCTION analytics_wall(text), {MAKE}(date, date), {DROP}(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {MAKE}(date, date), {DROP}(date) TO {APP_ROLE}, {ACROSS_ROLE};
"""  # noqa: S608 - names that are ours
DROP_FUNCTIONS: Final = (
    f"DROP FUNCTION {DROP}(date); DROP FUNCTION {MAKE}(date, date); DROP FUNCTION analytics_wall(text)"
)


def make_months(since: date, until: date) -> int:
    """Make the tables of the months from `since` to `until` that are not there yet; how many."""
    return _call(f"SELECT {MAKE}(%s, %s)", since, until)


def drop_months(before: date) -> int:
    """Drop the tables of the months that end before that of `before` begins; how many."""
    return _call(f"SELECT {DROP}(%s)", before)


def _call(statement: str, *days: date) -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(statement, days)
        return int(cursor.fetchone()[0])


class PartitionByMonth(OnTable):
    """Make a protected table anew as one that lies in a part for each month of `column`, with all that it has. What
    refers to it has to have let go."""

    def __init__(self, model_name: str, column: str) -> None:
        super().__init__(model_name)
        self.column = column

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name, self.column], {}

    def build(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        how = f"PARTITION BY RANGE ({self.column})"
        _remake(schema_editor, model._meta.db_table, how, key=f"id, {self.column}")

    def undo(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        _remake(schema_editor, model._meta.db_table, "", key="id")

    def describe(self) -> str:
        return f"Lay {self.model_name} into a table for each month"


def _remake(schema_editor: BaseDatabaseSchemaEditor, table: str, how: str, *, key: str) -> None:
    """The same table, made in another way: its rows, constraints, indexes, policies and grants."""
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE", params=None)
    with schema_editor.connection.cursor() as cursor:
        later = list(_constraints(cursor, table)) + list(_indexes(cursor, table))
    for statement in (
        f"ALTER TABLE {table} RENAME TO {table}_before",
        f"CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS) {how}",
        *([f"CREATE TABLE {table}_{REST} PARTITION OF {table} DEFAULT"] if how else []),
        f"ALTER TABLE {table}_before NO FORCE ROW LEVEL SECURITY",
        f"INSERT INTO {table} SELECT * FROM {table}_before",  # noqa: S608
        f"DROP TABLE {table}_before",
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY ({key})",
        *later,
        *(f"SELECT analytics_wall('{name}')" for name in ((table, f"{table}_{REST}") if how else (table,))),
    ):
        schema_editor.execute(statement, params=None)


def _constraints(cursor: Any, table: str) -> Iterator[str]:
    """Checks come along; the primary key is another; a key that others referred to is of no use any more."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('f', 'u') AND NOT conname ~ '_id_key$' ORDER BY contype DESC",
        [table],
    )
    for name, definition in cursor.fetchall():
        yield f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'


def _indexes(cursor: Any, table: str) -> Iterator[str]:
    cursor.execute(
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [table],
    )
    for (definition,) in cursor.fetchall():
        yield definition
