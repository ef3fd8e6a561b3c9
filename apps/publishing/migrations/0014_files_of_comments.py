"""Files that come with comments below what is out."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import apps.core.clock
import apps.core.ids
from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("media", "0004_library_row_level_security"),
        ("publishing", "0013_references_said_once"),
        ("tenants", "0010_test_workspaces"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="FollowUpMedia",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=apps.core.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(default=apps.core.clock.now, editable=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("alt", models.CharField(blank=True, max_length=2000)),
                ("cut", models.JSONField(blank=True, default=dict)),
                (
                    "asset",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="media.asset"),
                ),
                (
                    "follow_up",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="media", to="publishing.followup"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.organization"
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.workspace"
                    ),
                ),
            ],
            options={
                "verbose_name": "follow-up media",
                "verbose_name_plural": "follow-up media",
                "ordering": ["position"],
                "abstract": False,
                "base_manager_name": "plain",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("follow_up", "position"), name="one_file_at_each_place_of_a_comment"
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("plain", django.db.models.manager.Manager()),
            ],
        ),
        ProtectTable("FollowUpMedia"),
    ]
