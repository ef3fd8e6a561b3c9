from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("analytics", "0007_history_uploads")]
    operations: ClassVar = [ProtectTable("HistoryUpload"), ProtectTable("UploadedDay"), ProtectTable("UploadedPost")]
