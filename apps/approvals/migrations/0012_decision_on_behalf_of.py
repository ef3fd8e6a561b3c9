"""For whom somebody who stands in has decided. Added without making the table anew, so its trigger stays."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("approvals", "0011_policy_content_rules")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="decision",
            name="on_behalf_of",
            field=models.JSONField(
                blank=True, help_text="Ids of the people for whom whoever decided stood in.", null=True
            ),
        )
    ]
