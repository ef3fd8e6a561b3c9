from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectReferences


class Migration(migrations.Migration):
    dependencies: ClassVar = [("analytics", "0013_milestones_of_posts")]
    operations: ClassVar = [ProtectReferences("Alert", "publication")]
