"""Which mail carries a token, so that every link that a mail names counts as mailed."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("approvals", "0015_pending_files")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="mailedtoken",
            name="letter",
            field=models.ForeignKey(
                blank=True,
                help_text="The mail that carries it; empty once another try of that mail carries others.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="tokens",
                to="approvals.letter",
            ),
        ),
        migrations.AlterField(
            model_name="letter",
            name="link",
            field=models.ForeignKey(
                blank=True,
                help_text="To a guest who was sent a link: that one. What a reminder names, its tokens say.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="approvals.reviewlink",
            ),
        ),
    ]
