from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("publishing", "0003_sending_constraints_and_rollup")]
    operations: ClassVar = [ProtectTable("Rollup")]
