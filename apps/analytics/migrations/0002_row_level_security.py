from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("analytics", "0001_snapshots")]
    operations: ClassVar = [
        ProtectTable("AccountSnapshot"),
        ProtectTable("PublicationSnapshot"),
        ProtectTable("SnapshotRun"),
        ProtectTable("Reading"),
        ProtectTable("Refresh"),
        ProtectTable("Import"),
        ProtectTable("ImportedPost"),
    ]
