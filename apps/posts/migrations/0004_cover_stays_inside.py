from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectReferences


class Migration(migrations.Migration):
    dependencies: ClassVar = [("posts", "0003_link_cut_cover"), ("media", "0004_library_row_level_security")]
    operations: ClassVar = [ProtectReferences("PartMedia", "cover")]
