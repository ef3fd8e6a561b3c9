"""Start-up checks of what a setting can get wrong and nobody would notice until it hurt."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.utils import OperationalError

from apps.core.encryption import keyring

# Checks of what is worth a line when everything has started, though it runs without.
AT_THE_START = "at_the_start"


@register(Tags.security)
def keyring_can_be_read(**_: Any) -> list[CheckMessage]:
    """A ring with a slip in it is found at the start, not when the first account is connected."""
    try:
        keyring()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="docs/operations.md shows how a key is made.", id="postroom.E002")]
    return []


@register(Tags.database)
def application_role_is_walled(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """On PostgreSQL the application must not be able to see past row-level security."""
    if settings.DATABASE_AS_OWNER or "default" not in (databases or []):
        return []
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            name, bypasses = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
            (owned,) = cursor.fetchone()
    except OperationalError:
        return []  # The migrate and run commands say this in words of their own.
    if not bypasses and not owned:
        return []
    return [
        Error(
            f"The database role {name!r} bypasses row-level security or owns tables.",
            hint="Run manage.py migrate: it creates the role postroom_app, of which DATABASE_URL's role is a member.",
            id="postroom.E001",
        )
    ]
