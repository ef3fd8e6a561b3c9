"""X: webhooks that prove themselves, subscriptions, and signed events."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.sandbox.x import events
from tests.sandbox.x_client import X, message_of
from tests.support.sandbox import Sandbox

SECRET = "sandbox-x-consumer-secret"


def signature(secret: str, message: bytes) -> str:
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


class Receiver:
    """An application's address: it answers challenges with `secret` or with `status`, and keeps what it is told."""

    def __init__(self) -> None:
        self.secret, self.status = SECRET, 200
        self.heard: list[dict[str, Any]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                token = parse_qs(urlsplit(self.path).query)["crc_token"][0]
                self._answer(json.dumps({"response_token": signature(receiver.secret, token.encode())}).encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["x-twitter-webhooks-signature"] == signature(SECRET, body)
                receiver.heard.append(json.loads(body)["data"])
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(receiver.status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: the tests' output is for failures."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def hears(self, count: int) -> list[dict[str, Any]]:
        """What has been told, once it is `count` events."""
        until = time.monotonic() + 5
        while len(self.heard) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.heard) == count, self.heard
        return self.heard


@pytest.fixture
def x(sandbox: Sandbox) -> Iterator[X]:
    with X(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def register(x: X, url: str) -> str:
    answer = x.as_application("POST", "/2/webhooks", json={"url": url})
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["valid"] is True
    return str(answer.json()["data"]["id"])


def subscribe(x: X, webhook: str, event_type: str, user: str = "") -> str:
    body = {"event_type": event_type, "filter": {"user_id": user or x.id}, "webhook_id": webhook, "tag": "ours"}
    answer = x.as_application("POST", "/2/activity/subscriptions", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["data"]["subscription"]["subscription_id"])


def test_the_vectors_of_the_documentation_hold():
    secret = "test_consumer_secret"

    assert events.sign(secret, b"abc123") == "sha256=NRSmW12qpe3CEF8MYyBrEyg562XPUUrrQ1iu+H6dKZs="
    assert events.sign(secret, b'{"for_user_id":"42"}') == "sha256=LyIyWD7Y0DRLsnn8+kVnRb/0Fg1b5ycDkSR9VK1pE+Q="


def test_a_webhook_proves_itself_and_hears_what_it_subscribed_to(x, receiver):
    webhook = register(x, receiver.url)
    subscribe(x, webhook, "post.create")
    subscribe(x, webhook, "post.delete")
    id = x.posted("Fresh beans")
    x.call("DELETE", f"/2/tweets/{id}")

    created, deleted = sorted(receiver.hears(2), key=lambda event: event["event_type"])
    assert (created["event_type"], created["tag"], created["filter"]) == ("post.create", "ours", {"user_id": x.id})
    assert set(created["payload"]) == {"id", "author_id", "text", "created_at", "conversation_id"}
    assert (created["payload"]["id"], created["payload"]["text"]) == (id, "Fresh beans")
    assert (deleted["event_type"], deleted["payload"]["id"]) == ("post.delete", id)
    assert created["event_uuid"] != deleted["event_uuid"]


def test_mentions_and_replies_are_told_to_whom_they_concern(x, receiver):
    webhook = register(x, receiver.url)
    subscribe(x, webhook, "post.mention.create")
    subscribe(x, webhook, "post.reply.create")
    with X(x.sandbox, "lumenyoga") as other:
        calling = x.posted("Who joins? @lumenyoga")
        other.reply(calling, "We do, @harbourcoffee")

    assert sorted(event["event_type"] for event in receiver.hears(2)) == ["post.mention.create", "post.reply.create"]


def test_what_is_private_needs_a_consent_that_stands(x, receiver):
    webhook = register(x, receiver.url)
    stranger = x.sandbox.account("x", "lumenyoga")["id"]
    body = {"event_type": "post.mention.create", "filter": {"user_id": stranger}, "webhook_id": webhook}

    assert x.as_application("POST", "/2/activity/subscriptions", json=body).status_code == 403
    assert subscribe(x, webhook, "post.create", stranger)


def test_a_person_who_removes_the_application_ends_it_and_is_told(x, receiver):
    subscribe(x, register(x, receiver.url), "oauth.revoke")
    assert x.http.post("/settings/connected_apps", data={"handle": "harbourcoffee"}).status_code == 200

    (event,) = receiver.hears(1)
    assert (event["event_type"], event["payload"]["user_id"]) == ("oauth.revoke", x.id)
    assert x.get("/2/users/me").status_code == 401


def test_one_address_can_hear_everything_without_a_registration(x, receiver):
    x.sandbox.set("x", webhook_url=receiver.url)
    x.posted("Fresh beans")

    assert [event["event_type"] for event in receiver.hears(1)] == ["post.create"]
    (delivery,) = x.sandbox.things("x", "delivery")
    assert delivery["headers"]["x-twitter-webhooks-signature"].startswith("sha256=")


@pytest.mark.parametrize(
    "url",
    [
        "http://postroom.example/hook",
        "https://postroom.example:8443/hook",
        "https://",
        f"https://a.example/{'a' * 200}",
    ],
)
def test_an_address_that_x_does_not_call_is_refused(x, url):
    answer = x.as_application("POST", "/2/webhooks", json={"url": url})

    assert answer.status_code == 400


def test_an_address_is_registered_once_and_one_is_allowed(x, receiver):
    id = register(x, receiver.url)

    assert message_of(x.as_application("POST", "/2/webhooks", json={"url": receiver.url})) == "DuplicateUrlFailed"
    other = f"{receiver.url}/2"
    assert message_of(x.as_application("POST", "/2/webhooks", json={"url": other})) == "WebhookLimitExceeded"
    subscribe(x, id, "post.create")
    assert x.as_application("DELETE", f"/2/webhooks/{id}").json() == {"data": {"deleted": True}}
    assert x.as_application("GET", "/2/webhooks").json()["data"] == []
    assert x.as_application("GET", "/2/activity/subscriptions").json()["data"] == []


@pytest.mark.parametrize(("secret", "status"), [("another", 200), (SECRET, 302), (SECRET, 500)])
def test_an_address_that_fails_the_challenge_is_refused(x, receiver, secret, status):
    receiver.secret, receiver.status = secret, status

    answer = x.as_application("POST", "/2/webhooks", json={"url": receiver.url})
    assert message_of(answer) == "CrcValidationFailed"


def is_valid(x: X) -> bool:
    return bool(x.as_application("GET", "/2/webhooks").json()["data"][0]["valid"])


def test_the_challenge_comes_again_and_a_wrong_answer_silences_the_webhook(x, receiver):
    id = register(x, receiver.url)
    subscribe(x, id, "post.create")
    x.sandbox.advance(minutes=31)
    receiver.secret = "another"
    x.posted("unheard")
    until = time.monotonic() + 5
    while is_valid(x) and time.monotonic() < until:
        time.sleep(0.01)

    assert not is_valid(x)
    assert message_of(x.as_application("PUT", f"/2/webhooks/{id}")) == "CrcValidationFailed"
    receiver.secret = SECRET
    assert x.as_application("PUT", f"/2/webhooks/{id}").json()["data"]["valid"] is True
    x.posted("heard")
    assert [event["payload"]["text"] for event in receiver.hears(1)] == ["heard"]


def test_webhooks_are_for_the_application_alone(x, receiver):
    answer = x.call("POST", "/2/webhooks", json={"url": receiver.url})

    assert (answer.status_code, answer.json()["title"]) == (403, "Unsupported Authentication")


def test_a_subscription_ends_when_it_is_deleted(x, receiver):
    subscription = subscribe(x, register(x, receiver.url), "post.create")
    assert x.as_application("DELETE", f"/2/activity/subscriptions/{subscription}").json() == {"data": {"deleted": True}}
    x.posted("unheard")

    assert x.as_application("DELETE", f"/2/activity/subscriptions/{subscription}").status_code == 404
    assert x.sandbox.things("x", "delivery") == []


@pytest.mark.parametrize(
    "change",
    [{"event_type": "post.dream"}, {"filter": {}}, {"filter": {"user_id": "1"}}, {"webhook_id": "1"}, {"extra": 1}],
    ids=str,
)
def test_a_subscription_that_makes_no_sense_is_refused(x, receiver, change):
    body = {"event_type": "post.create", "filter": {"user_id": x.id}, "webhook_id": register(x, receiver.url)}

    answer = x.as_application("POST", "/2/activity/subscriptions", json=body | change)
    assert answer.status_code in {400, 404}
