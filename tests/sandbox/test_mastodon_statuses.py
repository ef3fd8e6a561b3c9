"""Mastodon: what is published, what is refused, and how a lost answer can be found again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import httpx
import pytest

from tests.sandbox.clients import Mastodon
from tests.sandbox.gallery import animation, picture, video


def error_of(response: httpx.Response) -> str:
    assert response.status_code == 422, response.text
    return str(response.json()["error"])


def test_a_status_is_published_and_seen_on_its_page(mastodon):
    status = mastodon.post("Fresh <beans> #Coffee at https://example.org/menu", visibility="public").json()

    assert '<a href="https://example.org/menu"' in status["content"]
    assert "&lt;beans&gt;" in status["content"]
    assert [tag["name"] for tag in status["tags"]] == ["coffee"]
    assert "Fresh &lt;beans&gt;" in httpx.get(status["url"]).text
    assert mastodon.sandbox.texts("mastodon", "harbourcoffee") == ["Fresh <beans> #Coffee at https://example.org/menu"]


@pytest.mark.parametrize("how", ["json", "data", "files"])
def test_a_status_is_taken_in_any_encoding(mastodon, how):
    media = mastodon.upload(picture()).json()["id"]
    fields = {"status": "Beans", "visibility": "unlisted", "media_ids[]": media, "sensitive": "true"}
    body = {"status": "Beans", "visibility": "unlisted", "media_ids": [media], "sensitive": True}
    if how != "json":
        body = {name: (None, value) for name, value in fields.items()} if how == "files" else fields
    status = mastodon.call("POST", "/api/v1/statuses", **{how: body}).json()

    assert (status["visibility"], status["sensitive"]) == ("unlisted", True)
    assert [attachment["id"] for attachment in status["media_attachments"]] == [media]


def test_the_same_key_brings_the_first_status_for_an_hour(mastodon):
    first = mastodon.post("one", key="k1").json()
    again = mastodon.post("another body", key="k1")
    assert (again.status_code, again.json()["id"], again.json()["content"]) == (200, first["id"], "<p>one</p>")

    mastodon.sandbox.advance(hours=1)
    assert mastodon.post("one", key="k1").json()["id"] != first["id"]


def test_a_key_belongs_to_one_account(mastodon, sandbox):
    first = mastodon.post("one", key="k1").json()
    with Mastodon(sandbox, "lumenyoga") as other:
        assert other.post("one", key="k1").json()["id"] != first["id"]


def test_a_refused_status_does_not_use_up_its_key(mastodon):
    assert mastodon.post("x" * 501, key="k1").status_code == 422
    assert mastodon.post("x" * 500, key="k1").status_code == 200


def test_parallel_requests_with_one_key_make_one_status(mastodon):
    with ThreadPoolExecutor(8) as pool:
        ids = {answer.json()["id"] for answer in pool.map(lambda _: mastodon.post("one", key="k1"), range(16))}

    assert len(ids) == 1
    assert mastodon.sandbox.counts("mastodon")["total"] == 1


def test_a_server_may_ignore_keys(mastodon):
    mastodon.sandbox.set("mastodon", idempotency_keys=False)
    ids = {mastodon.post("one", key="k1").json()["id"] for _ in range(2)}

    assert len(ids) == 2
    assert mastodon.sandbox.counts("mastodon")["repeated"] == 1


@pytest.mark.parametrize(
    ("text", "warning", "counted"),
    [
        ("Hello https://example.org/a/very/long/path", "", 29),
        ("@ann@social.example hello", "", 10),
        ("👨‍👩‍👧‍👦", "", 1),
        ("e\u0301", "", 1),
        ("example.org", "", 11),
        ("hi", "News", 6),
        ("see (https://example.org/a).", "", 30),
        ("mail ann@example.org now", "", 24),
    ],
)
def test_length_is_counted_as_mastodon_does(mastodon, text, warning, counted):
    mastodon.sandbox.set("mastodon", max_characters=counted)
    assert mastodon.post(text, spoiler_text=warning).status_code == 200
    mastodon.sandbox.set("mastodon", max_characters=counted - 1)
    words = error_of(mastodon.post(text, spoiler_text=warning))
    assert words == f"Validation failed: Text character limit of {counted - 1} exceeded"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": " "}, "Text can't be blank"),
        ({"visibility": "secret"}, "Visibility is not included in the list"),
        ({"poll": {"options": ["one"], "expires_in": 3600}}, "Options must have more than one item"),
        ({"poll": {"options": list("abcde"), "expires_in": 3600}}, "Options can't contain more than 4 items"),
        ({"poll": {"options": ["a", "b" * 51], "expires_in": 3600}}, "can't be longer than 50 characters"),
        ({"poll": {"options": ["a", "b"], "expires_in": 60}}, "Expires at is too soon"),
        ({"media_ids": ["1", "2", "3", "4", "5"]}, "Cannot attach more than 4 files"),
        ({"media_ids": ["1"]}, "could not be found"),
    ],
)
def test_what_a_status_may_not_be_is_said(mastodon, fields, words):
    assert words in error_of(mastodon.post(**{"status": "Vote", **fields}))
    assert mastodon.sandbox.posts("mastodon") == []


def test_a_poll_is_shown_with_its_options(mastodon):
    poll = mastodon.post("Vote", poll={"options": ["A", "B"], "expires_in": 3600}).json()["poll"]

    assert [option["title"] for option in poll["options"]] == ["A", "B"]
    assert (poll["expired"], poll["multiple"]) == (False, False)


def test_a_warning_without_text_becomes_the_text(mastodon):
    status = mastodon.post("", spoiler_text="News").json()

    assert (status["content"], status["spoiler_text"]) == ("<p>News</p>", "")


def test_a_picture_is_ready_at_once_and_found_no_more_when_attached(mastodon):
    media = mastodon.upload(picture(800, 600), description="Beans", focus="0.5,-0.5")
    assert media.status_code == 200
    shown, id = media.json(), media.json()["id"]
    assert (shown["type"], shown["description"], shown["meta"]["focus"]) == ("image", "Beans", {"x": 0.5, "y": -0.5})
    assert mastodon.call("PUT", f"/api/v1/media/{id}", data={"description": "Brown beans"}).status_code == 200
    assert mastodon.get(f"/api/v1/media/{id}").json()["description"] == "Brown beans"

    status = mastodon.post("Look", media_ids=[id]).json()

    assert httpx.get(status["media_attachments"][0]["url"]).content == picture(800, 600)
    assert mastodon.get(f"/api/v1/media/{id}").status_code == 404
    assert "could not be found" in error_of(mastodon.post("Again", media_ids=[id]))


@pytest.mark.parametrize("content", [video(), animation()], ids=["video", "animation"])
def test_moving_pictures_take_their_time(mastodon, content):
    answer = mastodon.upload(content)
    id = answer.json()["id"]
    assert (answer.status_code, answer.json()["url"]) == (202, None)
    assert mastodon.get(f"/api/v1/media/{id}").status_code == 206
    assert "have not finished processing" in error_of(mastodon.post("Look", media_ids=[id]))

    mastodon.sandbox.advance(seconds=2)

    assert mastodon.get(f"/api/v1/media/{id}").status_code == 200
    assert mastodon.post("Look", media_ids=[id]).status_code == 200


def test_processing_can_be_slow_for_pictures_too_and_can_fail(mastodon):
    mastodon.sandbox.fault("slow_processing", platform="mastodon", seconds=30)
    slow = mastodon.upload(picture())
    mastodon.sandbox.fault("failed_processing", platform="mastodon")
    failed = mastodon.upload(picture()).json()["id"]

    assert slow.status_code == 202
    assert mastodon.get(f"/api/v1/media/{failed}").status_code == 422
    mastodon.sandbox.advance(seconds=30)
    assert mastodon.get(f"/api/v1/media/{slow.json()['id']}").status_code == 200


def test_an_upload_that_is_no_medium_is_refused(mastodon):
    assert "File content type is invalid" in error_of(mastodon.upload(b"just words"))
    assert "can't be blank" in error_of(mastodon.call("POST", "/api/v2/media", data={"description": "nothing"}))
    assert "Description is too long" in error_of(mastodon.upload(picture(), description="x" * 1501))


def test_a_video_stands_alone(mastodon):
    ids = [mastodon.upload(content).json()["id"] for content in (video(), picture())]
    mastodon.sandbox.advance(seconds=2)

    assert "Cannot attach a video" in error_of(mastodon.post("Both", media_ids=ids))


def test_an_old_server_has_only_the_old_upload(mastodon):
    mastodon.sandbox.set("mastodon", media_v2=False)

    assert mastodon.upload(picture()).status_code == 404
    assert mastodon.upload(picture(), path="/api/v1/media").status_code == 200


def test_media_that_nobody_used_are_gone_after_a_day(mastodon):
    id = mastodon.upload(picture()).json()["id"]
    mastodon.sandbox.advance(days=1)

    assert mastodon.get(f"/api/v1/media/{id}").status_code == 404


def test_a_thread_hangs_together(mastodon):
    ids = [mastodon.post("one").json()["id"]]
    for text in ("two", "three"):
        ids.append(mastodon.post(text, in_reply_to_id=ids[-1]).json()["id"])

    context = mastodon.get(f"/api/v1/statuses/{ids[1]}/context").json()
    assert [status["id"] for status in context["ancestors"]] == [ids[0]]
    assert [status["id"] for status in context["descendants"]] == [ids[2]]
    assert mastodon.get(f"/api/v1/statuses/{ids[0]}").json()["replies_count"] == 1
    assert mastodon.post("lost", in_reply_to_id="1").status_code == 404


def test_one_finds_ones_own_statuses_at_once_with_the_text_as_sent(mastodon):
    text = "Line one\n\nLine two <3 https://example.org/a"
    sent = mastodon.post(text, spoiler_text="News").json()

    (found,) = mastodon.get(f"/api/v1/accounts/{mastodon.id}/statuses", exclude_reblogs="true").json()
    assert found["id"] == sent["id"]
    source = mastodon.get(f"/api/v1/statuses/{sent['id']}/source").json()
    assert source == {"id": sent["id"], "text": text, "spoiler_text": "News"}


def test_a_timeline_is_paged_by_ids(mastodon):
    ids = [mastodon.post(f"number {n}").json()["id"] for n in range(5)]
    path = f"/api/v1/accounts/{mastodon.id}/statuses"

    def page(**query: str) -> list[str]:
        return [status["id"] for status in mastodon.get(path, **query).json()]

    assert page(limit="2") == [ids[4], ids[3]]
    assert page(max_id=ids[2]) == [ids[1], ids[0]]
    assert page(since_id=ids[1], limit="2") == [ids[4], ids[3]]
    assert page(min_id=ids[1], limit="2") == [ids[3], ids[2]]
    assert f"max_id={ids[3]}" in mastodon.get(path, limit="2").headers["link"]


def test_a_private_status_is_seen_by_its_author_alone(mastodon, sandbox):
    id = mastodon.post("Just us", visibility="private").json()["id"]

    assert mastodon.get(f"/api/v1/statuses/{id}").status_code == 200
    assert mastodon.http.get(f"/api/v1/statuses/{id}").status_code == 404
    with Mastodon(sandbox, "lumenyoga") as stranger:
        assert stranger.get(f"/api/v1/accounts/{mastodon.id}/statuses").json() == []


def test_a_deleted_status_gives_its_text_and_media_back(mastodon, sandbox):
    media = mastodon.upload(picture()).json()["id"]
    id = mastodon.post("Oops", media_ids=[media]).json()["id"]
    with Mastodon(sandbox, "lumenyoga") as stranger:
        assert stranger.call("DELETE", f"/api/v1/statuses/{id}").status_code == 404

    assert mastodon.call("DELETE", f"/api/v1/statuses/{id}").json()["text"] == "Oops"

    assert mastodon.call("DELETE", f"/api/v1/statuses/{id}").status_code == 404
    assert mastodon.post("Better", media_ids=[media]).status_code == 200
    assert mastodon.sandbox.counts("mastodon")["deleted"] == 1


def test_the_limit_of_requests_is_counted_and_then_enforced(mastodon):
    mastodon.sandbox.set("mastodon", api_limit=2)
    path = "/api/v1/accounts/verify_credentials"
    answers = [mastodon.get(path) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].json() == {"error": "Too many requests"}
    assert "retry-after" not in answers[2].headers
    reset = datetime.fromisoformat(answers[2].headers["x-ratelimit-reset"])
    assert reset.timestamp() % 300 == 0
    mastodon.sandbox.advance(minutes=5)
    assert mastodon.get(path).status_code == 200


def test_uploads_and_statuses_have_limits_of_their_own(mastodon):
    mastodon.sandbox.set("mastodon", media_limit=1, status_limit=1)

    assert [mastodon.upload(picture()).status_code for _ in range(2)] == [200, 429]
    assert mastodon.post("").status_code == 422
    assert [mastodon.post("one").status_code for _ in range(2)] == [200, 429]
