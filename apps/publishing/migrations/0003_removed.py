"""What was published may be taken down again: a state of its own, and when it was."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("publishing", "0002_row_level_security")]
    operations: ClassVar = [
        migrations.RemoveConstraint(
            model_name="followup",
            name="published_follow_up_has_a_remote_id",
        ),
        migrations.RemoveConstraint(
            model_name="publication",
            name="published_has_a_remote_id",
        ),
        migrations.AddField(
            model_name="followup",
            name="removed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="publication",
            name="removed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="followup",
            name="state",
            field=models.CharField(
                choices=[
                    ("scheduled", "Scheduled"),
                    ("publishing", "Publishing"),
                    ("uncertain", "Verifying"),
                    ("published", "Published"),
                    ("failed", "Failed"),
                    ("needs_attention", "Needs attention"),
                    ("held", "Held"),
                    ("canceled", "Canceled"),
                    ("removed", "Removed"),
                ],
                default="scheduled",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="publication",
            name="state",
            field=models.CharField(
                choices=[
                    ("scheduled", "Scheduled"),
                    ("publishing", "Publishing"),
                    ("uncertain", "Verifying"),
                    ("published", "Published"),
                    ("failed", "Failed"),
                    ("needs_attention", "Needs attention"),
                    ("held", "Held"),
                    ("canceled", "Canceled"),
                    ("removed", "Removed"),
                ],
                default="scheduled",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="rollup",
            name="told",
            field=models.CharField(
                blank=True,
                choices=[
                    ("draft", "Draft"),
                    ("scheduled", "Scheduled"),
                    ("publishing", "Publishing"),
                    ("uncertain", "Verifying"),
                    ("needs_attention", "Needs attention"),
                    ("held", "Held"),
                    ("partially_published", "Partly published"),
                    ("published", "Published"),
                    ("failed", "Failed"),
                    ("canceled", "Canceled"),
                    ("removed", "Removed"),
                ],
                max_length=24,
            ),
        ),
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["published", "removed"]), _negated=True),
                    models.Q(("remote_id", ""), _negated=True),
                    _connector="OR",
                ),
                name="published_follow_up_has_a_remote_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at__isnull", False), ("state", "removed")),
                    models.Q(models.Q(("state", "removed"), _negated=True), ("removed_at", None)),
                    _connector="OR",
                ),
                name="removed_follow_up_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["published", "removed"]), _negated=True),
                    models.Q(models.Q(("remote_id", ""), _negated=True), ("published_at__isnull", False)),
                    _connector="OR",
                ),
                name="published_has_a_remote_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at__isnull", False), ("state", "removed")),
                    models.Q(models.Q(("state", "removed"), _negated=True), ("removed_at", None)),
                    _connector="OR",
                ),
                name="removed_says_when",
            ),
        ),
    ]
