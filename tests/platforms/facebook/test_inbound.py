from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.secrets import Secret
from apps.platforms.adapters.facebook import FacebookAdapter
from apps.platforms.contract import OAuthClient
from apps.platforms.errors import MissingPermission
from apps.platforms.inbound import Forged, Incoming, Malformed, NoticeKind
from tests.platforms.conftest import reply

SECRET = "testsecret0123456789abcdef"
CLIENT = OAuthClient("1", Secret(SECRET))
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
VECTOR = (
    rb'{"object":"page","entry":[{"id":"111","time":1790000000,"changes":[{"field":"feed","value":{"item":"comment",'
    rb'"verb":"add","comment_id":"111_5_9","post_id":"111_5","parent_id":"111_5","from":{"id":"777","name":"Ann"},'
    rb'"message":"caf\u00e9","created_time":1790000000}}]}]}'
)
SIGNATURE = "sha256=1e1e4f8a33e4111d6df059da413f32a76f23d854b8834bc108bb2942cf46775c"


def read(body, signature=None):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    if signature is None:
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-hub-signature-256": signature}
    return FacebookAdapter.inbound.notices(Incoming("POST", headers, {}, body, NOW), client=CLIENT)


def changed(*values, field="feed", page="111"):
    changes = [{"field": field, "value": value} for value in values]
    return {"object": "page", "entry": [{"id": page, "time": 1790000000, "changes": changes}]}


def feed(item, verb="add", by="777", **more):
    return {"item": item, "verb": verb, "post_id": "111_5", "from": {"id": by}, "created_time": 1790000000, **more}


def test_a_comment_is_read_as_it_was_written():
    (notice,) = read(VECTOR, SIGNATURE)
    assert (notice.kind, notice.remote_user_id, notice.remote_id) == (NoticeKind.COMMENT, "111", "111_5_9")
    assert notice.text == "café"
    assert notice.at == datetime.fromtimestamp(1790000000, UTC)
    assert notice.data["parent_id"] == "111_5"


def test_a_body_that_was_read_and_written_again_is_forged():
    with pytest.raises(Forged):
        read(json.dumps(json.loads(VECTOR), separators=(",", ":"), ensure_ascii=False).encode(), SIGNATURE)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (feed("comment"), NoticeKind.COMMENT),
        (feed("comment", "edited"), NoticeKind.COMMENT),
        (feed("comment", "remove"), NoticeKind.OTHER),
        (feed("reaction"), NoticeKind.REACTION),
        (feed("post", by="111"), NoticeKind.PUBLISHED),
        (feed("photo", by="111"), NoticeKind.PUBLISHED),
        (feed("status", by="111"), NoticeKind.PUBLISHED),
        (feed("post", "remove", by="111"), NoticeKind.DELETED),
        (feed("post", "edited", by="111"), NoticeKind.OTHER),
        (feed("post"), NoticeKind.OTHER),
        (feed("something new"), NoticeKind.OTHER),
    ],
)
def test_what_happens_below_a_page_is_told_by_its_kind(value, kind):
    assert [notice.kind for notice in read(changed(value))] == [kind]


def test_a_mention_is_one():
    assert read(changed({"post_id": "9_9", "sender_id": "777"}, field="mention"))[0].kind is NoticeKind.MENTION


def test_our_own_comments_and_messages_that_come_back_are_left_out():
    assert read(changed(feed("comment", by="111"), feed("reaction", by="111"))) == ()
    echo = {"sender": {"id": "111"}, "message": {"mid": "m1", "text": "Hello", "is_echo": True}}
    assert read({"object": "page", "entry": [{"id": "111", "messaging": [echo]}]}) == ()


def test_a_message_is_told_with_its_time():
    message = {"sender": {"id": "777"}, "timestamp": 1790000000123, "message": {"mid": "m1", "text": "Hello"}}
    (notice,) = read({"object": "page", "entry": [{"id": "111", "messaging": [message]}]})
    assert (notice.kind, notice.remote_id, notice.text) == (NoticeKind.MESSAGE, "m1", "Hello")
    assert notice.at == datetime.fromtimestamp(1790000000, UTC)


def test_many_changes_of_many_pages_come_in_their_order():
    body = changed(feed("comment", comment_id="1"), feed("comment", comment_id="2"))
    body["entry"] += changed(feed("comment", comment_id="3"), page="112")["entry"]
    assert [(one.remote_user_id, one.remote_id) for one in read(body)] == [("111", "1"), ("111", "2"), ("112", "3")]


def test_what_is_sent_again_is_known_by_its_key():
    first, second = read(changed(feed("comment", comment_id="1"), feed("comment", comment_id="2")))
    again = changed(feed("comment", comment_id="1"))
    again["entry"][0]["time"] += 60
    assert read(again)[0].dedupe_key == first.dedupe_key != second.dedupe_key


@pytest.mark.parametrize("body", [b"{}", b'{"entry": 1}', b"[]", b"no"])
def test_a_genuine_delivery_that_cannot_be_read_is_malformed(body):
    with pytest.raises(Malformed):
        read(body)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "changes", "field", "value", "from", "item", "messaging", "message", "timestamp"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(entry=st.lists(ODD, max_size=3))
def test_no_delivery_is_too_odd(entry):
    for notice in read({"object": "page", "entry": entry}):
        assert notice.dedupe_key


@pytest.mark.parametrize(
    ("query", "kind"), [({}, NoticeKind.DEAUTHORIZED), ({"about": "deletion"}, NoticeKind.DATA_DELETION)]
)
def test_a_person_who_leaves_is_named_as_their_consent_was(query, kind):
    payload = base64.urlsafe_b64encode(b'{"user_id":"218471","algorithm":"HMAC-SHA256","issued_at":1790000000}')
    payload = payload.rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.new(SECRET.encode(), payload, hashlib.sha256).digest()).rstrip(b"=")
    body = urlencode({"signed_request": (signature + b"." + payload).decode()}).encode()
    incoming = Incoming("POST", {"content-type": "application/x-www-form-urlencoded"}, query, body, NOW)
    (notice,) = FacebookAdapter.inbound.notices(incoming, client=CLIENT)
    assert (notice.kind, notice.remote_user_id) == (kind, "218471")


def test_the_handshake_is_answered_in_plain_text():
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "ours"}
    incoming = Incoming("GET", {}, query, b"", NOW)
    reply = FacebookAdapter.inbound.handshake(incoming, client=CLIENT, verify_token=Secret("ours"))
    assert (reply.status, reply.body) == (200, "1158201444")


# --- from the simulated Facebook --------------------------------------------------------------------------------------


def person_does(bench, act, **more):
    answer = bench.http.post(f"{bench.origin}/_people/{act}", json={"page": bench.handle, **more})
    assert answer.status_code == 200, answer.text
    bench.requests.pop()


@pytest.fixture
def letter_box(serve):
    """An address that takes what is sent, and `kinds(bench)` of it as soon as `count` deliveries are there."""
    box = []

    def take(request, body):
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = dict(parse_qsl(urlsplit(request.path).query))
        box.append(Incoming("POST", headers, query, body, NOW))
        reply(request, 200, b"{}")

    server = serve(take)

    def notices(bench, *, count):
        until = time.monotonic() + 5
        while len(box) < count and time.monotonic() < until:
            time.sleep(0.01)
        client = bench.client()
        return [one for incoming in box for one in bench.adapter.inbound.notices(incoming, client=client)]

    return server, notices


def test_a_page_that_we_listen_to_tells_of_comments_and_posts(bench, credential, switch, letter_box):
    server, notices = letter_box
    switch(webhook_url=f"{server.origin}/facebook")
    bench.adapter.listen(credential)
    main = bench.publish(bench.post("Main"), credential)
    person_does(bench, "comment", post=main.remote_id, message="Déjà vu", name="Ann")

    found = notices(bench, count=2)

    assert {one.kind for one in found} == {NoticeKind.PUBLISHED, NoticeKind.COMMENT}
    assert {one.remote_user_id for one in found} == {credential.channel_id}
    assert "Déjà vu" in {one.text for one in found}


@pytest.mark.parametrize(
    ("act", "setting", "about", "kind"),
    [
        ("remove_app", "deauthorize_url", "", NoticeKind.DEAUTHORIZED),
        ("delete_data", "deletion_url", "?about=deletion", NoticeKind.DATA_DELETION),
    ],
)
def test_a_person_who_leaves_is_told_by_facebook(bench, credential, switch, letter_box, act, setting, about, kind):
    server, notices = letter_box
    switch(**{setting: f"{server.origin}/facebook{about}"})
    person_does(bench, act)
    assert [(one.kind, one.remote_user_id) for one in notices(bench, count=1)] == [(kind, credential.remote_user_id)]


def test_a_page_whose_consent_does_not_cover_notices_says_so(bench, switch):
    switch(declined_scopes="pages_manage_metadata")
    with pytest.raises(MissingPermission):
        bench.adapter.listen(bench.connect())
