"""Opens every secret in the database, and writes out every row as it stands: run beside Postroom, as a process.

    python -m tests.journeys.opened

writes JSON: `secrets`, by column, the texts that nobody may read anywhere, and `rows`, all that the tables hold.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

SHORTEST = 12  # what is shorter is a word such as a key's type
# Kept along with secrets although anybody may read them: whose account it is, and where its server is.
PUBLIC = frozenset({"server", "did", "handle", "hint", "kid", "x", "y", "nonces", "redirect_uri", "scope", "scopes"})


def secrets() -> dict[str, list[str]]:
    """The texts of each sealed column; of JSON, each value in it that is not an address."""
    from django.apps import apps

    from apps.core.fields import SecretField

    found: dict[str, list[str]] = {}
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if isinstance(field, SecretField)]
        for row in getattr(model, "across_tenants", model._default_manager).all() if names else ():
            for name in names:
                found.setdefault(f"{model.__name__}.{name}", []).extend(_texts(getattr(row, name).reveal()))
    return found


def rows() -> str:
    """Every table as text."""
    from django.db import connection

    written = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            written += [repr(row) for row in cursor.fetchall()]
    return "\n".join(written)


def _texts(text: str) -> Iterator[str]:
    """The secrets in a text: of JSON, whatever stands under a name that is not public; else the text."""
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in PUBLIC:
                yield from _texts(part if isinstance(part, str) else json.dumps(part))
    elif len(text) >= SHORTEST and "://" not in text:
        yield text


if __name__ == "__main__":
    import django

    django.setup()
    from apps.core import tenancy

    with tenancy.across_tenants("a test looks for secrets in the open"):
        sys.stdout.write(json.dumps({"secrets": secrets(), "rows": rows()}))
