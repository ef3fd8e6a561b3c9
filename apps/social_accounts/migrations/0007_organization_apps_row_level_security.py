from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectReferences, ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("social_accounts", "0006_organization_apps")]
    operations: ClassVar = [
        ProtectTable("OrganizationApp"),
        ProtectReferences("Grant", "organization_app"),
        ProtectReferences("ConnectSession", "organization_app"),
    ]
