from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("posts", "0008_queues")]
    operations: ClassVar = [
        ProtectTable("Queue"),
        ProtectTable("Slot"),
        ProtectTable("Place"),
    ]
