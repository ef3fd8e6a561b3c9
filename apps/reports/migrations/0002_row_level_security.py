from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("reports", "0001_reports")]
    operations: ClassVar = [
        ProtectTable("ReportTemplate"),
        ProtectTable("Schedule"),
        ProtectTable("Report"),
        ProtectTable("ReportFile"),
        ProtectTable("ReportLink"),
        ProtectTable("ReportMail"),
    ]
