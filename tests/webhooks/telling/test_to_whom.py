"""Which endpoints are told, and which may be."""

from __future__ import annotations

import json

import pytest

from apps.webhooks import services
from apps.webhooks.errors import EndpointRefused
from apps.webhooks.models import DeliveryAttempt
from tests.webhooks.telling.receiving import happen, listen, rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_endpoint_is_told_what_it_wants_and_nothing_of_others(
    admin, workspace, other_workspace, stranger_workspace, receivers
):
    one, two = receivers
    listen(admin, one, events=["workspace.deleted"])
    listen(admin, two, workspace=workspace)
    for place in (workspace, other_workspace, stranger_workspace):
        happen(place)
    happen(other_workspace, "workspace.deleted")

    services.deliver_due()
    assert [json.loads(body)["type"] for body, _ in one.letters] == ["workspace.deleted"]
    assert [json.loads(body)["workspace"] for body, _ in two.letters] == [f"ws_{workspace.pk.hex}"]


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://user:pass@example.com/", "nowhere", "https://example.com:25/"]
)
def test_an_address_that_may_not_be_called_is_refused(admin, url):
    with admin.scope(), pytest.raises(EndpointRefused):
        services.make_endpoint(by=admin, url=url)


def test_an_address_inside_is_not_called_either(admin, workspace, receiver, settings):
    endpoint, _ = listen(admin, receiver)
    settings.OUTBOUND_TRUSTED_ORIGINS = ()
    happen(workspace)

    services.deliver_due()
    assert receiver.letters == []
    (attempt,) = rows(endpoint, DeliveryAttempt)
    assert (attempt.status, bool(attempt.problem)) == (0, True)


def test_there_are_so_many_endpoints(admin, receiver, settings):
    settings.WEBHOOK_MAX_ENDPOINTS = 1
    listen(admin, receiver)

    with pytest.raises(EndpointRefused):
        listen(admin, receiver)
