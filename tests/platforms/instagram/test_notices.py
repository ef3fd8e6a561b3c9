"""What Instagram sends on its own."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.instagram import InstagramAdapter
from apps.platforms.contract import OAuthClient
from apps.platforms.inbound import Forged, Incoming, Malformed, NoticeKind
from tests.platforms.instagram.answers import ME

SECRET = "testsecret0123456789abcdef"
CLIENT = OAuthClient("123456", Secret(SECRET))
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
BODY = (
    b'{"object":"instagram","entry":[{"id":"17841400000000001","time":1790000000,"changes":[{"field":"comments","value":'
    b'{"id":"17900000000000001","from":{"id":"5550001","username":"ann"},"text":"nice","media":{"id":"17950000000000001",'
    b'"media_product_type":"FEED"}}}]}]}'
)
SIGNATURE = "sha256=1b25e77bb10e477ed0b51c96473b8b3b665ad776314a5250a34f43db049cd44d"
SIGNED = (
    "822Ubt0YLfjiVphNHq1CWK7DSw0tLX9G3YJ4ab-_E_M."
    "eyJ1c2VyX2lkIjoiMjE4NDcxIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjE3OTAwMDAwMDB9"
)
COMMENT = {"field": "comments", "value": {"id": "k1", "from": {"id": "5550001"}, "text": "nice"}}
inbound = InstagramAdapter.inbound


def incoming(body, signature="", *, secret=SECRET):
    made = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-hub-signature-256": signature or made}
    return Incoming("POST", headers, {}, body, NOW)


def told(*entries, client=CLIENT):
    body = json.dumps({"object": "instagram", "entry": list(entries)}).encode()
    return inbound.notices(incoming(body), client=client)


def test_a_comment_is_read_from_the_documented_delivery():
    (notice,) = inbound.notices(incoming(BODY, SIGNATURE), client=CLIENT)
    assert (notice.kind, notice.remote_user_id, notice.remote_id) == (NoticeKind.COMMENT, ME, "17900000000000001")
    assert notice.text == "nice"
    assert notice.at == datetime.fromtimestamp(1790000000, UTC)
    assert notice.data["media"]["id"] == "17950000000000001"


@pytest.mark.parametrize("signature", ["sha256=", SIGNATURE[7:], SIGNATURE[:-1] + "b", "sha1=" + SIGNATURE[7:]])
def test_a_delivery_with_another_signature_is_forged(signature):
    with pytest.raises(Forged):
        inbound.notices(incoming(BODY, signature), client=CLIENT)


def test_either_of_two_secrets_may_have_signed():
    """Which one does is not documented for accounts that signed in with Instagram."""
    other = incoming(BODY, secret="the-meta-app-secret")
    with pytest.raises(Forged):
        inbound.notices(other, client=CLIENT)
    both = replace(CLIENT, webhook_secret=Secret("the-meta-app-secret"))
    assert inbound.notices(other, client=both)
    assert inbound.notices(incoming(BODY, SIGNATURE), client=both)


def test_all_three_shapes_of_a_delivery_tell_the_same():
    entry = {"id": ME, "time": 1790000000}
    usual = {"object": "instagram", "entry": [entry | {"changes": [COMMENT]}]}
    direct = {"object": "instagram", "entry": [entry | COMMENT]}
    shapes = [usual, direct, [usual]]
    read = [inbound.notices(incoming(json.dumps(shape).encode()), client=CLIENT) for shape in shapes]
    assert read[0] == read[1] == read[2]
    assert len(read[0]) == 1


@pytest.mark.parametrize("body", [b"", b"[", b"3", b"[3]", b"{}", b'{"entry": 3}'])
def test_what_is_genuine_and_unreadable_is_malformed(body):
    with pytest.raises(Malformed):
        inbound.notices(incoming(body), client=CLIENT)


def test_own_comments_come_back_and_are_left_out():
    own = {"field": "comments", "value": {"id": "k2", "from": {"id": ME}, "text": "Thank you"}}
    assert [one.remote_id for one in told({"id": ME, "changes": [own, COMMENT]})] == ["k1"]


def test_a_comment_that_comes_again_has_the_same_key():
    (first,) = told({"id": ME, "time": 1, "changes": [COMMENT]})
    (again,) = told({"id": ME, "time": 2, "changes": [COMMENT]})
    assert first.dedupe_key == again.dedupe_key == "comments:k1"


@pytest.mark.parametrize(
    ("change", "kind", "about"),
    [
        ({"field": "mentions", "value": {"media_id": "m1", "comment_id": "k3"}}, NoticeKind.MENTION, "k3"),
        ({"field": "mentions", "value": {"media_id": "m1"}}, NoticeKind.MENTION, "m1"),
        ({"field": "live_comments", "value": {"id": "k4", "text": "hi"}}, NoticeKind.COMMENT, "k4"),
        ({"field": "story_insights", "value": {"media_id": "m2", "reach": 7}}, NoticeKind.OTHER, "m2"),
    ],
)
def test_each_field_is_one_kind_of_notice(change, kind, about):
    (notice,) = told({"id": ME, "changes": [change]})
    assert (notice.kind, notice.remote_id) == (kind, about)


def test_messages_are_told_and_their_echoes_are_not():
    message = {"sender": {"id": "5"}, "recipient": {"id": ME}, "timestamp": 1790000000000, "message": {"mid": "x1"}}
    echo = {**message, "sender": {"id": ME}, "message": {"mid": "x2", "is_echo": True}}
    (notice,) = told({"id": ME, "messaging": [message, echo]})
    assert (notice.kind, notice.remote_id, notice.dedupe_key) == (NoticeKind.MESSAGE, "x1", "message:x1")
    assert notice.at == datetime.fromtimestamp(1790000000, UTC)


def test_the_handshake_is_answered_with_its_challenge():
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "ours"}
    asked = Incoming("GET", {}, query, b"", NOW)
    assert inbound.handshake(asked, client=CLIENT, verify_token=Secret("ours")).body == "1158201444"
    with pytest.raises(Forged):
        inbound.handshake(asked, client=CLIENT, verify_token=Secret("theirs"))


@pytest.mark.parametrize(
    ("query", "kind"), [({}, NoticeKind.DEAUTHORIZED), ({"about": "deletion"}, NoticeKind.DATA_DELETION)]
)
def test_a_person_who_leaves_is_named_as_our_app_knows_them(query, kind):
    form = {"content-type": "application/x-www-form-urlencoded"}
    (notice,) = inbound.notices(Incoming("POST", form, query, f"signed_request={SIGNED}".encode(), NOW), client=CLIENT)
    assert (notice.kind, notice.remote_user_id) == (kind, "218471")
