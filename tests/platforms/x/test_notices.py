"""What X sends: its handshake, its signature, and each event in our words."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.x import XAdapter
from apps.platforms.adapters.x.notices import SIGNATURE, signature
from apps.platforms.contract import NO_SECRET, OAuthClient, RemotePost
from apps.platforms.inbound import Forged, Incoming, Malformed, NoticeKind
from tests.platforms.conftest import reply

CONSUMER = Secret("test_consumer_secret")
APP = OAuthClient("client", Secret("client-secret"), webhook_secret=CONSUMER)
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
INBOUND = XAdapter.inbound


def delivery(body, *, sign=CONSUMER, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = {SIGNATURE: signature(raw, sign)} if sign else {}
    return Incoming("POST", {**signed, **headers}, {}, raw, NOW)


def event(kind, payload=None, **more):
    said = {"event_uuid": "u-1", "event_type": kind, "filter": {"user_id": "42"}, "tag": "t", "payload": payload or {}}
    return {"data": {**said, **more}}


def test_the_handshake_is_answered_with_the_consumer_secret():
    asked = Incoming("GET", {}, {"crc_token": "abc123"}, b"", NOW)
    reply = INBOUND.handshake(asked, client=APP, verify_token=NO_SECRET)
    assert reply.content_type == "application/json"
    assert json.loads(reply.body) == {"response_token": "sha256=NRSmW12qpe3CEF8MYyBrEyg562XPUUrrQ1iu+H6dKZs="}


def test_what_is_no_handshake_is_left_alone():
    for incoming in (delivery({}), Incoming("GET", {}, {}, b"", NOW)):
        assert INBOUND.handshake(incoming, client=APP, verify_token=NO_SECRET) is None


def test_an_older_subscription_is_genuine_and_kept_as_it_is():
    body = b'{"for_user_id":"42"}'
    known = {SIGNATURE: "sha256=LyIyWD7Y0DRLsnn8+kVnRb/0Fg1b5ycDkSR9VK1pE+Q="}
    (notice,) = INBOUND.notices(delivery(body, sign=None, **known), client=APP)
    assert (notice.kind, notice.remote_user_id) == (NoticeKind.OTHER, "42")
    assert notice.dedupe_key


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("post.create", NoticeKind.PUBLISHED),
        ("post.delete", NoticeKind.DELETED),
        ("post.mention.create", NoticeKind.MENTION),
        ("post.reply.create", NoticeKind.COMMENT),
        ("post.quote.create", NoticeKind.MENTION),
        ("post.repost.create", NoticeKind.REACTION),
        ("like.create", NoticeKind.REACTION),
        ("dm.received", NoticeKind.MESSAGE),
        ("oauth.revoke", NoticeKind.DEAUTHORIZED),
        ("follow.follow", NoticeKind.OTHER),
        ("something.new", NoticeKind.OTHER),
    ],
)
def test_each_event_is_told_in_our_words(kind, meant):
    payload = {"id": "7", "author_id": "42", "text": "Hi", "created_at": "2026-11-01T10:00:03.000Z"}
    (notice,) = INBOUND.notices(delivery(event(kind, payload)), client=APP)
    assert (notice.kind, notice.remote_user_id, notice.dedupe_key) == (meant, "42", "u-1")
    assert (notice.remote_id, notice.text, notice.at.hour) == ("7", "Hi", 10)


def test_a_forged_delivery_is_not_read():
    genuine = delivery(event("oauth.revoke"))
    forgeries = [
        delivery(event("oauth.revoke"), sign=None),
        delivery(event("oauth.revoke"), sign=Secret("client-secret")),
        delivery(event("oauth.revoke"), sign=None, **{SIGNATURE: "sha256=\u00e4"}),
        Incoming("POST", genuine.headers, {}, genuine.body + b" ", NOW),
    ]
    for forged in forgeries:
        with pytest.raises(Forged):
            INBOUND.notices(forged, client=APP)


def test_without_a_secret_nothing_is_genuine():
    bare = OAuthClient("client")
    with pytest.raises(Forged):
        INBOUND.notices(delivery(event("post.create"), sign=Secret("")), client=bare)
    with pytest.raises(Forged):
        INBOUND.handshake(Incoming("GET", {}, {"crc_token": "a"}, b"", NOW), client=bare, verify_token=NO_SECRET)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_a_genuine_delivery_that_cannot_be_read_says_so(body):
    with pytest.raises(Malformed):
        INBOUND.notices(delivery(body), client=APP)


def test_the_same_event_has_the_same_key_even_without_an_id():
    twice = [INBOUND.notices(delivery(event("post.create", event_uuid="")), client=APP)[0] for _ in range(2)]
    assert twice[0].dedupe_key == twice[1].dedupe_key != ""


# --- with the simulation


@pytest.fixture
def ear(serve):
    """Our side of the wire: it proves itself with the adapter's words, and keeps what it hears."""
    heard = []

    def hear(request, body):
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = dict(parse_qsl(urlsplit(request.path).query))
        incoming = Incoming(request.command, headers, query, body, NOW)
        proof = INBOUND.handshake(incoming, client=hear.client, verify_token=NO_SECRET)
        if proof is None:
            heard.append(incoming)
        reply(request, 200, (proof.body if proof else "").encode())

    hear.server, hear.heard = serve(hear), heard
    return hear


def test_what_the_simulation_sends_is_genuine_and_understood(bench, connected, switch, ear):
    ear.client = bench.client()
    switch(webhook_url=f"{ear.server.origin}/hook")
    receipt = bench.publish(bench.post("Heard"), connected)
    bench.adapter.delete(RemotePost(receipt.remote_id), connected)

    until = time.monotonic() + 5
    while len(ear.heard) < 2 and time.monotonic() < until:
        time.sleep(0.02)

    notices = [notice for one in list(ear.heard) for notice in INBOUND.notices(one, client=ear.client)]
    assert {(one.kind, one.remote_id) for one in notices} == {
        (NoticeKind.PUBLISHED, receipt.remote_id), (NoticeKind.DELETED, receipt.remote_id),
    }  # fmt: skip
    assert {one.remote_user_id for one in notices} == {connected.remote_user_id}
    with pytest.raises(Forged):
        INBOUND.notices(ear.heard[0], client=OAuthClient("client", webhook_secret=Secret("another")))
