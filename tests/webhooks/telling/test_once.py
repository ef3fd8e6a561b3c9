"""An event is handed on once, and what was told long ago is forgotten."""

from __future__ import annotations

import pytest
from django.db import transaction

from apps.core import tenancy
from apps.events import services as events
from apps.events.models import Consumption
from apps.webhooks import services
from apps.webhooks.states import DeliveryState
from tests.support.clock import Clock
from tests.webhooks.telling.receiving import happen, listen, rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_event_is_handed_on_once_however_often_it_is_relayed(admin, workspace, receiver):
    endpoint, _ = listen(admin, receiver)
    event = happen(workspace)
    with tenancy.across_tenants("a relay does it again"):
        services.fan_out([event])
    assert len(rows(endpoint)) == 1


def test_what_is_relayed_after_deliveries_are_forgotten_is_told_nobody(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
        events.emit("workspace.updated", subject=workspace)
    clock.advance(days=31)
    events.relay()

    assert rows(endpoint) == []


def test_events_of_which_nobody_is_told_cost_no_row_for_it(workspace):
    happen(workspace)

    with tenancy.across_tenants("a test looks"):
        assert not Consumption.across_tenants.filter(consumer="webhooks.fan_out").exists()


def test_what_was_told_long_ago_is_forgotten(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    happen(workspace)
    services.deliver_due()
    happen(workspace)
    clock.advance(days=31)

    assert services.forget_deliveries(now=clock.now) == 2  # a delivery and its attempt
    assert [delivery.state for delivery in rows(endpoint)] == [DeliveryState.WAITING]
