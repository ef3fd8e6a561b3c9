"""What a table for each month takes: rows of posts say when the post went out, and nothing refers to a row by its id."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE analytics_publicationsnapshot SET published_at = coalesce(
  (SELECT reading.published_at FROM analytics_reading AS reading
   WHERE reading.publication_id = analytics_publicationsnapshot.publication_id), taken_at)
"""
TABLES = ("analytics_publicationsnapshot", "analytics_reading")


def let_go(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE", params=None)
        schema_editor.execute(
            "ALTER TABLE analytics_reading DROP CONSTRAINT IF EXISTS analytics_reading_latest_id_tenant_fk", params=None
        )


def fill(apps: Any, schema_editor: Any) -> None:
    is_postgres = schema_editor.connection.vendor == "postgresql"
    # The owner is bound by policies as well.
    for how in ("NO FORCE", "", "FORCE"):
        if not how:
            schema_editor.execute(FILL, params=None)
        elif is_postgres:
            for table in TABLES:
                schema_editor.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY", params=None)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("analytics", "0008_history_row_level_security")]
    operations: ClassVar = [
        migrations.RunPython(let_go, migrations.RunPython.noop),
        migrations.RenameField("reading", "latest", "newest"),
        migrations.AlterField(
            "reading", "newest", models.UUIDField(blank=True, help_text="The row that `latest` is.", null=True)
        ),
        migrations.RenameField("reading", "newest", "latest_id"),
        migrations.AddField("publicationsnapshot", "published_at", models.DateTimeField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("publicationsnapshot", "published_at", models.DateTimeField()),
        migrations.RemoveConstraint("publicationsnapshot", "one_row_for_each_post_and_rung"),
        migrations.AddConstraint(
            "publicationsnapshot",
            models.UniqueConstraint(
                fields=("publication", "key", "published_at"), name="one_row_for_each_post_and_rung"
            ),
        ),
        migrations.AddField(
            "reading",
            "latest",
            models.ForeignObject(
                blank=True,
                from_fields=("latest_id", "published_at"),
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="analytics.publicationsnapshot",
                to_fields=("id", "published_at"),
            ),
        ),
    ]
