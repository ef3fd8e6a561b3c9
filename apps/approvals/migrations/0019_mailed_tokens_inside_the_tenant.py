"""A token is carried by a mail of its own tenant: the database refuses another."""

from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectReferences


class Migration(migrations.Migration):
    dependencies: ClassVar = [("approvals", "0018_policy_bars_links_of_writers")]

    operations: ClassVar = [ProtectReferences("MailedToken", "letter")]
