"""Lets PostgreSQL's tests run as the application does: bound by row-level security.

The test database is made and migrated by the owner of its tables. Then every connection, those of threads and of worker
processes included, takes the role `postroom_app`, which owns nothing and bypasses nothing; `tenancy.across_tenants`
takes `postroom_across` from there, as in production. One right is added, for tests alone: to empty tables between tests
that commit. On SQLite there are no roles, and nothing changes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models.signals import post_migrate
from pytest_django import DjangoDbBlocker

from apps.core.rls import APP_ROLE
from apps.core.tenancy import ACROSS_ROLE
from config.databases import APP_ROLE_OPTION


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Sign in as the owner until the tables are there."""
    if connection.vendor == "postgresql":
        _take_role(None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Go on as the application once the owner has made the tables; the owner comes back to remove them."""
    if connection.vendor != "postgresql":
        yield
        return
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}, {ACROSS_ROLE}")
        # Emptying tables announces a migration each time, and the application cannot grant itself anything.
        post_migrate.disconnect(dispatch_uid="core.grants", sender=_core_app())
        _take_role(APP_ROLE_OPTION)
    yield
    with django_db_blocker.unblock():
        _take_role(None)


def _core_app() -> object:
    from django.apps import apps

    return apps.get_app_config("core")


def _take_role(option: str | None) -> None:
    """Let the next connection, of any thread, start in this role."""
    connection.close()
    connection.settings_dict["OPTIONS"].pop("options", None)
    if option:
        connection.settings_dict["OPTIONS"]["options"] = option


@pytest.fixture
def database_environment(transactional_db: None) -> dict[str, str]:
    """What a process of its own needs in its environment to share this test's database."""
    return {**os.environ, "DATABASE_URL": _address()}


def _address() -> str:
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    return f"postgresql://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"
