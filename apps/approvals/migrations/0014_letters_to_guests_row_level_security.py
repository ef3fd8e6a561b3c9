from typing import ClassVar

from django.db import migrations

from apps.core.rls import ProtectReferences, ProtectTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("approvals", "0013_letters_to_guests")]
    operations: ClassVar = [ProtectTable("MailedToken"), ProtectReferences("Letter", "guest", "link")]
