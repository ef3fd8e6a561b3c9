from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tenants", "0006_api_keys")]
    operations: ClassVar = [ProtectTable("ApiKey"), ProtectTable("AnsweredRequest")]
