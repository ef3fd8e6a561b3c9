from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("posts", "0001_initial"),
        ("tenants", "0002_row_level_security"),
        ("social_accounts", "0002_row_level_security"),
        ("media", "0002_row_level_security"),
    ]
    operations: ClassVar = [
        ProtectTable("Post"),
        ProtectTable("Part"),
        ProtectTable("PartMedia"),
        ProtectTable("Variant"),
    ]
