"""The receivers of the guide take what is sent, and nothing else."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from standardwebhooks import WebhookVerificationError

from apps.api.told import HEADERS
from apps.core import clock as house_clock
from apps.core import tenancy
from apps.core.secrets import Secret
from apps.events import services as events
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.webhooks import signing, telling, versions
from apps.webhooks.services import settling
from tests.house import rules

GUIDE = (rules.ROOT / "docs/guides/webhooks.md").read_text()
BODY = '{"type":"post.published","data":{"words":"Grüße"}}'.encode()
OLD, NEW = ("whsec_" + base64.b64encode(word * 32).decode() for word in (b"o", b"n"))


def receiver(name: str) -> Callable[..., dict[str, Any]]:
    names: dict[str, Any] = {}
    for code in re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL):
        exec(code, names)
    found: Callable[..., dict[str, Any]] = names[name]
    return found


def signed(*secrets: str, ago: timedelta = timedelta()) -> dict[str, str]:
    at = house_clock.now() - ago
    return signing.headers(message_id="evt_1", at=at, body=BODY, secrets=[Secret(one) for one in secrets])


WRONGS: dict[str, Callable[[], tuple[bytes, dict[str, str]]]] = {
    "changed": lambda: (BODY + b" ", signed(NEW)),
    "of another id": lambda: (BODY, {**signed(NEW), "webhook-id": "evt_2"}),
    "of another version": lambda: (
        BODY,
        {**signed(NEW), "webhook-signature": "v2" + signed(NEW)["webhook-signature"][2:]},
    ),
    "signed with another secret": lambda: (BODY, signed(OLD)),
    "stale": lambda: (BODY, signed(NEW, ago=timedelta(minutes=6))),
    "of tomorrow": lambda: (BODY, signed(NEW, ago=timedelta(days=-1))),
}


@pytest.mark.parametrize("name", ["read", "read_with_library"])
class TestEachReceiverOfTheGuide:
    def test_takes_what_is_signed_with_either_secret(self, name: str) -> None:
        for headers in (signed(NEW), signed(NEW, OLD), signed(OLD, NEW)):
            assert receiver(name)(NEW, BODY, headers) == json.loads(BODY)

    @pytest.mark.parametrize("wrong", sorted(WRONGS))
    def test_refuses_what_is(self, name: str, wrong: str) -> None:
        body, headers = WRONGS[wrong]()
        with pytest.raises((ValueError, WebhookVerificationError)):
            receiver(name)(NEW, body, headers)


def test_the_guide_explains_each_header_that_is_sent() -> None:
    assert [header for header in signed(NEW) if f"| `{header}` |" not in GUIDE] == []
    assert {parameter["name"] for parameter in HEADERS.values()} == set(signed(NEW))


@pytest.mark.django_db
def test_the_example_has_the_shape_of_what_is_told(workspace: Workspace) -> None:
    (example,) = (json.loads(text) for text in re.findall(r"^```json\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL))
    with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
        told = telling.as_data(events.emit("workspace.updated", subject=workspace))

    assert list(example) == list(told)
    assert list(example["subject"]) == list(told["subject"])
    assert example["version"] == versions.NEWEST
    assert ids.read(ids.POST, example["subject"]["id"])


def test_the_guide_says_how_long_an_endpoint_rests() -> None:
    rests = [settling._rest(failures, house_clock.now()) for failures in range(1, 9)]
    seconds = [round((rest - house_clock.now()).total_seconds()) if rest else 0 for rest in rests]

    assert seconds == [0, 2, 4, 8, 16, 32, 60, 60]
