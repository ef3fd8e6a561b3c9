from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("watch", "0001_initial"),
        ("tenants", "0002_row_level_security"),
        ("publishing", "0002_row_level_security"),
    ]
    operations: ClassVar = [
        ProtectTable("Departure"),
        ProtectTable("Punctuality"),
        ProtectTable("StatusPage"),
    ]
