from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.linkedin import LinkedInAdapter
from apps.platforms.contract import OAuthClient
from apps.platforms.inbound import Forged, Incoming, Malformed, NoticeKind

CLIENT = OAuthClient("77x", Secret("test_client_secret"))
INBOUND = LinkedInAdapter.inbound
EMPTY = b'{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[]}'
SIGNED = "402cf9cdc626c0ebaf382709c0e3f3c720807c24074c439a734f7e72dd1ec03a"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def incoming(body=b"", *, method="POST", query=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Incoming(method, named, query or {}, body, NOW)


def signed(said, *, prefix=b"hmacsha256="):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    made = hmac.new(b"test_client_secret", prefix + body, hashlib.sha256).hexdigest()
    return incoming(body, x_li_signature=made)


def test_the_address_is_shown_to_be_ours_as_the_documentation_has_it():
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    asked = incoming(method="GET", query={"challengeCode": code, "applicationId": "7"})
    reply = INBOUND.handshake(asked, client=CLIENT, verify_token=Secret(""))
    assert (reply.status, reply.content_type) == (200, "application/json")
    assert json.loads(reply.body) == {
        "challengeCode": code,
        "challengeResponse": "2f02d4233a0396d6b4632fc7be62fd3ab68183421f688efcda0c1fcb2615273e",
    }


@pytest.mark.parametrize("asked", [incoming(method="GET"), incoming(EMPTY, query={"challengeCode": "1"})])
def test_what_is_no_handshake_is_left_alone(asked):
    assert INBOUND.handshake(asked, client=CLIENT, verify_token=Secret("")) is None


@pytest.mark.parametrize("signature", [SIGNED, SIGNED.upper(), f"hmacsha256={SIGNED}"])
def test_a_genuine_delivery_is_believed(signature):
    assert INBOUND.notices(incoming(EMPTY, x_li_signature=signature), client=CLIENT) == ()


@pytest.mark.parametrize(
    "forged",
    [
        incoming(EMPTY),
        incoming(EMPTY, x_li_signature=""),
        incoming(EMPTY, x_li_signature="0" * 64),
        incoming(EMPTY, x_li_signature="ÿ"),
        incoming(EMPTY + b" ", x_li_signature=SIGNED),
        signed(EMPTY, prefix=b""),  # the prefix belongs to what is signed
    ],
)
def test_a_forged_delivery_is_not_read(forged):
    with pytest.raises(Forged):
        INBOUND.notices(forged, client=CLIENT)


def test_an_app_without_a_secret_believes_nobody():
    body = hmac.new(b"", b"hmacsha256=" + EMPTY, hashlib.sha256).hexdigest()
    with pytest.raises(Forged):
        INBOUND.notices(incoming(EMPTY, x_li_signature=body), client=replace(CLIENT, client_secret=Secret("")))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"notifications": [1]}', b"[" * 5000])
def test_what_cannot_be_read_is_malformed(body):
    with pytest.raises(Malformed):
        INBOUND.notices(signed(body), client=CLIENT)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("COMMENT", NoticeKind.COMMENT),
        ("ADMIN_COMMENT", NoticeKind.COMMENT),
        ("LIKE", NoticeKind.REACTION),
        ("SHARE_MENTION", NoticeKind.MENTION),
        ("COMMENT_DELETE", NoticeKind.OTHER),
        ("COMMENT_EDIT", NoticeKind.OTHER),
        ("SHARE", NoticeKind.OTHER),
        ("SOMETHING_NEW", NoticeKind.OTHER),
    ],
)
def test_what_people_do_with_a_post_is_told_of_its_page(action, kind):
    told = {
        "notificationId": 17,
        "organizationalEntity": "urn:li:organization:555",
        "action": action,
        "sourcePost": "urn:li:share:7",
        "generatedActivity": "urn:li:comment:(urn:li:activity:9,1)",
        "decoratedGeneratedActivity": {"comment": {"text": "Nice"}},
        "lastModifiedAt": 1790000001000,
        "subscriber": "urn:li:person:abc123",
    }
    said = {"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": [told]}
    (notice,) = INBOUND.notices(signed(said), client=CLIENT)
    assert (notice.kind, notice.remote_user_id) == (kind, "urn:li:organization:555")
    assert (notice.dedupe_key, notice.remote_id, notice.text) == ("17", "urn:li:share:7", "Nice")
    assert notice.at == datetime.fromtimestamp(1790000001, UTC)


def test_the_same_notice_without_a_number_is_still_the_same():
    said = {"type": "X", "notifications": [{"action": "LIKE"}, {"action": "LIKE"}, {"action": "SHARE"}]}
    first, second, third = INBOUND.notices(signed(said), client=CLIENT)
    assert first.dedupe_key == second.dedupe_key != third.dedupe_key
