"""Letters go to guests too, who have no account; and each mail of ours to a guest carries a token of its own."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

import apps.core.clock
import apps.core.ids


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("approvals", "0012_decision_on_behalf_of"),
        ("tenants", "0010_test_workspaces"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="MailedToken",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=apps.core.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(default=apps.core.clock.now, editable=False)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "plain",
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("plain", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="letter",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                help_text="To a guest: the member who had it sent, and who gets the answer.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="guest",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="approvals.guest",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="link",
            field=models.ForeignKey(
                blank=True,
                help_text="To a guest: the link that it carries.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="approvals.reviewlink",
            ),
        ),
        migrations.AddField(
            model_name="reviewlink",
            name="mailed_at",
            field=models.DateTimeField(blank=True, help_text="When Postroom last mailed it to the guest.", null=True),
        ),
        migrations.AlterField(
            model_name="letter",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("guest__isnull", False)),
                fields=("guest", "key"),
                name="each_letter_to_a_guest_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("guest", None), ("link", None), ("user__isnull", False)),
                    models.Q(("guest__isnull", False), ("user", None)),
                    _connector="OR",
                ),
                name="a_letter_is_to_a_member_or_to_a_guest",
            ),
        ),
        migrations.AddField(
            model_name="mailedtoken",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="mailed_tokens", to="approvals.reviewlink"
            ),
        ),
        migrations.AddField(
            model_name="mailedtoken",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.organization"
            ),
        ),
        migrations.AddField(
            model_name="mailedtoken",
            name="workspace",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.workspace"
            ),
        ),
    ]
