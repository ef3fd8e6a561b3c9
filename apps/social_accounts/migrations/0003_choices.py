from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("social_accounts", "0002_row_level_security"),
        ("tenants", "0002_row_level_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="socialaccount",
            name="choices",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="By option, what may be chosen at the platform: [[value, label], ...].",
            ),
        ),
        migrations.AddField(
            model_name="socialaccount",
            name="choices_read_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="socialaccount",
            index=models.Index(fields=["choices_read_at"], name="accounts_by_choices"),
        ),
    ]
