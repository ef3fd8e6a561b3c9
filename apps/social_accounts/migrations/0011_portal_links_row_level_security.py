from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectReferences, ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("social_accounts", "0010_portal_links")]
    operations: ClassVar = [ProtectTable("PortalLink"), ProtectReferences("ConnectSession", "link")]
