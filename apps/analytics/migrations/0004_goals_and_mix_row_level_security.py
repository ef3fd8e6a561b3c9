from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("analytics", "0003_goals_and_mix")]
    operations: ClassVar = [
        ProtectTable("Goal"),
        ProtectTable("MixShare"),
    ]
