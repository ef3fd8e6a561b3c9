from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("approvals", "0001_initial"),
        ("tenants", "0002_row_level_security"),
        ("posts", "0002_row_level_security"),
    ]
    operations: ClassVar = [
        ProtectTable("Policy"),
        ProtectTable("Request"),
        ProtectTable("StepState"),
        ProtectTable("Decision"),
        ProtectTable("Thread"),
        ProtectTable("Comment"),
    ]
