from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("social_accounts", "0001_initial"), ("tenants", "0002_row_level_security")]
    operations: ClassVar = [
        ProtectTable("Grant"),
        ProtectTable("SocialAccount"),
        ProtectTable("ConnectSession"),
    ]
