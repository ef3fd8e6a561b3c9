"""When somebody last asked about a domain: nobody looks for ever at one that nobody proves."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("links", "0006_troubled_domains")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="linkdomain",
            name="asked_at",
            field=models.DateTimeField(blank=True, help_text="When somebody last had it looked at.", null=True),
        ),
    ]
