from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.tiktok import TikTokAdapter
from apps.platforms.contract import NO_SECRET, OAuthClient
from apps.platforms.inbound import Forged, Incoming, Malformed, NoticeKind

SECRET = "tiktok-test-client-secret"
APP = OAuthClient("awexample0000key", Secret(SECRET))
BODY = (
    rb'{"client_key":"awexample0000key","event":"post.publish.complete","create_time":1795000000,'
    rb'"user_openid":"-000ExampleOpenId","content":"{\"publish_id\":\"v_pub_file~v2-1.7570000000000000001\",'
    rb'\"publish_type\":\"DIRECT_POST\"}"}'
)
SIGNED = "t=1795000000,s=0a24d28e120faeadb6d33389336b4642f9f1522c1dd4fe48fe97c1d47c795f93"
NOW = datetime.fromtimestamp(1795000000, UTC)
INBOUND = TikTokAdapter.inbound


def letter(body=BODY, signature=SIGNED, after=timedelta(seconds=3)):
    return Incoming("POST", {"tiktok-signature": signature}, {}, body, NOW + after)


def event(name, content, **more):
    body = json.dumps({"event": name, "create_time": 1795000000, "user_openid": "u", "content": content, **more})
    digest = hmac.new(SECRET.encode(), b"1795000000." + body.encode(), hashlib.sha256).hexdigest()
    return letter(body.encode(), f"t=1795000000,s={digest}")


def test_a_genuine_notice_is_understood_and_known_again():
    assert len(BODY) == 226
    (notice,) = INBOUND.notices(letter(), client=APP)
    assert (notice.kind, notice.remote_user_id) == (NoticeKind.PUBLISHED, "-000ExampleOpenId")
    assert (notice.remote_id, notice.at) == ("v_pub_file~v2-1.7570000000000000001", NOW)
    (again,) = INBOUND.notices(letter(after=timedelta(hours=71)), client=APP)  # it is sent again for 72 hours
    assert again.dedupe_key == notice.dedupe_key
    assert INBOUND.handshake(letter(), client=APP, verify_token=NO_SECRET) is None


@pytest.mark.parametrize(
    "forged",
    [
        letter(BODY + b" "),
        letter(signature=SIGNED.replace("t=1795000000", "t=1795000001")),
        letter(signature=""),
        letter(signature="t=1795000000"),
        letter(signature="t=,s="),
        letter(after=timedelta(hours=80)),
        letter(after=timedelta(hours=-1)),
    ],
)
def test_what_is_not_signed_or_too_old_is_not_believed(forged):
    with pytest.raises(Forged):
        INBOUND.notices(forged, client=APP)
    with pytest.raises(Forged):
        INBOUND.notices(letter(), client=OAuthClient("awexample0000key"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("authorization.removed", NoticeKind.DEAUTHORIZED),
        ("post.publish.failed", NoticeKind.PUBLISH_FAILED),
        ("post.publish.inbox_delivered", NoticeKind.OTHER),
        ("post.publish.publicly_available", NoticeKind.PUBLISHED),
        ("post.publish.no_longer_publicaly_available", NoticeKind.DELETED),
        ("portability.download.ready", NoticeKind.OTHER),
    ],
)
def test_each_event_has_its_kind_and_its_content_is_read_out_of_the_text(name, kind):
    content = json.dumps({"publish_id": "v1", "post_id": 7570000000000000123, "fail_reason": "spam_risk"})
    (notice,) = INBOUND.notices(event(name, content), client=APP)
    assert (notice.kind, notice.remote_id, notice.data["post_id"]) == (kind, "v1", "7570000000000000123")
    assert notice.data["reason"] == "spam_risk"


@pytest.mark.parametrize("broken", [event("x", "{"), event("x", "[]"), event("", "{}")])
def test_what_is_genuine_and_cannot_be_read_says_so(broken):
    with pytest.raises(Malformed):
        INBOUND.notices(broken, client=APP)


def test_what_the_simulated_tiktok_sends_is_understood(bench, connected, switch):
    switch(webhook_url="http://127.0.0.1:9/hooks")
    receipt = bench.publish(bench.post("Heard of"), connected)
    bench.seen()
    client = bench.client()
    notices = [one for sent in bench.deliveries() for one in INBOUND.notices(sent, client=client)]
    mine = {notice.data["event"]: notice for notice in notices if notice.remote_id == receipt.remote_id}
    assert mine["post.publish.complete"].kind is NoticeKind.PUBLISHED
    assert mine["post.publish.publicly_available"].data["post_id"] == bench.known_as(receipt)
    assert {notice.remote_user_id for notice in mine.values()} == {connected.channel_id}
