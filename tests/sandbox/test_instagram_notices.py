"""What Instagram sends on its own: a handshake, signed notices, and the two callbacks about a person."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from apps.sandbox.meta import signing
from tests.sandbox.facebook_client import code_of, film
from tests.sandbox.gallery import picture
from tests.sandbox.instagram_client import LinkedInstagram, act
from tests.sandbox.test_facebook_webhooks import Mailbox

SECRET, META_SECRET = "sandbox-instagram-secret", "sandbox-facebook-secret"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as mailbox:
        yield mailbox


def listen(instagram, mailbox, **settings):
    instagram.sandbox.set("instagram", webhook_url=mailbox.url, webhook_verify_token="ours", **settings)
    query = {"subscribed_fields": "comments,mentions,story_insights"}
    path = f"/v26.0/{instagram.id}/subscribed_apps"
    assert instagram.call("POST", path, params=query).json() == {"success": True}


def is_signed(letter, secret):
    headers, body = letter
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return headers["x-hub-signature-256"] == f"sha256={expected}"


def test_the_signature_is_that_of_the_documentation():
    body = (
        b'{"object":"instagram","entry":[{"id":"17841400000000001","time":1790000000,"changes":[{"field":"comments",'
        b'"value":{"id":"17900000000000001","from":{"id":"5550001","username":"ann"},"text":"nice","media":'
        b'{"id":"17950000000000001","media_product_type":"FEED"}}}]}]}'
    )

    expected = "sha256=1b25e77bb10e477ed0b51c96473b8b3b665ad776314a5250a34f43db049cd44d"
    assert signing.hub_signature(body, "testsecret0123456789abcdef") == expected


def test_a_comment_of_somebody_else_is_told_in_a_signed_notice(instagram, gallery, mailbox):
    media = instagram.post(gallery.hang(picture()))
    listen(instagram, mailbox)
    comment = act(instagram, "comment", media=media, text="Café?", username="ann")

    (letter,) = mailbox.wait()
    assert is_signed(letter, SECRET)
    assert b"Caf\\u00e9" in letter[1]
    notice = json.loads(letter[1])
    (entry,) = notice["entry"]
    (change,) = entry["changes"]
    assert (notice["object"], entry["id"], change["field"]) == ("instagram", instagram.id, "comments")
    assert change["value"] == {
        "id": comment,
        "from": {"id": "555000777000777", "username": "ann"},
        "text": "Café?",
        "media": {"id": media, "media_product_type": "FEED"},
    }


def test_own_comments_come_back_and_replies_name_their_parent(instagram, gallery, mailbox):
    media = instagram.post(gallery.hang(picture()))
    comment = act(instagram, "comment", media=media, text="Open?")
    listen(instagram, mailbox)
    instagram.call("POST", f"/v26.0/{comment}/replies", data={"message": "At eight"})

    ((_, body),) = mailbox.wait()
    value = json.loads(body)["entry"][0]["changes"][0]["value"]
    assert (value["parent_id"], value["from"]["id"]) == (comment, instagram.id)


@pytest.mark.parametrize("shape", ["flat", "list"])
def test_a_notice_has_one_of_three_shapes(instagram, mailbox, shape):
    listen(instagram, mailbox, webhook_shape=shape)
    told = act(instagram, "mention", text="Look at this")

    ((_, body),) = mailbox.wait()
    said = json.loads(body)
    (entry,) = (said[0] if shape == "list" else said)["entry"]
    change = entry if shape == "flat" else entry["changes"][0]
    assert (change["field"], change["value"]) == ("mentions", told)
    assert set(told) == {"media_id", "comment_id"}


def test_a_story_that_ends_is_told_once_with_its_figures(instagram, gallery, mailbox):
    container = instagram.container(media_type="STORIES", video_url=gallery.hang(film(seconds=20)))
    instagram.sandbox.advance(seconds=2)
    story = instagram.publish(container).json()["id"]
    listen(instagram, mailbox)
    instagram.sandbox.advance(hours=24)
    instagram.sandbox.advance(hours=24)

    ((_, body),) = mailbox.wait()
    change = json.loads(body)["entry"][0]["changes"][0]
    assert (change["field"], change["value"]["media_id"]) == ("story_insights", story)
    assert change["value"]["reach"] > 0


def test_nobody_is_told_without_a_handshake_or_a_subscription(instagram, gallery, mailbox):
    media = instagram.post(gallery.hang(picture()))
    act(instagram, "comment", media=media, text="Nobody listens")
    listen(instagram, mailbox)
    instagram.sandbox.set("instagram", webhook_verify_token="theirs")
    act(instagram, "comment", media=media, text="To a stranger")
    assert instagram.sandbox.things("instagram", "delivery") == []

    assert instagram.get("/v26.0/me/subscribed_apps").json()["data"][0]["subscribed_fields"][0] == "comments"
    instagram.call("DELETE", "/v26.0/me/subscribed_apps")
    assert instagram.get("/v26.0/me/subscribed_apps").json() == {"data": []}
    unknown = instagram.call("POST", "/v26.0/me/subscribed_apps", params={"subscribed_fields": "feed"})
    assert code_of(unknown) == (100, None)


def test_an_account_subscribed_with_facebook_login_is_signed_for_by_meta(sandbox, gallery, mailbox):
    with LinkedInstagram(sandbox, "harbourcoffee") as linked:
        listen(linked, mailbox)
        act(linked, "mention", text="Look")

    (letter,) = mailbox.wait()
    assert is_signed(letter, META_SECRET)


def test_a_notice_that_failed_comes_again_and_may_come_twice(instagram, mailbox):
    listen(instagram, mailbox, webhook_copies=2)
    act(instagram, "mention", text="Twice")
    mailbox.wait(2)

    instagram.sandbox.set("instagram", webhook_copies=1)
    mailbox.refuses = 1
    act(instagram, "mention", text="Again")
    failed = until_delivered(instagram, 3)
    assert failed["status"] == 503
    instagram.get("/v26.0/me", fields="id")
    mailbox.wait(3)


def until_delivered(instagram, count):
    """The last of so many deliveries, once its outcome is known."""
    for _ in range(500):
        things = instagram.sandbox.things("instagram", "delivery")
        if len(things) == count and things[-1]["status"] is not None:
            return things[-1]
    raise AssertionError("There are not so many deliveries.")


@pytest.mark.parametrize(("what", "setting"), [("remove_app", "deauthorize_url"), ("delete_data", "deletion_url")])
@pytest.mark.parametrize("with_meta", [False, True])
def test_who_leaves_is_told_of_by_the_app_scoped_id(instagram, mailbox, what, setting, with_meta):
    scoped = instagram.get("/v26.0/me", fields="id").json()["id"]
    instagram.sandbox.set("instagram", signs_with_meta_secret=with_meta, **{setting: mailbox.url})
    act(instagram, what)

    ((headers, body),) = mailbox.wait()
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    signature, payload = parse_qs(body.decode())["signed_request"][0].split(".")
    secret = META_SECRET if with_meta else SECRET
    expected = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(signature + "==") == expected
    said = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert (said["user_id"], said["algorithm"]) == (scoped, "HMAC-SHA256")
