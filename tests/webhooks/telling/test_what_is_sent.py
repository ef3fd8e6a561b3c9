"""What endpoints of organizations are sent: signed as Standard Webhooks has it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from apps.core import tenancy
from apps.webhooks import services
from apps.webhooks.models import Delivery, DeliveryAttempt, Endpoint
from apps.webhooks.states import DeliveryState
from tests.support.clock import Clock
from tests.webhooks.telling.receiving import happen, listen, rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_verifier_of_the_standard_takes_what_is_sent(admin, workspace, receiver):
    endpoint, secret = listen(admin, receiver)
    event = happen(workspace)

    assert services.deliver_due() == 1
    ((body, headers),) = receiver.letters
    told = Webhook(secret.reveal()).verify(body, headers)
    assert told["id"] == headers["webhook-id"] == f"evt_{event.pk.hex}"
    assert (told["type"], told["workspace"], told["data"]) == (
        "workspace.updated", f"ws_{workspace.pk.hex}", {"words": "Grüße"},
    )  # fmt: skip
    assert headers["content-type"] == "application/json"
    assert body == json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    (delivery,), (attempt,) = rows(endpoint), rows(endpoint, DeliveryAttempt)
    assert delivery.state == DeliveryState.DELIVERED
    assert (attempt.status, attempt.answer, attempt.number) == (200, "thanks", 1)


def test_the_verifier_refuses_what_was_changed_and_what_is_stale(admin, workspace, receiver, clock: Clock):
    _, secret = listen(admin, receiver)
    happen(workspace)
    services.deliver_due()
    happen(workspace)
    clock.set(datetime.now(UTC) - timedelta(minutes=10))
    with tenancy.across_tenants("a test makes it due"):
        Delivery.across_tenants.update(next_try_at=clock.now)
    services.deliver_due()
    (body, headers), (late_body, late_headers) = receiver.letters
    verifier = Webhook(secret.reveal())

    with pytest.raises(WebhookVerificationError):
        verifier.verify(body.replace(b"workspace", b"workplace"), headers)
    with pytest.raises(WebhookVerificationError):
        verifier.verify(body, {**headers, "webhook-id": "evt_1"})
    with pytest.raises(WebhookVerificationError):
        verifier.verify(late_body, late_headers)


def test_both_secrets_sign_during_the_overlap_and_the_old_one_no_longer(admin, workspace, receiver, clock: Clock):
    endpoint, old = listen(admin, receiver)
    with admin.scope():
        _, new = services.rotate_secret(endpoint=endpoint, by=admin)
    happen(workspace)
    services.deliver_due()
    body, headers = receiver.letters[-1]
    for secret in (old, new):
        Webhook(secret.reveal()).verify(body, headers)

    with admin.scope():
        Endpoint.objects.update(overlaps_until=clock.now)
    happen(workspace)
    services.deliver_due()
    body, headers = receiver.letters[-1]
    Webhook(new.reveal()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old.reveal()).verify(body, headers)


def test_a_test_says_that_it_is_one(admin, receiver):
    endpoint, secret = listen(admin, receiver)
    with admin.scope():
        services.send_test(endpoint=endpoint)

    services.deliver_due()
    body, headers = receiver.letters[0]
    assert Webhook(secret.reveal()).verify(body, headers)["type"] == "webhook.test"
