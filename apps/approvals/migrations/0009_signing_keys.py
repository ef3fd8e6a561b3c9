"""What the installation signs its records of approval with."""

from typing import ClassVar

from django.db import migrations, models

import apps.core.clock
import apps.core.fields
import apps.core.ids
from apps.core.rls import ProtectFromTenants


class Migration(migrations.Migration):
    dependencies: ClassVar = [("approvals", "0008_escalations_are_final")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=apps.core.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(default=apps.core.clock.now, editable=False)),
                ("certificate", models.TextField()),
                (
                    "chain",
                    models.TextField(
                        blank=True, help_text="The certificates above it, where an authority has issued it."
                    ),
                ),
                ("private_key", apps.core.fields.SecretField()),
                ("fingerprint", models.CharField(help_text="SHA-256 of the certificate.", max_length=64, unique=True)),
                ("subject", models.CharField(max_length=300)),
                (
                    "is_own",
                    models.BooleanField(
                        default=True, help_text="Postroom made it itself; else the operator brought it."
                    ),
                ),
                ("valid_until", models.DateTimeField()),
                ("is_in_force", models.BooleanField(default=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_in_force", True)),
                        fields=("is_in_force",),
                        name="one_signing_key_in_force",
                    )
                ],
            },
        ),
        ProtectFromTenants("SigningKey"),
    ]
