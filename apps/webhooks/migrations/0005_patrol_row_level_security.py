from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("webhooks", "0004_patrol")]
    operations: ClassVar = [ProtectTable("Patrol")]
