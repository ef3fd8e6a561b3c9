"""A letter that cannot be made is a failure of its endpoint, and holds up nobody else."""

from __future__ import annotations

import pytest
from django.core import mail

from apps.core import tenancy
from apps.core.fields import Sealed
from apps.events.models import Event
from apps.events.services import relay
from apps.webhooks import services, telling
from apps.webhooks.models import DeliveryAttempt, Endpoint
from apps.webhooks.services import claiming
from apps.webhooks.states import DeliveryState, EndpointState
from tests.support.clock import Clock
from tests.webhooks.telling.receiving import happen, listen, read, rows

pytestmark = pytest.mark.django_db(transaction=True)

OTHER_KEY = Sealed("v1.gone.bm90aGluZw==")


def lose_the_key_of(endpoint: Endpoint) -> None:
    """Its secret was sealed with a key that is not in the keyring any more."""
    with tenancy.scope(organization_id=endpoint.organization_id):
        Endpoint.objects.filter(pk=endpoint.pk).update(secret=OTHER_KEY)


def test_a_secret_that_cannot_be_opened_holds_up_nobody_else(admin, workspace, receivers):
    broken, whole = (listen(admin, receiver)[0] for receiver in receivers)
    lose_the_key_of(broken)
    happen(workspace)

    assert services.deliver_due() == 1
    told = {row.endpoint_id: row for row in rows(whole)}
    assert told[broken.pk].state == DeliveryState.WAITING
    assert told[whole.pk].state == DeliveryState.DELIVERED
    (attempt,) = [row for row in rows(broken, DeliveryAttempt) if row.delivery_id == told[broken.pk].pk]
    assert (attempt.status, attempt.problem) == (0, claiming.NO_SECRET)
    assert (read(broken).failures, read(whole).failures) == (1, 0)
    assert receivers[0].letters == []


def test_it_is_tried_again_given_up_and_in_the_end_disabled(admin, workspace, receiver, clock: Clock):
    endpoint, _ = listen(admin, receiver)
    lose_the_key_of(endpoint)
    happen(workspace)
    for _ in range(3):
        services.deliver_due()
        clock.advance(minutes=10)
    (delivery,) = rows(endpoint)
    assert (delivery.state, delivery.tries) == (DeliveryState.FAILED, 3)

    with tenancy.scope(organization_id=endpoint.organization_id):
        Endpoint.objects.update(failed_at=[int(clock.now.timestamp())] * 49)
    happen(workspace)
    services.deliver_due()
    relay()
    assert read(endpoint).state == EndpointState.DISABLED
    assert [message.to for message in mail.outbox] == [[admin.user.email]]


def test_another_secret_mends_it(admin, workspace, receiver):
    endpoint, _ = listen(admin, receiver)
    lose_the_key_of(endpoint)
    with admin.scope():
        rotated, secret = services.rotate_secret(endpoint=endpoint, by=admin)

    assert (rotated.secret.reveal(), rotated.overlaps_until) == (secret.reveal(), None)
    happen(workspace)
    assert services.deliver_due() == 1


def test_an_event_that_cannot_be_told_holds_up_no_other(admin, workspace, receiver, monkeypatch):
    endpoint, _ = listen(admin, receiver)
    untold, told = happen(workspace), happen(workspace)
    shape = telling.SHAPES[endpoint.version]

    def trips(event: Event) -> dict:
        return shape(event) if event.pk != untold.pk else {}["no such thing"]

    monkeypatch.setattr(telling, "SHAPES", {endpoint.version: trips})
    services.deliver_due()

    states = {row.event_id: row.state for row in rows(endpoint)}
    assert states == {untold.pk: DeliveryState.WAITING, told.pk: DeliveryState.DELIVERED}
    assert [row.problem for row in rows(endpoint, DeliveryAttempt) if row.status == 0] == [claiming.NOT_TOLD]


@pytest.mark.parametrize("listed", [[{"id": "no id"}], [{"id": None}], [{"id": 7}], ["words"], "words", [{}]])
def test_an_account_without_an_id_of_ours_is_told_as_it_stands(workspace, listed):
    event = happen(workspace)
    event.payload = {"accounts": listed}

    with tenancy.scope(organization_id=workspace.organization_id):
        assert telling.as_data(event)["data"] == {"accounts": listed}
