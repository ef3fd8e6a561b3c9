from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.secrets import Secret
from apps.platforms.contract import OAuthClient
from apps.platforms.inbound import Forged, Incoming, Malformed, NoticeKind
from apps.platforms.meta import webhooks
from apps.platforms.meta.signing import appsecret_proof, read_signed_request

SECRET = Secret("testsecret0123456789abcdef")
CLIENT = OAuthClient("1", SECRET)
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
GENUINE = (
    "822Ubt0YLfjiVphNHq1CWK7DSw0tLX9G3YJ4ab-_E_M."
    "eyJ1c2VyX2lkIjoiMjE4NDcxIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjE3OTAwMDAwMDB9"
)
BODY = (
    rb'{"object":"page","entry":[{"id":"111","time":1790000000,"changes":[{"field":"feed","value":{"item":"comment",'
    rb'"verb":"add","comment_id":"111_5_9","post_id":"111_5","parent_id":"111_5","from":{"id":"777","name":"Ann"},'
    rb'"message":"caf\u00e9","created_time":1790000000}}]}]}'
)
SIGNATURE = "sha256=1e1e4f8a33e4111d6df059da413f32a76f23d854b8834bc108bb2942cf46775c"


def incoming(body=b"", *, method="POST", query=None, **headers):
    return Incoming(method, {name.replace("_", "-"): value for name, value in headers.items()}, query or {}, body, NOW)


def signed(payload):
    encoded = base64.urlsafe_b64encode(payload).rstrip(b"=")
    made = hmac.new(SECRET.reveal().encode(), encoded, hashlib.sha256).digest()
    return (base64.urlsafe_b64encode(made).rstrip(b"=") + b"." + encoded).decode()


def form(text):
    return urlencode({"signed_request": text}).encode()


FORM = "application/x-www-form-urlencoded"


def test_a_token_is_sent_with_a_proof_that_we_know_the_app_secret():
    proof = appsecret_proof(Secret("EAATESTPAGETOKEN"), SECRET)
    assert proof.reveal() == "7c13532c05e223379a0a17b88b264aa45d21c42959b1ddc411524fb423efe905"


def test_a_genuine_signed_request_is_read():
    assert read_signed_request(GENUINE, SECRET) == {
        "user_id": "218471",
        "algorithm": "HMAC-SHA256",
        "issued_at": 1790000000,
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "x",
        GENUINE[1:],
        GENUINE[:-1],
        GENUINE.replace(".", ""),
        "é." + GENUINE.partition(".")[2],
        "." + GENUINE,
    ],
)
def test_a_signed_request_that_is_not_genuine_is_forged(text):
    with pytest.raises(Forged):
        read_signed_request(text, SECRET)


def test_nobody_signs_without_a_secret():
    with pytest.raises(Forged):
        read_signed_request(GENUINE, Secret(""))


def test_a_signed_request_that_names_another_algorithm_is_forged():
    with pytest.raises(Forged):
        read_signed_request(signed(b'{"algorithm":"none","user_id":"1"}'), SECRET)


@pytest.mark.parametrize("payload", [b"no", b"[1]", b"\xff"])
def test_a_genuine_request_that_cannot_be_read_is_malformed(payload):
    with pytest.raises(Malformed):
        read_signed_request(signed(payload), SECRET)


def test_a_delivery_is_believed_by_the_bytes_that_were_signed():
    assert len(BODY) == 269
    said = webhooks.delivery(incoming(BODY, x_hub_signature_256=SIGNATURE), client=CLIENT)
    assert said["entry"][0]["changes"][0]["value"]["message"] == "café"


def test_a_delivery_that_was_read_and_written_again_is_refused():
    again = json.dumps(json.loads(BODY), separators=(",", ":"), ensure_ascii=False).encode()
    with pytest.raises(Forged):
        webhooks.delivery(incoming(again, x_hub_signature_256=SIGNATURE), client=CLIENT)


@pytest.mark.parametrize(
    "signature", ["", SIGNATURE.removeprefix("sha256="), "sha1=" + SIGNATURE[7:], "sha256=", "sha256=é"]
)
def test_a_delivery_with_another_signature_is_refused(signature):
    with pytest.raises(Forged):
        webhooks.delivery(incoming(BODY, x_hub_signature_256=signature), client=CLIENT)


def test_the_handshake_gives_the_challenge_back_as_text():
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "ours"}
    reply = webhooks.handshake(incoming(method="GET", query=query), verify_token=Secret("ours"))
    assert (reply.status, reply.body, reply.content_type) == (200, "1158201444", "text/plain")


@pytest.mark.parametrize(("said", "ours"), [("theirs", "ours"), ("", "ours"), ("", ""), ("é", "ours")])
def test_a_handshake_with_another_token_is_refused(said, ours):
    query = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": said}
    with pytest.raises(Forged):
        webhooks.handshake(incoming(method="GET", query=query), verify_token=Secret(ours))


def test_a_delivery_is_no_handshake():
    assert webhooks.handshake(incoming(BODY), verify_token=Secret("ours")) is None


@pytest.mark.parametrize(
    ("query", "kind"), [({}, NoticeKind.DEAUTHORIZED), ({"about": "deletion"}, NoticeKind.DATA_DELETION)]
)
def test_a_person_who_leaves_is_named_as_our_app_knows_them(query, kind):
    notice = webhooks.signed_request(incoming(form(GENUINE), query=query, content_type=FORM), client=CLIENT)
    assert (notice.kind, notice.remote_user_id) == (kind, "218471")
    assert notice.at == datetime.fromtimestamp(1790000000, UTC)


def test_a_person_is_named_by_a_number_as_well():
    text = signed(b'{"algorithm":"HMAC-SHA256","user_id":218471}')
    notice = webhooks.signed_request(incoming(form(text), content_type=FORM), client=CLIENT)
    assert notice.remote_user_id == "218471"


def test_a_signed_request_that_names_nobody_is_malformed():
    text = signed(b'{"algorithm":"HMAC-SHA256"}')
    with pytest.raises(Malformed):
        webhooks.signed_request(incoming(form(text), content_type=FORM), client=CLIENT)


def test_a_delivery_is_no_signed_request():
    assert webhooks.signed_request(incoming(BODY, content_type="application/json"), client=CLIENT) is None
    assert webhooks.signed_request(incoming(b"a=b", content_type=FORM), client=CLIENT) is None


@given(text=st.text(max_size=40))
def test_whatever_is_sent_is_forged_or_malformed(text):
    with pytest.raises((Forged, Malformed)):
        read_signed_request(text, SECRET)
