"""The composer at hand: two accounts of a client, and a form that is sent as a browser without scripts sends it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from apps.core import tenancy
from tests.support import factories


@pytest.fixture
def now(clock):
    return clock.set(datetime(2026, 10, 14, 10, tzinfo=UTC))


@pytest.fixture
def mastodon(workspace):
    return factories.account(workspace, "mastodon", handle="luna")


@pytest.fixture
def bluesky(workspace):
    return factories.account(workspace, "bluesky", handle="luna.test")


@pytest.fixture
def browser(owner, workspace):
    return factories.signed_in(owner, at=workspace)


@pytest.fixture
def desk(browser, now):
    """Sends the form; the key of a fresh page unless one is given."""

    def send(action, address="/compose/", **fields):
        fields.setdefault("form_key", key_of(browser.get("/compose/")))
        return browser.post(address, {"action": action, **fields})

    return send


@pytest.fixture
def in_scope(organization):
    """Tests look at what was stored."""
    with tenancy.scope(organization_id=organization.pk):
        yield


def key_of(page):
    return re.search(r'name="form_key" value="([^"]+)"', page.content.decode())[1]


def html(response):
    return response.content.decode()
