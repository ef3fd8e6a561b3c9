from django.db import migrations

from apps.core.rls import CreateRoles


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [CreateRoles()]
