"""Which way a guest came to what they decided about. Added without making the table anew, so its trigger stays."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("approvals", "0016_mailed_tokens_name_their_letter")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="decision",
            name="came_by",
            field=models.JSONField(
                blank=True, help_text="Of a guest: the way they came, as `apps.approvals.ways` has it.", null=True
            ),
        )
    ]
