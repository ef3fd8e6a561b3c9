from typing import ClassVar

from django.db import migrations

from apps.core.rls import SayReferencesOnce


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tenants", "0010_test_workspaces")]

    operations: ClassVar = [
        SayReferencesOnce("AnsweredRequest"),
    ]
