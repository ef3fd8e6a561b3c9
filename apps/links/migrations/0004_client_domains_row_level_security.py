from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("links", "0003_client_domains")]
    operations: ClassVar = [ProtectTable("LinkDomain")]
