from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from pytest_django import Settings

from apps.compliance import services
from apps.core import tenancy
from apps.webhooks import services as webhooks
from apps.webhooks import waking
from tests.webhooks import letters


@pytest.fixture(autouse=True)
def _registered(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PLATFORM_APPS = letters.APPS
    settings.PLATFORM_WEBHOOK_SECRETS = {}
    asleep = dict.fromkeys((waking.TASK, waking.DELIVER), float("inf"))
    monkeypatch.setattr(waking, "_not_before", asleep)


def run_workers() -> None:
    webhooks.handle_waiting()
    services.work_waiting()


def grep(*needles: str) -> list[str]:
    """Tables of the whole database in which one of the texts stands, as `pg_dump | grep` would find them."""
    found = []
    with tenancy.across_tenants("a test greps"), connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            text = repr(cursor.fetchall())
            found += [f"{table}: {needle}" for needle in needles if needle in text]
    return found
