"""A schedule that cannot be begun waits a while, and links that mails carry are told apart from those of people."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_row_level_security"),
    ]

    operations = [
        migrations.AddField(
            model_name="reportlink",
            name="is_mailed",
            field=models.BooleanField(default=False, help_text="A mail of Postroom's carries it."),
        ),
        migrations.AddField(
            model_name="schedule",
            name="next_try_at",
            field=models.DateTimeField(blank=True, help_text="A pause after a try in vain.", null=True),
        ),
        migrations.AddField(
            model_name="schedule",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0, help_text="Of the run that is due, in vain."),
        ),
    ]
