from django.db import migrations, models

WORDS = "{column: the earlier upload that it still is of}"


class Migration(migrations.Migration):
    dependencies = [("analytics", "0014_alerts_posts_stay_inside")]

    operations = [
        migrations.AddField(
            model_name=name, name="earlier", field=models.JSONField(blank=True, default=dict, help_text=WORDS)
        )
        for name in ("uploadedday", "uploadedpost")
    ]
