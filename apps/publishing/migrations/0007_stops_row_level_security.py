from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectFromTenants, ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("publishing", "0006_stops_and_windows")]
    operations: ClassVar = [
        ProtectTable("Stop"),
        ProtectFromTenants("OperatorStop"),
        ProtectTable("PublishingWindows"),
        ProtectTable("Waiver"),
    ]
