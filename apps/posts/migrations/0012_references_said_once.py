from typing import ClassVar

from django.db import migrations

from apps.core.rls import SayReferencesOnce


class Migration(migrations.Migration):
    dependencies: ClassVar = [("posts", "0011_review")]

    operations: ClassVar = [
        SayReferencesOnce("Post"),
        SayReferencesOnce("Part"),
        SayReferencesOnce("PartMedia"),
        SayReferencesOnce("Variant"),
    ]
