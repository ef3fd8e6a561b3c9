from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("approvals", "0006_people_and_their_time"),
        ("tenants", "0002_row_level_security"),
    ]
    operations: ClassVar = [
        ProtectTable("Group"),
        ProtectTable("GroupMember"),
        ProtectTable("WorkingHours"),
        ProtectTable("Mailing"),
        ProtectTable("Absence"),
        ProtectTable("Escalation"),
        ProtectTable("Letter"),
        ProtectTable("MailLink"),
    ]
