from typing import ClassVar

from django.db import migrations

from apps.core.rls import SayReferencesOnce


class Migration(migrations.Migration):
    dependencies: ClassVar = [("publishing", "0012_answers_stay_inside")]

    operations: ClassVar = [
        SayReferencesOnce("Publication"),
        SayReferencesOnce("Rollup"),
    ]
