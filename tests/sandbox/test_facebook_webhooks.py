"""Webhooks and callbacks: the handshake, signed notices, and the two requests of people who leave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.sandbox.meta import signing
from tests.sandbox.facebook_client import APP_TOKEN, Facebook, code_of
from tests.support.sandbox import Sandbox

SECRET = "sandbox-facebook-secret"
VECTOR_SECRET = "testsecret0123456789abcdef"


class Mailbox:
    """An application's address: it shakes hands, and keeps what it is sent."""

    def __init__(self, verify_token: str = "ours") -> None:
        self.letters: list[tuple[dict[str, str], bytes]] = []
        self.refuses = 0  # so many of the next ones
        mailbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                is_known = query.get("hub.mode") == "subscribe" and query.get("hub.verify_token") == verify_token
                self.answer(200 if is_known else 403, query.get("hub.challenge", "").encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if mailbox.refuses:
                    mailbox.refuses -= 1
                    self.answer(503, b"")
                    return
                mailbox.letters.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.answer(200, b'{"url":"https://postroom.example/deletion/DEL7K2","confirmation_code":"DEL7K2"}')

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: the tests' output is for failures."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Mailbox:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self, count: int = 1) -> list[tuple[dict[str, str], bytes]]:
        until = time.monotonic() + 5
        while len(self.letters) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.letters) == count
        return self.letters


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def facebook(sandbox: Sandbox) -> Iterator[Facebook]:
    with Facebook(sandbox, "harbourcoffee") as client:
        yield client


def subscribe(facebook: Facebook, mailbox: Mailbox, **changes: str) -> Any:
    form = {"object": "page", "callback_url": mailbox.url, "fields": "feed", "verify_token": "ours"}
    form |= {"access_token": APP_TOKEN} | changes
    return facebook.http.post("/v26.0/800100200300400/subscriptions", data=form)


def test_an_address_is_subscribed_only_after_it_has_shaken_hands(facebook, mailbox):
    assert code_of(subscribe(facebook, mailbox, verify_token="theirs")) == (2200, None)
    assert code_of(subscribe(facebook, mailbox, access_token=facebook.token)) == (190, None)
    assert subscribe(facebook, mailbox).json() == {"success": True}


def test_a_notice_is_signed_over_its_bytes_with_what_is_not_ascii_escaped(facebook, mailbox):
    subscribe(facebook, mailbox)
    facebook.post_to("subscribed_apps", params={"subscribed_fields": "feed"})
    post = facebook.post("Café")

    ((headers, body),) = mailbox.wait()
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature-256"] == f"sha256={expected}"
    assert b"Caf\\u00e9" in body
    (entry,) = json.loads(body)["entry"]
    value = entry["changes"][0]["value"]
    assert (json.loads(body)["object"], entry["id"]) == ("page", facebook.id)
    assert (value["item"], value["verb"], value["post_id"]) == ("status", "add", post)


def test_comments_of_others_and_own_ones_are_told(facebook, mailbox):
    post = facebook.post()
    facebook.sandbox.set("facebook", webhook_url=mailbox.url)
    facebook.post_to("subscribed_apps", params={"subscribed_fields": "feed,mention"})
    theirs = facebook.people("comment", post=post, message="Lovely", name="Ann")
    mailbox.wait(1)
    reply = facebook.comment(theirs, "Thanks").json()["id"]

    first, second = (json.loads(body)["entry"][0]["changes"][0]["value"] for _, body in mailbox.wait(2))
    assert (first["comment_id"], first["parent_id"], first["from"]["name"]) == (theirs, post, "Ann")
    assert (second["comment_id"], second["parent_id"], second["from"]["id"]) == (reply, theirs, facebook.id)


def test_a_page_tells_nothing_until_it_is_subscribed_and_after_it_was_removed(facebook, mailbox):
    facebook.sandbox.set("facebook", webhook_url=mailbox.url)
    facebook.post("one")
    facebook.post_to("subscribed_apps", params={"subscribed_fields": "feed"})
    listed = facebook.edge("subscribed_apps").json()["data"]
    assert listed == [{"id": "800100200300400", "name": "Postroom", "subscribed_fields": ["feed"]}]
    facebook.call("DELETE", f"/v26.0/{facebook.id}/subscribed_apps")
    facebook.post("two")

    assert facebook.sandbox.things("facebook", "delivery") == []
    assert facebook.edge("subscribed_apps").json() == {"data": []}


def test_a_scheduled_post_is_told_when_it_goes_out(facebook, mailbox):
    facebook.sandbox.set("facebook", webhook_url=mailbox.url)
    facebook.post_to("subscribed_apps", params={"subscribed_fields": "feed"})
    now = datetime.fromisoformat(facebook.sandbox.health()["now"])
    when = (now + timedelta(hours=1)).isoformat()
    id = facebook.post("Later", published="false", scheduled_publish_time=when)
    assert facebook.sandbox.things("facebook", "delivery") == []

    facebook.sandbox.advance(hours=2)
    facebook.read("me")
    ((_, body),) = mailbox.wait()
    assert json.loads(body)["entry"][0]["changes"][0]["value"]["post_id"] == id


def test_subscribing_replaces_the_fields_and_knows_none_of_instagram(facebook):
    facebook.post_to("subscribed_apps", params={"subscribed_fields": "feed,mention"})
    facebook.post_to("subscribed_apps", params={"subscribed_fields": "messages"})

    assert facebook.edge("subscribed_apps").json()["data"][0]["subscribed_fields"] == ["messages"]
    assert code_of(facebook.post_to("subscribed_apps", params={"subscribed_fields": "story_insights"})) == (100, None)
    facebook.people("untick", scope="pages_manage_metadata")
    assert code_of(facebook.post_to("subscribed_apps", params={"subscribed_fields": "feed"})) == (200, None)


def test_a_notice_that_was_refused_comes_again_and_then_less_often(facebook, mailbox):
    facebook.sandbox.set("facebook", webhook_url=mailbox.url)
    facebook.post_to("subscribed_apps", params={"subscribed_fields": "feed"})
    mailbox.refuses = 2
    facebook.post()
    statuses(facebook, 1)

    facebook.read("me")
    assert statuses(facebook, 2) == [503, 503]
    facebook.read("me")
    facebook.sandbox.advance(minutes=2)
    facebook.read("me")
    assert statuses(facebook, 3) == [503, 503, 200]
    mailbox.wait(1)


def test_a_notice_that_nobody_takes_is_dropped_after_a_day_and_a_half(facebook, mailbox):
    facebook.sandbox.set("facebook", webhook_url=mailbox.url)
    facebook.post_to("subscribed_apps", params={"subscribed_fields": "feed"})
    mailbox.refuses = 9
    facebook.post()
    statuses(facebook, 1)

    facebook.sandbox.advance(hours=36)
    facebook.read("me")
    assert statuses(facebook, 1) == [503]


def statuses(facebook: Facebook, count: int) -> list[int]:
    """How the deliveries went, once there are so many and all are over."""
    for _ in range(500):
        found = [one["status"] for one in facebook.sandbox.things("facebook", "delivery")]
        if len(found) == count and None not in found:
            return found
    raise AssertionError(found)


def test_a_notice_may_come_twice(facebook, mailbox):
    facebook.sandbox.set("facebook", webhook_url=mailbox.url, webhook_copies=2)
    facebook.post_to("subscribed_apps", params={"subscribed_fields": "feed"})
    facebook.post()

    (_, first), (_, second) = mailbox.wait(2)
    assert first == second


@pytest.mark.parametrize(("act", "setting"), [("remove_app", "deauthorize_url"), ("delete_data", "deletion_url")])
def test_who_leaves_is_told_in_a_signed_request(facebook, mailbox, act, setting):
    facebook.sandbox.set("facebook", **{setting: mailbox.url})
    user_id = facebook.credentials()["user_id"]
    facebook.people(act)

    ((headers, body),) = mailbox.wait()
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    signature, payload = parse_qs(body.decode())["signed_request"][0].split(".")
    expected = hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(signature + "=") == expected
    said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert (said["user_id"], said["algorithm"]) == (user_id, "HMAC-SHA256")


def test_what_the_application_answers_to_a_deletion_is_remembered(facebook, mailbox):
    facebook.sandbox.set("facebook", deletion_url=mailbox.url)
    facebook.people("delete_data")
    mailbox.wait()

    for _ in range(100):
        (delivery,) = facebook.sandbox.things("facebook", "delivery")
        if delivery["status"]:
            break
    assert json.loads(delivery["answer"])["confirmation_code"] == "DEL7K2"


def test_the_documented_signatures_come_out_the_same():
    payload = {"user_id": "218471", "algorithm": "HMAC-SHA256", "issued_at": 1790000000}
    value = {
        "item": "comment", "verb": "add", "comment_id": "111_5_9", "post_id": "111_5", "parent_id": "111_5",
        "from": {"id": "777", "name": "Ann"}, "message": "café", "created_time": 1790000000,
    }  # fmt: skip
    entry = {"id": "111", "time": 1790000000, "changes": [{"field": "feed", "value": value}]}
    body = signing.escaped_json({"object": "page", "entry": [entry]})

    assert signing.appsecret_proof("EAATESTPAGETOKEN", VECTOR_SECRET) == (
        "7c13532c05e223379a0a17b88b264aa45d21c42959b1ddc411524fb423efe905"
    )
    assert signing.signed_request(payload, VECTOR_SECRET) == (
        "822Ubt0YLfjiVphNHq1CWK7DSw0tLX9G3YJ4ab-_E_M."
        "eyJ1c2VyX2lkIjoiMjE4NDcxIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjE3OTAwMDAwMDB9"
    )
    assert len(body) == 269
    assert signing.hub_signature(body, VECTOR_SECRET) == (
        "sha256=1e1e4f8a33e4111d6df059da413f32a76f23d854b8834bc108bb2942cf46775c"
    )
    unescaped = body.decode().encode("raw_unicode_escape").decode("unicode_escape").encode()
    assert signing.hub_signature(unescaped, VECTOR_SECRET).startswith("sha256=d51e4e8c")
