from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectReferences


class Migration(migrations.Migration):
    dependencies: ClassVar = [("publishing", "0011_publications_of_organization")]

    operations: ClassVar = [ProtectReferences("FollowUp", "parent")]
