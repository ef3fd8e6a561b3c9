"""What a policy did on its own is not rewritten, whoever asks the database to. Rows go only when their whole workspace is
erased."""

from typing import Any, ClassVar

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION approvals_escalations_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an escalation is final' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER escalations_are_final BEFORE UPDATE ON approvals_escalation
  FOR EACH ROW EXECUTE FUNCTION approvals_escalations_are_final();
"""
SQLITE = """
CREATE TRIGGER escalations_are_final BEFORE UPDATE ON approvals_escalation
BEGIN SELECT RAISE(ABORT, 'an escalation is final'); END;
"""
DROP = {
    "postgresql": "DROP TRIGGER escalations_are_final ON approvals_escalation;"
    " DROP FUNCTION approvals_escalations_are_final();",
    "sqlite": "DROP TRIGGER escalations_are_final;",
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
    dependencies: ClassVar = [("approvals", "0007_people_and_their_time_row_level_security")]
    operations: ClassVar = [migrations.RunPython(guard, unguard)]
