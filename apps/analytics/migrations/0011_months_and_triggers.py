"""On PostgreSQL snapshots lie in a table for each month; everywhere the database keeps what is counted from them.

A later alteration of a snapshot's table on SQLite makes it anew, without its trigger: such a migration runs `keep` again.
"""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django.db import migrations

from apps.analytics.partitioning import CREATE_FUNCTIONS, DROP_FUNCTIONS, MAKE, PartitionByMonth

FIGURES = (
    "views", "reach", "likes", "comments", "shares", "saves", "clicks", "video_views", "watch_seconds", "profile_views",
    "followers", "new_followers", "posts",
)  # fmt: skip
TENANT = ("id", "created_at", "updated_at", "organization_id", "workspace_id", "account_id")
# Of each: the snapshots, what is kept of them by which key, which columns, which row counts and which one wins.
KEPT = {
    "days": (
        "analytics_accountsnapshot", "analytics_accountday", "account_id, day",
        (*TENANT, "day", "revision", "taken_at", "missing", *FIGURES), "", "excluded.revision > {kept}.revision",
    ),
    "posts": (
        "analytics_publicationsnapshot", "analytics_posttotal", "publication_id",
        (*TENANT, "publication_id", "published_at", "taken_at", "missing", *FIGURES), "NEW.missing = ''",
        "(excluded.taken_at, excluded.id) > ({kept}.taken_at, {kept}.id)",
    ),
}  # fmt: skip


def _statement(kept: str, key: str, columns: tuple[str, ...], wins: str) -> str:
    news = ", ".join(f"NEW.{column}" for column in columns)
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in key.split(", "))
    return (
        f"INSERT INTO {kept} ({', '.join(columns)}) VALUES ({news}) "  # noqa: S608 - names that are ours
        f"ON CONFLICT ({key}) DO UPDATE SET {changes} WHERE {wins.format(kept=kept)};"
    )


def keep(apps: Any, schema_editor: Any) -> None:
    for name, (table, kept, key, columns, counts, wins) in KEPT.items():
        statement, when = _statement(kept, key, columns, wins), f"WHEN ({counts})" if counts else ""
        if schema_editor.connection.vendor == "postgresql":
            function = f"analytics_keep_{name}"
            schema_editor.execute(
                f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {statement} RETURN NULL; END $$",
                params=None,
            )
            how = f"FOR EACH ROW {when} EXECUTE FUNCTION {function}()"
        else:
            how = f"{when} BEGIN {statement} END"
        schema_editor.execute(f"CREATE TRIGGER keep_{name} AFTER INSERT ON {table} {how}", params=None)


def forget(apps: Any, schema_editor: Any) -> None:
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for name, (table, *_) in KEPT.items():
        schema_editor.execute(f"DROP TRIGGER keep_{name}{f' ON {table}' if is_postgres else ''}", params=None)
        if is_postgres:
            schema_editor.execute(f"DROP FUNCTION analytics_keep_{name}()", params=None)


def _on_postgres(statement: str) -> Any:
    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement, params=None)

    return run


def make_months(apps: Any, schema_editor: Any) -> None:
    """This month, the one before and some ahead; beat goes on from here."""
    if schema_editor.connection.vendor == "postgresql":
        today = datetime.now(UTC).date()
        months = [today.year * 12 + today.month - 1 + step for step in (-1, 3)]
        span = [date(month // 12, month % 12 + 1, 1).isoformat() for month in months]
        schema_editor.execute(f"SELECT {MAKE}('{span[0]}', '{span[1]}')", params=None)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("analytics", "0010_rollups")]
    operations: ClassVar = [
        migrations.RunPython(_on_postgres(CREATE_FUNCTIONS), _on_postgres(DROP_FUNCTIONS)),
        PartitionByMonth("AccountSnapshot", "day"),
        PartitionByMonth("PublicationSnapshot", "published_at"),
        migrations.RunPython(make_months, migrations.RunPython.noop),
        migrations.RunPython(keep, forget),
    ]
