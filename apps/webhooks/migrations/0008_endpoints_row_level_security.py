from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("webhooks", "0007_endpoints")]
    operations: ClassVar = [ProtectTable("Endpoint"), ProtectTable("Delivery"), ProtectTable("DeliveryAttempt")]
