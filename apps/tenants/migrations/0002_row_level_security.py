from typing import ClassVar

from django.db import migrations

from apps.core.rls import ANY_WORKSPACE, ORGANIZATION, OWN_ORGANIZATION, USER, WORKSPACES, ProtectTable

OF_OWN_MEMBERSHIPS = f"SELECT organization_id FROM tenants_membership WHERE user_id = {USER}"  # noqa: S608


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tenants", "0001_initial"), ("core", "0001_roles")]
    operations: ClassVar = [
        # A person may read their own memberships and organizations before one is chosen; nobody else's.
        ProtectTable("Membership", visible=f"{OWN_ORGANIZATION} OR user_id = {USER}"),
        ProtectTable(
            "Organization",
            visible=f"id = {ORGANIZATION} OR id IN ({OF_OWN_MEMBERSHIPS})",
        ),
        ProtectTable("Workspace", visible=f"{OWN_ORGANIZATION} AND ({ANY_WORKSPACE} OR id = ANY ({WORKSPACES}))"),
        # Read to find out which workspaces are in scope, so it cannot depend on them.
        ProtectTable("WorkspaceAccess", visible=OWN_ORGANIZATION),
        ProtectTable("Invitation"),
    ]
