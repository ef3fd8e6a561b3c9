"""What YouTube's hub tells (WebSub)."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.secrets import Secret
from apps.platforms.adapters.youtube import YouTubeAdapter
from apps.platforms.adapters.youtube.notices import TOPIC
from apps.platforms.contract import OAuthClient
from apps.platforms.errors import NotSent
from apps.platforms.inbound import Forged, Incoming, Malformed, NoticeKind
from tests.platforms.conftest import reply
from tests.platforms.youtube.answers import CHANNEL, VIDEO, film

SECRET = "yt-hub-secret"
CLIENT = OAuthClient("client-1", Secret("client-secret-1"), webhook_secret=Secret(SECRET))
TOKEN = Secret("in-our-address")
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
INBOUND = YouTubeAdapter.inbound

FEED = f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">
  <entry>
    <id>yt:video:{VIDEO}</id><yt:videoId>{VIDEO}</yt:videoId><yt:channelId>{CHANNEL}</yt:channelId>
    <title>Café &amp; more</title><author><name>Demo</name></author>
    <published>2026-11-21T09:58:00+00:00</published><updated>UPDATED</updated>
  </entry>
</feed>"""
NEW, CHANGED = (FEED.replace("UPDATED", f"2026-11-21T{at}+00:00") for at in ("09:58:30.5", "19:00:00"))
DELETED = f"""<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom">
  <at:deleted-entry ref="yt:video:{VIDEO}" when="2026-11-21T09:59:00+00:00">
    <at:by><name>Demo</name><uri>https://www.youtube.com/channel/{CHANNEL}</uri></at:by>
  </at:deleted-entry></feed>"""


def incoming(body, signature=None):
    body = body.encode() if isinstance(body, str) else body
    if signature is None:
        signature = "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    return Incoming("POST", {"x-hub-signature": signature}, {}, body, NOW)


def read(body, signature=None, client=CLIENT):
    return INBOUND.notices(incoming(body, signature), client=client)


def test_the_documented_signature_is_the_one_that_is_made():
    body = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>'
    assert read(body, "sha1=fc5b14e9199232f9b8ce48913b1731950d2696d1") == ()


@pytest.mark.parametrize("signature", ["", "sha1=", "sha1=00", "sha256=fc5b14e9", "fc5b14e9", "sha1=é"])
def test_what_is_not_signed_is_not_read(signature):
    with pytest.raises(Forged):
        read(NEW, signature)


def test_without_a_secret_anybody_could_sign():
    empty = hmac.new(b"", NEW.encode(), hashlib.sha1).hexdigest()
    with pytest.raises(Forged):
        read(NEW, f"sha1={empty}", OAuthClient("client-1"))


def test_a_new_video_is_told_with_its_title():
    (notice,) = read(NEW)
    assert (notice.kind, notice.remote_user_id, notice.remote_id) == (NoticeKind.PUBLISHED, CHANNEL, VIDEO)
    assert notice.text == "Café & more"
    assert notice.at == datetime(2026, 11, 21, 9, 58, 30, 500_000, tzinfo=UTC)
    assert read(NEW)[0].dedupe_key == notice.dedupe_key


def test_a_changed_title_is_no_new_video():
    (notice,) = read(CHANGED)
    assert notice.kind is NoticeKind.OTHER
    assert notice.dedupe_key != read(NEW)[0].dedupe_key


def test_a_deleted_video_is_told_for_its_channel():
    (notice,) = read(DELETED)
    assert (notice.kind, notice.remote_user_id, notice.remote_id) == (NoticeKind.DELETED, CHANNEL, VIDEO)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><feed>&b;</feed>'


@pytest.mark.parametrize("body", ["", "{}", "<feed>", BOMB, b"\xff\xfe<\x00f\x00", "<a>&b;</a>"])
def test_what_is_signed_and_no_feed_is_malformed(body):
    with pytest.raises(Malformed):
        read(body)


@given(st.binary(max_size=80) | st.text("<>/&;atfeedntry! \"'=", max_size=60).map(str.encode))
def test_whatever_is_signed_is_read_or_malformed(body):
    with contextlib.suppress(Malformed):
        assert isinstance(read(body), tuple)


# --- the handshake ----------------------------------------------------------------------------------------------------


def shake(**query):
    usual = {
        "token": TOKEN.reveal(), "hub.mode": "subscribe", "hub.topic": TOPIC + CHANNEL, "hub.challenge": "c-1",
        "hub.lease_seconds": "432000",
    }  # fmt: skip
    asked = Incoming(
        "GET", {}, {**usual, **{name.replace("__", "."): value for name, value in query.items()}}, b"", NOW
    )
    return INBOUND.handshake(asked, client=CLIENT, verify_token=TOKEN)


@pytest.mark.parametrize("mode", ["subscribe", "unsubscribe"])
def test_the_challenge_is_given_back_as_text(mode):
    answer = shake(hub__mode=mode)
    assert (answer.body, answer.content_type, answer.status) == ("c-1", "text/plain", 200)


def test_the_older_name_of_a_feed_is_known_too():
    assert shake(hub__topic=f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}") is not None


@pytest.mark.parametrize("query", [{"token": "guessed"}, {"token": ""}, {"hub__topic": "https://example.org/feed"}])
def test_a_handshake_that_nobody_asked_for_is_refused(query):
    with pytest.raises(Forged):
        shake(**query)


def test_other_requests_are_no_handshakes():
    assert shake(hub__mode="denied") is None
    assert INBOUND.handshake(incoming(NEW), client=CLIENT, verify_token=TOKEN) is None


# --- at the sandbox ---------------------------------------------------------------------------------------------------


def test_a_subscription_is_confirmed_and_tells_of_what_is_published(bench, connected, serve):
    heard = []

    def answer(request, body):
        query = dict(parse_qsl(urlsplit(request.path).query))
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Incoming(request.command, headers, query, body, NOW)
        hello = INBOUND.handshake(asked, client=CLIENT, verify_token=TOKEN)
        if hello is None:
            heard.extend(INBOUND.notices(asked, client=CLIENT))
        reply(request, 200, hello.body.encode() if hello else b"")

    callback = f"{serve(answer).origin}/heard?token={TOKEN.reveal()}"
    bench.adapter.subscribe(connected.channel_id, callback=callback, secret=Secret(SECRET))
    staged = bench.stage(film(), connected, key="k")
    bench.clock.advance(seconds=1)
    assert heard == [], "it told of a film that nobody can see yet"
    receipt = bench.adapter.commit(film(), staged, connected, key="k")
    bench.clock.advance(seconds=1)

    for _ in range(200):
        if heard:
            break
        bench.sandbox.health()
    assert (heard[0].remote_id, heard[0].remote_user_id) == (receipt.remote_id, connected.channel_id)


def test_a_hub_that_refuses_says_so(youtube):
    _, adapter = youtube({"POST /subscribe": [(400, b"Bad callback")]})
    with pytest.raises(NotSent):
        adapter.subscribe(CHANNEL, callback="https://a.example/", secret=Secret(SECRET))
