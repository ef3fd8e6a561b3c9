"""No decision is rewritten, whoever asks the database to. Rows go only when their whole workspace is erased."""

from typing import Any, ClassVar

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION approvals_decisions_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a decision is final' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER decisions_are_final BEFORE UPDATE ON approvals_decision
  FOR EACH ROW EXECUTE FUNCTION approvals_decisions_are_final();
"""
SQLITE = """
CREATE TRIGGER decisions_are_final BEFORE UPDATE ON approvals_decision
BEGIN SELECT RAISE(ABORT, 'a decision is final'); END;
"""
DROP = {
    "postgresql": "DROP TRIGGER decisions_are_final ON approvals_decision;"
    " DROP FUNCTION approvals_decisions_are_final();",
    "sqlite": "DROP TRIGGER decisions_are_final;",
}


def guard(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, {"postgresql": POSTGRESQL, "sqlite": SQLITE})


def unguard(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, DROP)


def _run(schema_editor: Any, statements: dict[str, str]) -> None:
    # An alteration of the table on SQLite makes it anew, without its trigger: such a migration runs `guard` again.
    if statement := statements.get(schema_editor.connection.vendor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("approvals", "0002_row_level_security")]
    operations: ClassVar = [migrations.RunPython(guard, unguard)]
