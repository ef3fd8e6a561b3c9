from __future__ import annotations

import base64
import io

import httpx
import pytest
from PIL import Image

from tests.support.sandbox import Sandbox


def picture() -> str:
    out = io.BytesIO()
    Image.new("RGB", (80, 80), "teal").save(out, format="JPEG")
    return base64.b64encode(out.getvalue()).decode()


def plant(sandbox: Sandbox, **wanted: str) -> httpx.Response:
    return httpx.post(f"{sandbox.url}/_control/posts", json={"posts": [wanted]}, trust_env=False)


@pytest.mark.parametrize(
    ("platform", "handle"),
    [("instagram", "harbourcoffee"), ("mastodon", "harbourcoffee"), ("bluesky", "harbourcoffee.test")],
)
def test_a_post_of_the_past_stands_in_the_feed_with_its_own_time(sandbox: Sandbox, platform: str, handle: str) -> None:
    answer = plant(
        sandbox,
        platform=platform,
        handle=handle,
        text="Remember last spring?",
        created_at="2026-03-21T09:00:00+01:00",
        picture=picture(),
        alt="A square in teal",
    )

    assert answer.status_code == 200
    (shown,) = sandbox.posts(platform, handle)
    assert (shown["text"], shown["created_at"]) == ("Remember last spring?", "2026-03-21T08:00:00+00:00")
    assert shown["media"][0]["alt"] == "A square in teal"
    page = httpx.get(answer.json()["posts"][0]["url"], trust_env=False)
    assert "Remember last spring?" in page.text


def test_a_picture_of_the_past_can_be_read_from_the_account_as_one_of_today(sandbox: Sandbox) -> None:
    account = sandbox.create_account("mastodon", "harbourcoffee")
    wanted = {"text": "Last spring", "created_at": "2026-03-21T09:00:00Z", "picture": picture(), "alt": "Teal"}
    plant(sandbox, platform="mastodon", handle="harbourcoffee", **wanted)

    answer = httpx.get(
        f"{sandbox.origin('mastodon')}/api/v1/accounts/{account['id']}/statuses",
        headers={"Authorization": f"Bearer {account['credentials']['token']}"},
        trust_env=False,
    )

    assert answer.status_code == 200
    (status,) = answer.json()
    assert [(one["type"], one["description"]) for one in status["media_attachments"]] == [("image", "Teal")]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"created_at": "2099-01-01T00:00:00Z"}, "future"),
        ({"created_at": "2026-01-01T00:00:00"}, "with its zone"),
        ({"created_at": "2026-01-01T00:00:00Z", "picture": "AAAA"}, "no image"),
    ],
)
def test_what_cannot_have_happened_is_refused_in_words(sandbox: Sandbox, wanted: dict[str, str], words: str) -> None:
    answer = plant(sandbox, platform="mastodon", handle="harbourcoffee", text="x", **wanted)

    assert answer.status_code == 400
    assert words in answer.text
    assert sandbox.posts("mastodon") == []
