from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("usage", "0001_initial")]
    operations: ClassVar = [
        ProtectTable("Assignment"),
        ProtectTable("OwnLimit"),
        ProtectTable("Entry"),
        ProtectTable("Total"),
    ]
