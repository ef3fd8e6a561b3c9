from typing import ClassVar

from django.db import migrations

from apps.core.rls import KeepAlike


class Migration(migrations.Migration):
    dependencies: ClassVar = [("social_accounts", "0013_test_accounts"), ("tenants", "0010_test_workspaces")]
    operations: ClassVar = [
        KeepAlike("SocialAccount", "workspace", "is_test"),
        KeepAlike("SocialAccount", "grant", "is_test"),
        KeepAlike("Grant", "app", "is_test"),
    ]
