from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("compliance", "0002_exports"), ("tenants", "0002_row_level_security")]
    operations: ClassVar = [ProtectTable("Export")]
