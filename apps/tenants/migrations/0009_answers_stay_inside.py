from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectReferences


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tenants", "0008_answers_of_a_workspace"), ("core", "0001_roles")]
    operations: ClassVar = [ProtectReferences("AnsweredRequest", "workspace")]
