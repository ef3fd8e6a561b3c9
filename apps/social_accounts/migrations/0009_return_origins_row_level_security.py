from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("social_accounts", "0008_journeys")]
    operations: ClassVar = [ProtectTable("ReturnOrigin")]
