from typing import ClassVar

from django.db import migrations

from apps.core.rls import APP_ROLE
from apps.core.tenancy import ACROSS_ROLE

# Nobody deletes from the diary but an erasure that is being carried out: the function of the tables' owner looks itself.
# The owner is bound by the tenant's policy, too, so that entries of another organization are out of its reach.
CREATE = f"""
CREATE FUNCTION compliance_erase_entries(organization uuid, entries uuid[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE removed bigint;
BEGIN
  DELETE FROM audit_entry AS entry WHERE entry.id = ANY (entries) AND entry.organization_id = organization AND EXISTS (
    SELECT 1 FROM compliance_erasure AS erasure
    WHERE erasure.of_organization = organization AND erasure.state = 'working'
    AND (erasure.of_workspace IS NULL OR erasure.of_workspace = entry.workspace_id)
  );
  GET DIAGNOSTICS removed = ROW_COUNT;
  IF removed <> cardinality(entries) THEN
    RAISE EXCEPTION 'The diary is deleted by an erasure of its organization alone';
  END IF;
  RETURN removed;
END $$;
REVOKE ALL ON FUNCTION compliance_erase_entries(uuid, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION compliance_erase_entries(uuid, uuid[]) TO {APP_ROLE}, {ACROSS_ROLE};
"""  # noqa: S608 - names of roles that are ours
DROP = "DROP FUNCTION compliance_erase_entries(uuid, uuid[])"


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE, params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP, params=None)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("compliance", "0004_erasures"),
        ("audit", "0002_row_level_security"),
        ("core", "0001_roles"),
    ]
    operations: ClassVar = [migrations.RunPython(create, drop)]
