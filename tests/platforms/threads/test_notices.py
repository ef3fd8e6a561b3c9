"""What Threads sends on its own."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.threads import ThreadsAdapter
from apps.platforms.contract import OAuthClient, Role
from apps.platforms.errors import Disconnected
from apps.platforms.inbound import Forged, Incoming, Malformed, NoticeKind
from tests.platforms.conformance.bench import remote
from tests.platforms.conformance.sandbox_bench import settings_of
from tests.platforms.conftest import reply

SECRET = "testsecret0123456789abcdef"
CLIENT = OAuthClient("123456", Secret(SECRET))
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
BODY = (
    rb'{"app_id":"123456","topic":"moderate","target_id":"78901","time":1790000000,"subscription_id":"234567",'
    rb'"has_uid_field":false,"values":{"value":{"id":"8901234","username":"ann","text":"hi","media_type":"TEXT_POST",'
    rb'"permalink":"https:\/\/www.threads.com\/@ann\/post\/Pp","replied_to":{"id":"567890"},'
    rb'"root_post":{"id":"567890","owner_id":"78901","username":"acme"},"shortcode":"Pp",'
    rb'"timestamp":"2026-09-21T15:33:20+0000"},"field":"replies"}}'
)
SIGNATURE = "sha256=58dc3994779b7add23922700b0be85f49ae4bded9474af27e09320556b0c2d6a"
SIGNED = (
    "822Ubt0YLfjiVphNHq1CWK7DSw0tLX9G3YJ4ab-_E_M."
    "eyJ1c2VyX2lkIjoiMjE4NDcxIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjE3OTAwMDAwMDB9"
)
inbound = ThreadsAdapter.inbound


def delivered(body=BODY, signature=SIGNATURE, **changes):
    headers = {"content-type": "application/json", "x-hub-signature-256": signature}
    return Incoming("POST", **{"headers": headers, "query": {}, "body": body, "received_at": NOW, **changes})


def test_a_reply_is_read_from_the_documented_delivery():
    (notice,) = inbound.notices(delivered(), client=CLIENT)
    assert (notice.kind, notice.remote_user_id, notice.remote_id) == (NoticeKind.COMMENT, "78901", "8901234")
    assert notice.text == "hi"
    assert notice.at == datetime(2026, 9, 21, 15, 33, 20, tzinfo=UTC)
    assert notice.data["root_post"]["id"] == "567890"


def test_either_of_two_secrets_may_have_signed():
    """Which one does is not documented."""
    other = replace(CLIENT, client_secret=Secret("the-threads-app-secret"))
    with pytest.raises(Forged):
        inbound.notices(delivered(), client=other)
    both = replace(other, webhook_secret=Secret(SECRET))
    assert inbound.notices(delivered(), client=both) == inbound.notices(delivered(), client=CLIENT)


def test_a_body_that_was_read_and_written_again_is_forged():
    """The slashes are escaped in what was signed."""
    with pytest.raises(Forged):
        inbound.notices(delivered(json.dumps(json.loads(BODY), separators=(",", ":")).encode()), client=CLIENT)


@pytest.mark.parametrize("signature", ["", "sha256=", SIGNATURE[7:], SIGNATURE[:-1] + "b", "sha1=" + SIGNATURE[7:]])
def test_a_delivery_with_another_signature_is_forged(signature):
    with pytest.raises(Forged):
        inbound.notices(delivered(signature=signature), client=CLIENT)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("replies", NoticeKind.COMMENT),
        ("mentions", NoticeKind.MENTION),
        ("publish", NoticeKind.PUBLISHED),
        ("delete", NoticeKind.DELETED),
        ("something_new", NoticeKind.OTHER),
    ],
)
def test_each_field_is_a_kind_of_notice(field, kind):
    said = {"target_id": 78901, "time": 1790000000, "values": {"field": field, "value": {"id": "1"}}}
    (notice,) = inbound.notices(signed(said), client=CLIENT)
    assert (notice.kind, notice.remote_user_id, notice.remote_id) == (kind, "78901", "1")
    assert notice.at == datetime.fromtimestamp(1790000000, UTC)


def signed(said):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return delivered(body, f"sha256={digest}")


def test_a_deletion_happened_when_it_was_told():
    value = {"id": "1", "timestamp": "2026-09-01T10:00:00+0000"}
    (notice,) = inbound.notices(
        signed({"time": 1790000000, "values": {"field": "delete", "value": value}}), client=CLIENT
    )
    assert notice.at == datetime.fromtimestamp(1790000000, UTC)


def test_what_is_sent_again_later_is_known_by_its_key():
    first = {"time": 1, "values": {"field": "replies", "value": {"id": "1", "text": "hi"}}}
    keys = {inbound.notices(signed({**first, "time": time}), client=CLIENT)[0].dedupe_key for time in (1, 2)}
    other = {"time": 1, "values": {"field": "delete", "value": {"id": "1"}}}
    assert len(keys) == 1
    assert inbound.notices(signed(other), client=CLIENT)[0].dedupe_key not in keys


@pytest.mark.parametrize("said", [b"", b"[]", b"not JSON", {}, {"values": []}, {"values": {"field": "replies"}}])
def test_a_genuine_delivery_that_says_nothing_is_malformed(said):
    with pytest.raises(Malformed):
        inbound.notices(signed(said), client=CLIENT)


@pytest.mark.parametrize(
    ("query", "kind"), [({}, NoticeKind.DEAUTHORIZED), ({"about": "deletion"}, NoticeKind.DATA_DELETION)]
)
def test_a_person_who_leaves_says_so_in_a_signed_request(query, kind):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = urlencode({"signed_request": SIGNED}).encode()
    (notice,) = inbound.notices(delivered(body, headers=headers, query=query), client=CLIENT)
    assert (notice.kind, notice.remote_user_id) == (kind, "218471")
    forged = urlencode({"signed_request": "x" + SIGNED[1:]}).encode()
    with pytest.raises(Forged):
        inbound.notices(delivered(forged, headers=headers, query=query), client=CLIENT)


def test_the_handshake_gives_the_challenge_back_to_whoever_knows_the_token():
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "ours"}
    asked = Incoming("GET", {}, query, b"", NOW)
    assert inbound.handshake(asked, client=CLIENT, verify_token=Secret("ours")).body == "1158201444"
    with pytest.raises(Forged):
        inbound.handshake(asked, client=CLIENT, verify_token=Secret("theirs"))
    assert inbound.handshake(delivered(), client=CLIENT, verify_token=Secret("ours")) is None


@pytest.fixture
def hook(serve):
    """An address that takes what comes, and what has come to it: `hook.origin`, `hook.came`."""

    def take(request, body):
        parts = urlsplit(request.path)
        headers = {name.lower(): value for name, value in request.headers.items()}
        incoming = Incoming(request.command, headers, dict(parse_qsl(parts.query)), body, NOW)
        answer = inbound.handshake(incoming, client=CLIENT, verify_token=Secret("ours"))
        if answer is None:
            server.came.append(incoming)
        told = answer.body if answer else json.dumps({"url": "https://p.example/gone", "confirmation_code": "DEL7K2"})
        reply(request, 200, told.encode(), content_type=answer.content_type if answer else "application/json")

    server = serve(take)
    server.came = []
    return server


def test_what_happens_to_a_profile_arrives_over_the_wire(bench, connected, switch, hook):
    switch(webhook_url=f"{hook.origin}/hook", webhook_verify_token="ours")
    main = bench.publish(bench.post("Heard of"), connected)
    comment = bench.publish(bench.post("Below", role=Role.REPLY, root=remote(main), parent=remote(main)), connected)
    bench.adapter.delete(remote(comment), connected)
    bench.adapter.delete(remote(main), connected)

    came = until(lambda: len(hook.came) == 5 and hook.came)
    told = [notice for incoming in came for notice in inbound.notices(incoming, client=bench.client())]
    assert {(notice.kind, notice.remote_id) for notice in told} == {
        (NoticeKind.PUBLISHED, main.remote_id),
        (NoticeKind.PUBLISHED, comment.remote_id),
        (NoticeKind.COMMENT, comment.remote_id),
        (NoticeKind.DELETED, comment.remote_id),
        (NoticeKind.DELETED, main.remote_id),
    }
    assert {notice.remote_user_id for notice in told} == {connected.remote_user_id}


def test_notices_that_the_meta_app_signs_are_genuine_by_its_secret(bench, connected, switch, hook):
    """Which of the two apps signs is not documented, so whoever receives tries both secrets."""
    switch(webhook_url=f"{hook.origin}/hook", webhook_verify_token="ours", signs_with_meta_secret=True)
    published = bench.publish(bench.post("Signed elsewhere"), connected)
    (incoming,) = until(lambda: hook.came)

    with pytest.raises(Forged):
        inbound.notices(incoming, client=bench.client())
    by_meta = OAuthClient("1", Secret(settings_of(bench.sandbox, "threads")["meta_app_secret"]))
    assert inbound.notices(incoming, client=by_meta)[0].remote_id == published.remote_id


def test_a_person_who_removes_the_app_is_heard_and_disconnected(bench, connected, switch, hook):
    switch(deauthorize_url=f"{hook.origin}/gone", deletion_url=f"{hook.origin}/gone?about=deletion")
    bench.http.post(
        f"{bench.origin}/settings/website_permissions", data={"username": bench.handle, "delete_data": "true"}
    )

    came = until(lambda: len(hook.came) == 2 and hook.came)
    told = [notice for incoming in came for notice in inbound.notices(incoming, client=bench.client())]
    assert {notice.kind for notice in told} == {NoticeKind.DEAUTHORIZED, NoticeKind.DATA_DELETION}
    assert {notice.remote_user_id for notice in told} == {connected.remote_user_id}
    with pytest.raises(Disconnected):
        bench.adapter.check(connected)
    bench.requests.clear()


def until(found):
    """What is found within five seconds: deliveries take their own time."""
    end = time.monotonic() + 5
    while not (value := found()):
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.02)
    return value
