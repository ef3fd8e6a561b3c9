from typing import Any, ClassVar

from django.db import migrations
from django.db.models import F


def give_turns(apps: Any, schema_editor: Any) -> None:
    """Grants from before `refresh_at` are refreshed with the next rounds, which gives each its own date."""
    grants = apps.get_model("social_accounts", "Grant")._base_manager
    grants.filter(expires_at__isnull=False, refresh_at=None).exclude(state="dead").update(refresh_at=F("issued_at"))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("social_accounts", "0004_lives_of_tokens")]
    operations: ClassVar = [migrations.RunPython(give_turns, migrations.RunPython.noop)]
