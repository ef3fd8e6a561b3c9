from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("webhooks", "0002_listening"), ("social_accounts", "0002_row_level_security")]
    operations: ClassVar = [ProtectTable("Listening")]
