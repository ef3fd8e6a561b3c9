from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectReferences, ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("media", "0003_library")]
    operations: ClassVar = [
        ProtectTable("Folder"),
        ProtectTable("Tag"),
        ProtectTable("AssetTag"),
        ProtectTable("CaptionTrack"),
        ProtectTable("Rendition"),
        ProtectTable("Upload"),
        ProtectTable("ShelfItem"),
        ProtectReferences("Asset", "folder", "replaced_by"),
    ]
