from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("approvals", "0004_review_links")]
    operations: ClassVar = [ProtectTable("Guest"), ProtectTable("ReviewLink"), ProtectTable("ReviewedPost")]
