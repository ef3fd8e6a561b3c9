from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tenants", "0004_branding")]
    operations: ClassVar = [ProtectTable("Branding")]
