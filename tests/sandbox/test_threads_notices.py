"""Threads: what it sends on its own, signed, after a handshake; and what a person ends in Threads' settings."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from apps.sandbox.meta.signing import hub_signature
from apps.sandbox.threads.notices import body_of
from tests.sandbox.clients import query_of
from tests.sandbox.threads_client import APP, SCOPES, Listener, Threads, code_of

NOTICE = (
    r'{"app_id":"123456","topic":"moderate","target_id":"78901","time":1790000000,"subscription_id":"234567",'
    r'"has_uid_field":false,"values":{"value":{"id":"8901234","username":"ann","text":"hi","media_type":"TEXT_POST",'
    r'"permalink":"https:\/\/www.threads.com\/@ann\/post\/Pp","replied_to":{"id":"567890"},"root_post":{"id":"567890",'
    r'"owner_id":"78901","username":"acme"},"shortcode":"Pp","timestamp":"2026-09-21T15:33:20+0000"},"field":"replies"}}'
)


@pytest.fixture
def threads(sandbox):
    with Threads(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture
def listener(sandbox):
    with Listener("my words") as listener:
        sandbox.set("threads", webhook_url=listener.url, webhook_verify_token="my words")
        yield listener


def signed(body: bytes, secret: str = APP["client_secret"]) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_a_notice_is_signed_as_its_bytes_stand():
    body = body_of(json.loads(NOTICE))

    assert body == NOTICE.encode()
    assert hub_signature(body, "testsecret0123456789abcdef") == (
        "sha256=58dc3994779b7add23922700b0be85f49ae4bded9474af27e09320556b0c2d6a"
    )


def test_a_publication_is_told_in_one_flat_object_with_escaped_slashes(threads, listener):
    post = threads.post("Frische Bohnen")
    headers, body = listener.next()

    assert headers["X-Hub-Signature-256"] == signed(body)
    assert rb":\/\/" in body
    said = json.loads(body)
    assert (said["topic"], said["target_id"], said["has_uid_field"]) == ("interaction", threads.id, False)
    assert said["app_id"] == APP["client_id"]
    assert said["values"]["field"] == "publish"
    value = said["values"]["value"]
    assert set(value) == {"id", "media_type", "permalink", "timestamp", "username"}
    assert (value["id"], value["media_type"], value["username"]) == (post, "TEXT_POST", "harbourcoffee")


def test_a_reply_of_somebody_else_is_told_to_the_owner_of_the_root(threads, listener, sandbox):
    root = threads.post("Fresh beans")
    listener.next()
    with Threads(sandbox, "lumenyoga") as fan:
        reply = fan.post("Schön", reply_to_id=root)
    told = [json.loads(listener.next()[1]) for _ in range(2)]
    (said,) = [one for one in told if one["values"]["field"] == "replies"]

    assert (said["topic"], said["target_id"]) == ("moderate", threads.id)
    value = said["values"]["value"]
    assert (value["id"], value["text"], value["username"]) == (reply, "Schön", "lumenyoga")
    assert value["replied_to"] == {"id": root}
    assert value["root_post"] == {"id": root, "owner_id": threads.id, "username": "harbourcoffee"}


def test_a_mention_and_a_deletion_are_told(threads, listener, sandbox):
    with Threads(sandbox, "lumenyoga", scopes=list(SCOPES)) as fan:
        fan.post("Coffee at @harbourcoffee")
    told = [json.loads(listener.next()[1])["values"]["field"] for _ in range(2)]
    assert sorted(told) == ["mentions", "publish"]

    post = threads.post("Oops")
    listener.next()
    threads.call("DELETE", f"/v1.0/{post}")
    said = json.loads(listener.next()[1])
    assert (said["topic"], said["values"]["field"], said["values"]["value"]["id"]) == ("moderate", "delete", post)


def test_nothing_is_told_of_what_was_not_granted(sandbox, listener):
    with Threads(sandbox, "harbourcoffee", scopes=list(SCOPES)) as threads:
        post = threads.post("Oops")
        listener.next()
        with Threads(sandbox, "lumenyoga", scopes=list(SCOPES)) as fan:
            fan.post("Coffee at @harbourcoffee")
        assert json.loads(listener.next()[1])["values"]["value"]["username"] == "lumenyoga"
        threads.post("The next", reply_to_id=post)
        told = {json.loads(listener.next()[1])["values"]["field"] for _ in range(2)}

    assert told == {"publish", "replies"}
    assert listener.is_quiet


def test_who_does_not_shake_hands_is_told_nothing(threads, listener, sandbox):
    sandbox.set("threads", webhook_verify_token="other words")
    threads.post("Unheard")
    sandbox.set("threads", webhook_verify_token="my words")
    heard = threads.post("Heard")

    assert json.loads(listener.next()[1])["values"]["value"]["id"] == heard


def test_a_notice_may_come_twice_and_be_signed_with_the_other_secret(threads, listener, sandbox):
    sandbox.set("threads", webhook_copies=2, signs_with_meta_secret=True)
    threads.post("Fresh beans")
    (first, body), (second, again) = listener.next(), listener.next()

    assert body == again
    assert first["X-Hub-Signature-256"] == second["X-Hub-Signature-256"] == signed(body, "sandbox-meta-secret")


def leave(threads, **form):
    return threads.http.post("/settings/website_permissions", data={"username": "harbourcoffee", **form})


def user_of(body: bytes) -> dict[str, object]:
    """The payload of a signed request, its signature checked as Meta's documentation has it."""
    signature, encoded = query_of("?" + body.decode())["signed_request"].split(".")
    expected = hmac.new(APP["client_secret"].encode(), encoded.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64encode(expected).rstrip(b"=").decode() == signature
    payload: dict[str, object] = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return payload


def test_a_person_removes_the_application_and_it_hears_of_it(threads, listener, sandbox):
    sandbox.set("threads", deauthorize_url=listener.url, deletion_url=listener.url)
    assert leave(threads).json() == {"removed": 1}

    assert code_of(threads.get("/v1.0/me")) == (190, 458)
    said = user_of(listener.next()[1])
    assert (said["user_id"], said["algorithm"]) == (threads.id, "HMAC-SHA256")
    assert listener.is_quiet


def test_a_person_wants_their_data_deleted(threads, listener, sandbox):
    sandbox.set("threads", deauthorize_url=listener.url, deletion_url=listener.url + "/deletion")
    leave(threads, delete_data="true")

    assert [user_of(listener.next()[1])["user_id"] for _ in range(2)] == [threads.id, threads.id]
    assert {one["url"] for one in sandbox.things("threads", "delivery")} == {listener.url, listener.url + "/deletion"}


def test_nobody_unknown_can_leave(threads):
    assert leave(threads, username="nobody").status_code == 404
