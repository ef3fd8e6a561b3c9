"""Whether approvals by links of whoever wrote the post count; they do until somebody says that they do not."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("approvals", "0017_decision_came_by")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="policy",
            name="bars_links_of_writers",
            field=models.BooleanField(
                default=False, help_text="Approvals by links that whoever wrote the post has made do not count."
            ),
        )
    ]
