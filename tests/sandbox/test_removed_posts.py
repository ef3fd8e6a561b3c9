"""Posts that their owners take away on the platform itself: they are gone, and told of where that is documented."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.sandbox.bluesky_client import Account, error_of, post_record
from tests.sandbox.clients import Instagram, Mastodon
from tests.sandbox.facebook_client import Facebook
from tests.sandbox.gallery import picture
from tests.sandbox.test_x_webhooks import Receiver
from tests.sandbox.threads_client import Listener, Threads, film
from tests.sandbox.tiktok_client import TikTok
from tests.sandbox.x_client import X
from tests.sandbox.youtube_client import YouTube

NOBODY = "http://127.0.0.1:9/hook"


def told(sandbox, platform: str, words: str) -> list[str]:
    """The bodies of the deliveries that contain these words, once there is one."""
    for _ in range(500):
        if found := [one["body"] for one in sandbox.things(platform, "delivery") if words in one["body"]]:
            return found
    raise AssertionError(f"{platform} has told nobody of {words}")


def test_a_removed_post_is_gone_once_and_was_published_all_the_same(mastodon: Mastodon, sandbox):
    status = mastodon.post("Fresh beans").json()["id"]
    sandbox.remove_post("mastodon", status)

    assert mastodon.get(f"/api/v1/statuses/{status}").status_code == 404
    (post,) = sandbox.posts("mastodon")
    assert post["deleted_at"]
    assert httpx.get(post["permalink"]).status_code == 404
    with pytest.raises(AssertionError, match="404"):
        sandbox.remove_post("mastodon", status)


def test_instagram_tells_nobody(instagram: Instagram, sandbox, gallery):
    media = instagram.post(gallery.hang(picture()))
    sandbox.remove_post("instagram", media)
    assert instagram.get(f"/v26.0/{media}", fields="id").status_code == 400
    assert sandbox.things("instagram", "delivery") == []


def test_facebook_tells_of_posts_and_comments(sandbox):
    sandbox.set("facebook", webhook_url=NOBODY)
    with Facebook(sandbox, "harbourcoffee") as facebook:
        facebook.post_to("subscribed_apps", data={"subscribed_fields": "feed"})
        post = facebook.post("Fresh beans")
        comment = facebook.comment(post).json()["id"]
        sandbox.remove_post("facebook", comment)
        sandbox.remove_post("facebook", post)

    removed = [json.loads(body)["entry"][0]["changes"][0]["value"] for body in told(sandbox, "facebook", '"remove"')]
    assert [(one["item"], one.get("comment_id"), one["post_id"]) for one in removed] == [
        ("comment", comment, post), ("status", None, post),
    ]  # fmt: skip


def test_threads_tells_who_may_delete(sandbox):
    with Listener("words") as listener, Threads(sandbox, "harbourcoffee") as threads:
        sandbox.set("threads", webhook_url=listener.url, webhook_verify_token="words")
        post = threads.post("Fresh beans")
        assert json.loads(listener.next()[1])["values"]["field"] == "publish"
        sandbox.remove_post("threads", post)
        values = json.loads(listener.next()[1])["values"]
    assert (values["field"], values["value"]["id"]) == ("delete", post)


def test_x_tells_its_subscribers(sandbox):
    with Receiver() as receiver, X(sandbox, "harbourcoffee") as x:
        sandbox.set("x", webhook_url=receiver.url)
        post = x.posted("Fresh beans")
        sandbox.remove_post("x", post)
        (body,) = told(sandbox, "x", "post.delete")
    assert json.loads(body)["data"]["payload"]["id"] == post


def test_tiktok_says_that_a_video_is_no_longer_available(sandbox):
    sandbox.set("tiktok", webhook_url=NOBODY)
    with TikTok(sandbox, "harbourcoffee") as tiktok:
        video = tiktok.published(film(21))
        sandbox.remove_post("tiktok", video)
    (body,) = told(sandbox, "tiktok", "no_longer_publicaly_available")
    assert json.loads(json.loads(body)["content"])["post_id"] == int(video)


def test_youtube_may_push_a_deletion(sandbox):
    sandbox.set("youtube", webhook_url=NOBODY, pushes_deletions=True)
    with YouTube(sandbox, "harbourcoffee") as youtube:
        video = youtube.upload()
        sandbox.remove_post("youtube", video)
        assert youtube.api("GET", "videos", part="id", id=video).json()["items"] == []
    assert f'ref="yt:video:{video}"' in told(sandbox, "youtube", "deleted-entry")[0]


def test_a_bluesky_record_goes_with_its_post(sandbox):
    account = Account(sandbox.origin("bluesky"), sandbox.create_account("bluesky", "shop", name="A Shop"))
    account.put("3mzakfuhe222b", post_record("hello"))
    sandbox.remove_post("bluesky", f"{account.did}/3mzakfuhe222b")
    assert error_of(account.read("3mzakfuhe222b"))[1] == "RecordNotFound"
    account.close()
