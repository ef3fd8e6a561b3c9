from typing import ClassVar

from django.db import migrations

from apps.core.rls import SayReferencesOnce


class Migration(migrations.Migration):
    dependencies: ClassVar = [("audit", "0002_row_level_security")]

    operations: ClassVar = [
        SayReferencesOnce("Entry"),
    ]
