from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("links", "0001_links")]
    operations: ClassVar = [ProtectTable("LinkSettings"), ProtectTable("Link"), ProtectTable("ClickDay")]
