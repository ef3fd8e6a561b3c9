from __future__ import annotations

import json

import pytest

from apps.core.secrets import Secret
from apps.platforms import registry
from apps.platforms.contract import OAuthClient
from apps.platforms.inbound import Forged, Incoming, Malformed
from tests.platforms.conftest import HeldClock

CLIENT = OAuthClient("client-1", Secret("a secret that signs"), webhook_secret=Secret("another secret that signs"))
HEARD = [name for name in registry.names() if registry.adapter_class(name).inbound is not None]
SIGNATURES = (
    "x-hub-signature", "x-hub-signature-256", "x-twitter-webhooks-signature", "x-li-signature", "tiktok-signature",
    "authorization",
)  # fmt: skip


def letter(clock, body: bytes, **headers: str) -> Incoming:
    return Incoming("POST", {"content-type": "application/json", **headers}, {}, body, clock())


@pytest.mark.parametrize("name", HEARD)
@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[]", b"\xff\xfe", json.dumps({"entry": [{}]}).encode()])
def test_what_nobody_signed_is_not_believed(name, body, clock: HeldClock):
    inbound = registry.adapter_class(name).inbound
    with pytest.raises(Forged):
        inbound.notices(letter(clock, body), client=CLIENT)


@pytest.mark.parametrize("name", HEARD)
@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "t=1,s=00", "é"])
def test_what_somebody_else_signed_is_not_believed(name, signature, clock: HeldClock):
    inbound = registry.adapter_class(name).inbound
    forged = letter(clock, b'{"entry": []}', **dict.fromkeys(SIGNATURES, signature))
    with pytest.raises(Forged):
        inbound.notices(forged, client=CLIENT)


@pytest.mark.parametrize("name", HEARD)
def test_a_handshake_without_our_word_is_not_answered(name, clock: HeldClock):
    inbound = registry.adapter_class(name).inbound
    asked = Incoming(
        "GET", {}, {"hub.mode": "subscribe", "hub.verify_token": "guessed", "hub.challenge": "1"}, b"", clock()
    )
    try:
        reply = inbound.handshake(asked, client=CLIENT, verify_token=Secret("the right word"))
    except (Forged, Malformed):
        return
    assert reply is None or reply.body != "1"
