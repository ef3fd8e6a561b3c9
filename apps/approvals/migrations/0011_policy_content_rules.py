from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0010_attachments")]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="content_rules",
            field=models.JSONField(default=list, help_text="As `apps.approvals.content_rules` reads them."),
        ),
    ]
