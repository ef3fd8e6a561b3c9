"""The ledger tells tries at publishing from those at changing and taking down."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("publishing", "0003_removed")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="attempt",
            name="deed",
            field=models.CharField(
                choices=[("publish", "Try"), ("change", "Change"), ("remove", "Take-down")],
                default="publish",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("open", "Running"),
                    ("published", "Published"),
                    ("not_ready", "Platform still preparing"),
                    ("not_sent", "Not sent"),
                    ("throttled", "Asked to wait"),
                    ("rejected", "Refused"),
                    ("disconnected", "Signed out"),
                    ("missing_permission", "Permission missing"),
                    ("uncertain", "Answer lost"),
                    ("found", "Found on the platform"),
                    ("absent", "Not on the platform"),
                    ("unclear", "Platform cannot tell"),
                    ("abandoned", "Given back"),
                    ("changed", "Changed"),
                    ("removed", "Removed"),
                    ("gone", "Not there any more"),
                    ("not_offered", "Not possible there"),
                ],
                default="open",
                max_length=24,
            ),
        ),
    ]
