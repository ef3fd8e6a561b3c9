from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("analytics", "0005_alerts")]
    operations: ClassVar = [ProtectTable("AlertRule"), ProtectTable("AlertRecipient"), ProtectTable("Alert")]
