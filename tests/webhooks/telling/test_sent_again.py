"""What was given up, missed or passed by is sent again when somebody asks."""

from __future__ import annotations

import pytest

from apps.webhooks import services
from apps.webhooks.errors import EndpointRefused
from apps.webhooks.models import Delivery
from apps.webhooks.states import DeliveryState, EndpointState
from tests.support.clock import Clock
from tests.webhooks.telling.receiving import happen, listen, rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_given_up_is_sent_again_by_hand(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    began = clock.now
    happen(workspace)
    happen(workspace)
    with admin.scope():
        Delivery.objects.filter(pk=rows(endpoint)[0].pk).update(state=DeliveryState.FAILED, spent=3)
    services.deliver_due()
    assert len(receiver.letters) == 1

    clock.advance(seconds=1)
    with admin.scope():
        assert services.redeliver(endpoint=endpoint, since=began) == 1
    services.deliver_due()
    with admin.scope():
        assert services.redeliver(endpoint=endpoint, since=began, until=began, only_failed=False) == 0
        services.redeliver_one(delivery=rows(endpoint)[1])
    services.deliver_due()
    assert len(receiver.letters) == 3


def test_a_range_is_sent_again_and_nothing_around_it(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    happened = []
    for _ in range(4):
        clock.advance(minutes=1)
        happened.append(happen(workspace))
    services.deliver_due()
    receiver.letters.clear()

    since, until = happened[1].created_at, happened[3].created_at
    with admin.scope():
        assert services.redeliver(endpoint=endpoint, since=since, until=until) == 0
        assert services.redeliver(endpoint=endpoint, since=since, until=until, only_failed=False) == 2
    services.deliver_due()

    assert {headers["webhook-id"] for _, headers in receiver.letters} == {
        f"evt_{event.pk.hex}" for event in happened[1:3]
    }


def test_what_happened_while_it_was_disabled_is_sent_when_it_is_asked_for(
    admin, workspace, other_workspace, receiver, clock
):
    endpoint, _ = listen(admin, receiver, workspace=workspace, events=["workspace.updated"])
    with admin.scope():
        services.change_endpoint(endpoint=endpoint, by=admin, state=EndpointState.DISABLED)
    began, missed = clock.now, happen(workspace)
    happen(workspace, "workspace.deleted")
    happen(other_workspace)
    clock.advance(seconds=1)
    with admin.scope(), pytest.raises(EndpointRefused):
        services.redeliver(endpoint=endpoint, since=began)
    with admin.scope():
        enabled = services.change_endpoint(endpoint=endpoint, by=admin, state=EndpointState.ACTIVE)
    services.deliver_due()
    assert receiver.letters == []

    for expected in (1, 0):  # once: it is known by then
        with admin.scope():
            assert services.redeliver(endpoint=enabled, since=began) == expected
        services.deliver_due()
    assert [headers["webhook-id"] for _, headers in receiver.letters] == [f"evt_{missed.pk.hex}"]


def test_what_happens_while_it_is_paused_is_sent_when_it_is_resumed(admin, workspace, receiver):
    endpoint, _ = listen(admin, receiver)
    with admin.scope():
        paused = services.change_endpoint(endpoint=endpoint, by=admin, state=EndpointState.PAUSED)
        with pytest.raises(EndpointRefused):
            services.send_test(endpoint=paused)
    happen(workspace)
    services.deliver_due()
    assert receiver.letters == []

    with admin.scope():
        services.change_endpoint(endpoint=endpoint, by=admin, state=EndpointState.ACTIVE)
    services.deliver_due()
    assert len(receiver.letters) == 1
