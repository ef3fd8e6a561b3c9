from typing import ClassVar

from django.db import migrations

from apps.core.rls import SayReferencesOnce


class Migration(migrations.Migration):
    dependencies: ClassVar = [("usage", "0004_requests_of_the_api")]

    operations: ClassVar = [
        SayReferencesOnce("Entry"),
        SayReferencesOnce("Total"),
    ]
