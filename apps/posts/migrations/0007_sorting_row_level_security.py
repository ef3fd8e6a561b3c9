from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectReferences, ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("posts", "0006_labels_campaigns_templates")]
    operations: ClassVar = [
        ProtectTable("Label"),
        ProtectTable("Campaign"),
        ProtectTable("Template"),
        ProtectTable("PostLabel"),
        ProtectTable("TemplateLabel"),
        ProtectReferences("Post", "campaign"),
    ]
