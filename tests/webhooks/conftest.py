from __future__ import annotations

import pytest
from pytest_django import Settings

from apps.core import tenancy
from apps.webhooks import waking
from tests.support import factories
from tests.webhooks import letters


@pytest.fixture(autouse=True)
def _registered(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Postroom is an app at each platform; nobody wakes a worker, for tests call the services themselves."""
    settings.PLATFORM_APPS = letters.APPS
    settings.PLATFORM_VERIFY_TOKENS = dict.fromkeys(letters.APPS, letters.VERIFY_TOKEN)
    settings.PLATFORM_WEBHOOK_SECRETS = {}
    asleep = dict.fromkeys((waking.TASK, waking.DELIVER), float("inf"))
    monkeypatch.setattr(waking, "_not_before", asleep)


@pytest.fixture
def page(workspace):
    """A Facebook Page of ours, connected by a person whose id is 900."""
    account = factories.account(workspace, "facebook", remote_id="111", handle="lunapage", kind="page")
    with tenancy.across_tenants("a test names the person"):
        account.grant.remote_user_id = "900"
        account.grant.save()
    return account


def read(row):
    """The row as it stands now."""
    with tenancy.across_tenants("a test looks"):
        return type(row).across_tenants.get(pk=row.pk)
