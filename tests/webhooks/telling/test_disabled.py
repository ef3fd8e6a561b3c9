"""Whoever is gone, or fails for long, is told nothing more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail

from apps.core import tenancy
from apps.events.models import Event
from apps.webhooks import services
from apps.webhooks.models import Endpoint
from apps.webhooks.states import EndpointState
from tests.support.clock import Clock
from tests.webhooks.telling.receiving import happen, listen, read

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_is_gone_is_told_nothing_more_and_its_people_hear_of_it(admin, workspace, receiver):
    endpoint, _ = listen(admin, receiver)
    receiver.says(410)
    happen(workspace)
    services.deliver_due()
    happen(workspace)
    services.deliver_due()

    assert read(endpoint).state == EndpointState.DISABLED
    assert len(receiver.letters) == 1
    assert [message.to for message in mail.outbox] == [[admin.user.email]]
    assert receiver.url in mail.outbox[0].body
    with admin.scope():
        assert Event.objects.filter(name="webhook.disabled").count() == 1
        services.change_endpoint(endpoint=endpoint, by=admin, state=EndpointState.ACTIVE)
    services.deliver_due()
    assert (read(endpoint).failures, read(endpoint).reason) == (0, "")


def failed_before(endpoint: Endpoint, times: int, *, now: datetime, hours: int = 1) -> None:
    """So many failures in a row, all of them so long ago."""
    with tenancy.scope(organization_id=endpoint.organization_id):
        seconds = [int((now - timedelta(hours=hours)).timestamp())] * times
        Endpoint.objects.update(failures=times, failed_at=seconds)


def test_one_that_fails_for_long_is_disabled_and_one_success_begins_anew(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    failed_before(endpoint, 48, now=clock.now)
    receiver.says(500)
    happen(workspace)
    services.deliver_due()
    assert (read(endpoint).failures, read(endpoint).state) == (49, EndpointState.ACTIVE)
    clock.advance(minutes=2)
    services.deliver_due()
    assert (read(endpoint).failures, read(endpoint).failed_at, read(endpoint).rests_until) == (0, [], None)

    failed_before(endpoint, 49, now=clock.now)
    receiver.says(500)
    happen(workspace)
    services.deliver_due()
    assert read(endpoint).state == EndpointState.DISABLED


def test_failures_of_more_than_a_day_ago_do_not_count(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    failed_before(endpoint, 49, now=clock.now, hours=25)
    receiver.says(500)
    happen(workspace)
    services.deliver_due()

    found = read(endpoint)
    assert (found.failures, len(found.failed_at), found.state) == (50, 1, EndpointState.ACTIVE)


def test_a_minute_of_a_restart_disables_nobody_however_much_there_is_to_tell(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    for _ in range(60):
        receiver.says(503)
        happen(workspace)
    for _ in range(12):
        services.deliver_due()
        clock.advance(seconds=5)

    assert read(endpoint).state == EndpointState.ACTIVE
    assert len(receiver.letters) < 12
