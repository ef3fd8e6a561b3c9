"""Threads: texts and what belongs to texts; containers are published once; what Threads refuses is refused here."""

from __future__ import annotations

import json
from datetime import datetime

import httpx
import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.threads_client import Threads, code_of, message_of

NO_RESOURCE = (24, 4279009)
NO_OBJECT = (100, 33)


@pytest.fixture
def threads(sandbox):
    with Threads(sandbox, "harbourcoffee") as client:
        yield client


def test_a_text_is_staged_and_published_and_can_be_read(threads):
    container = threads.container(text="Fresh beans")
    assert threads.status(container) == {"status": "FINISHED"}
    assert threads.sandbox.posts("threads") == []

    post = threads.publish(container).json()["id"]

    assert threads.status(container) == {"status": "PUBLISHED"}
    said = threads.read(post, "id,permalink,shortcode,timestamp,text,media_type,media_product_type,username,owner")
    assert (said["id"], said["text"], said["media_type"]) == (post, "Fresh beans", "TEXT_POST")
    assert (said["username"], said["owner"]) == ("harbourcoffee", {"id": threads.id})
    assert said["permalink"].endswith(f"/post/threads/{post}")
    assert said["timestamp"].endswith("+0000")


def test_a_container_is_published_once(threads):
    container = threads.container(text="Fresh beans")

    assert threads.publish(container).status_code == 200
    assert code_of(threads.publish(container)) == NO_RESOURCE
    assert threads.sandbox.texts("threads", "harbourcoffee") == ["Fresh beans"]


def test_a_fresh_container_may_not_be_visible_yet_and_is_a_little_later(threads):
    threads.sandbox.set("threads", visible_after_seconds=7)
    container = threads.container(text="Fresh beans")
    answer = threads.publish(container)
    assert code_of(answer) == NO_RESOURCE
    assert answer.json()["error"]["error_user_title"] == "Media Not Found"
    assert threads.status(container) == {"status": "FINISHED"}

    threads.sandbox.advance(seconds=7)
    assert threads.publish(container).status_code == 200


def test_a_post_whose_answer_was_lost_is_found_by_its_container_and_in_the_list(threads):
    container = threads.container(text="Fresh beans")
    threads.sandbox.fault("lost_after", platform="threads", path="commit")
    with pytest.raises(httpx.TransportError):
        threads.publish(container)

    assert threads.status(container) == {"status": "PUBLISHED"}
    (found,) = threads.list("me/threads", fields="id,text,timestamp,media_type,permalink,is_quote_post")
    assert (found["text"], found["media_type"], found["is_quote_post"]) == ("Fresh beans", "TEXT_POST", False)


def test_a_text_may_come_back_trimmed_and_composed(threads):
    text = " Cafe\u0301 \n"
    assert threads.read(threads.post(text), "text")["text"] == text
    threads.sandbox.set("threads", normalises_text=True)
    assert threads.read(threads.post(text), "text")["text"] == "Caf\u00e9"


def test_a_container_expires_after_a_day(threads):
    container = threads.container(text="Fresh beans")
    threads.sandbox.advance(hours=24)

    assert threads.status(container) == {"status": "EXPIRED"}
    assert code_of(threads.publish(container)) == NO_RESOURCE


def test_nobody_reads_or_publishes_what_belongs_to_another(threads, sandbox):
    container, post = threads.container(text="Fresh beans"), threads.post("Mine")
    with Threads(sandbox, "lumenyoga") as stranger:
        assert code_of(stranger.get(f"/v1.0/{container}")) == NO_OBJECT
        assert code_of(stranger.publish(container)) == NO_RESOURCE
        assert code_of(stranger.get(f"/v1.0/{post}")) == NO_OBJECT
        assert code_of(stranger.get(f"/v1.0/{threads.id}/threads")) == NO_OBJECT


def test_a_write_to_a_stale_id_finds_no_resource(threads):
    answer = threads.call("POST", "/v1.0/25000000000009997/threads", data={"media_type": "TEXT", "text": "x"})

    assert code_of(answer) == NO_RESOURCE
    own = threads.call("POST", f"/v1.0/{threads.id}/threads", data={"media_type": "TEXT", "text": "x"})
    assert own.status_code == 200


def test_the_status_belongs_to_containers_and_is_called_status(threads):
    container = threads.container(text="Fresh beans")
    post = threads.publish(container).json()["id"]

    assert "status_code" in message_of(threads.get(f"/v1.0/{container}", fields="status_code"))
    assert "(status)" in message_of(threads.get(f"/v1.0/{post}", fields="status"))


@pytest.mark.parametrize("field", ["url_attached", "quoted_post_id", "reposted_media_id", "gif_attachment"])
def test_fields_that_others_have_seen_missing_are_missing(threads, field):
    assert message_of(threads.get(f"/v1.0/{threads.post()}", fields=field)) == (
        f"Tried accessing nonexisting field ({field})"
    )


@pytest.mark.parametrize(
    "text",
    ["x" * 501, "👍" * 126, "x" * 489 + "👩‍👦" + "x", "🇫🇷" * 63, "❤️" * 84],
    ids=["long", "emoji", "a family", "flags", "hearts"],
)
def test_a_text_beyond_500_is_refused(threads, text):
    assert message_of(threads.stage(text=text)) == "Param text must be at most 500 characters long."


@pytest.mark.parametrize(
    "text",
    ["x" * 500, "👍" * 125, "x" * 489 + "👩‍👦", "🇫🇷" * 62, "❤️" * 83, "ü" * 500, "中" * 500],
    ids=["long", "emoji", "a family of eleven bytes", "flags", "hearts", "letters", "Chinese"],
)
def test_a_text_at_500_is_taken_where_an_emoji_is_as_long_as_its_bytes(threads, text):
    assert threads.stage(text=text).status_code == 200


def test_other_letters_may_count_as_bytes_too(threads):
    threads.sandbox.set("threads", letters_count_as_bytes=True)

    assert message_of(threads.stage(text="ü" * 251))


def test_a_text_is_wanted(threads):
    assert message_of(threads.stage(text=""))
    assert message_of(threads.call("POST", "/v1.0/me/threads", data={"text": "no media type"}))
    assert message_of(threads.stage("STORIES", text="x"))
    assert message_of(threads.call("POST", "/v1.0/me/threads_publish"))


def test_parameters_in_json_are_not_seen(threads):
    assert message_of(threads.call("POST", "/v1.0/me/threads", json={"media_type": "TEXT", "text": "x"}))


def test_parameters_may_stand_in_the_query_or_in_a_multipart_form(threads):
    query = {"media_type": "TEXT", "text": "x"}
    parts = {name: (None, value) for name, value in query.items()}

    assert threads.call("POST", "/v1.0/me/threads", params=query).status_code == 200
    assert threads.call("POST", "/v1.0/me/threads", files=parts).status_code == 200


def test_five_links_are_the_most_over_text_and_card(threads):
    links = [f"https://harbour.example/{n}" for n in range(6)]

    assert threads.stage(text=" ".join(links[:5]), link_attachment=links[0]).status_code == 200
    for fields in ({"text": " ".join(links)}, {"text": " ".join(links[:5]), "link_attachment": links[5]}):
        assert "THREADS_API__LINK_LIMIT_EXCEEDED" in message_of(threads.stage(**fields))
    threads.sandbox.set("threads", max_links=3)
    assert message_of(threads.stage(text=" ".join(links[:4])))


def test_the_card_is_what_was_attached_or_the_first_link_in_the_text(threads):
    attached = threads.post("See https://a.example/1", link_attachment="https://b.example/2")
    found = threads.post("See https://a.example/1, and https://c.example/3")

    assert threads.read(attached, "link_attachment_url")["link_attachment_url"] == "https://b.example/2"
    assert threads.read(found, "link_attachment_url")["link_attachment_url"] == "https://a.example/1"


def test_the_topic_is_the_tag_or_the_first_hashtag(threads):
    assert threads.read(threads.post("On #coffee and #tea"), "topic_tag")["topic_tag"] == "coffee"
    assert threads.read(threads.post("On #coffee", topic_tag="Slow bar"), "topic_tag")["topic_tag"] == "Slow bar"
    assert "topic_tag" not in threads.read(threads.post("On coffee"), "topic_tag")


def test_a_poll_is_published_with_its_options(threads):
    options = {"option_a": "Filter", "option_b": "Espresso", "option_c": "x" * 25}
    post = threads.post("Which?", poll_attachment=json.dumps(options))

    assert threads.read(post, "poll_attachment")["poll_attachment"] == options


def test_a_gif_is_read_by_another_name(threads):
    post = threads.post("Look", gif_attachment=json.dumps({"gif_id": "abc1", "provider": "GIPHY"}))

    assert "abc1" in threads.read(post, "gif_url")["gif_url"]


def test_a_long_text_is_attached(threads):
    threads.post("The story", text_attachment=json.dumps({"plaintext": "x" * 10_000}))

    (post,) = threads.sandbox.posts("threads")
    assert len(post["data"]["attached_text"]["plaintext"]) == 10_000


def test_who_may_answer_is_told_back_in_capitals(threads):
    post = threads.post("Only followers", reply_control="followers_only")

    assert threads.read(post, "reply_audience") == {"id": post, "reply_audience": "FOLLOWERS_ONLY"}


@pytest.mark.parametrize(
    "fields",
    [
        {"topic_tag": ""},
        {"topic_tag": "x" * 51},
        {"topic_tag": "a.b"},
        {"topic_tag": "a&b"},
        {"reply_control": "nobody"},
        {"link_attachment": "harbour.example"},
        {"poll_attachment": "yes or no"},
        {"poll_attachment": json.dumps({"option_a": "one"})},
        {"poll_attachment": json.dumps({"option_a": "one", "option_c": "three"})},
        {"poll_attachment": json.dumps({"option_a": "one", "option_b": "x" * 26})},
        {"poll_attachment": json.dumps({"option_a": "one", "option_b": ""})},
        {"poll_attachment": json.dumps({f"option_{letter}": letter for letter in "abcde"})},
        {"text_attachment": json.dumps({"plaintext": "x" * 10_001})},
        {"text_attachment": json.dumps({"text": "x"})},
        {"text_attachment": '{"plaintext": "x"}', "poll_attachment": '{"option_a": "1", "option_b": "2"}'},
        {"gif_attachment": json.dumps({"gif_id": "1", "provider": "TENOR"})},
        {"text_entities": json.dumps([{}] * 11)},
        {"alt_text": "x"},
        {"is_spoiler_media": "true"},
        {"is_carousel_item": "true"},
        {"is_ghost_post": "true", "reply_to_id": "1"},
    ],
    ids=str,
)
def test_what_a_text_cannot_be_is_refused(threads, fields):
    assert message_of(threads.stage(text="Fresh beans", **fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"link_attachment": "https://harbour.example/"},
        {"poll_attachment": '{"option_a": "1", "option_b": "2"}'},
        {"text_attachment": '{"plaintext": "x"}'},
        {"gif_attachment": '{"gif_id": "1", "provider": "GIPHY"}'},
        {"auto_publish_text": "true"},
        {"is_ghost_post": "true"},
        {"alt_text": "x" * 1001},
    ],
    ids=str,
)
def test_what_belongs_to_texts_does_not_go_with_pictures(threads, gallery, fields):
    assert message_of(threads.stage("IMAGE", image_url=gallery.hang(picture()), **fields))


def test_countries_are_for_profiles_that_may_choose_them(threads):
    assert "THREADS_API__FEATURE_NOT_AVAILABLE" in message_of(threads.stage(text="x", allowlisted_country_codes="GB"))
    threads.sandbox.set("threads", geo_gating=True)

    assert threads.stage(text="x", allowlisted_country_codes="GB,IE").status_code == 200
    answer = threads.stage(text="x", allowlisted_country_codes="Britain")
    assert "THREADS_API__GEO_GATING_INVALID_COUNTRY_CODES" in message_of(answer)


def test_a_text_can_be_public_with_its_first_call(threads):
    id = threads.container(text="At once", auto_publish_text="true")

    assert threads.read(id, "text")["text"] == "At once"
    assert threads.sandbox.count("threads", "commit") == 1


def test_a_post_is_quoted(threads):
    quoted = threads.post("Fresh beans")
    post = threads.post("As I said", quote_post_id=quoted)

    said = threads.read(post, "is_quote_post,quoted_post{id,text}")
    assert said == {"id": post, "is_quote_post": True, "quoted_post": {"id": quoted, "text": "Fresh beans"}}
    assert code_of(threads.stage(text="x", quote_post_id="1")) == NO_OBJECT


def test_a_repost_is_a_front_without_a_text(threads):
    original = threads.post("Fresh beans")
    repost = threads.call("POST", f"/v1.0/{original}/repost").json()["id"]

    said = threads.read(repost, "media_type,text,reposted_post{id}")
    assert said == {"id": repost, "media_type": "REPOST_FACADE", "reposted_post": {"id": original}}


def test_a_ghost_leaves_the_list_after_a_day(threads):
    ghost = threads.post("Boo", is_ghost_post="true")
    assert threads.list("me/threads") == [{"id": ghost}]

    threads.sandbox.advance(hours=24)
    assert threads.list("me/threads") == []


def test_sharing_to_instagram_is_answered_and_stops_nothing(threads):
    threads.sandbox.set("threads", crossreshare_status="FAILED")
    answer = threads.publish(threads.container(text="Both", crossreshare_to_ig="true")).json()

    assert answer["crossreshare_to_ig_status"] == "FAILED"
    assert threads.read(answer["id"], "text")["text"] == "Both"


def test_places_and_sharing_need_scopes_of_their_own(sandbox):
    with Threads(sandbox, "harbourcoffee", scopes=["threads_basic", "threads_content_publish"]) as threads:
        assert code_of(threads.stage(text="x", location_id="1")) == (10, None)
        assert code_of(threads.stage(text="x", crossreshare_to_ig="true")) == (10, None)


def test_own_posts_are_deleted_and_gone(threads, sandbox):
    post = threads.post("Oops")
    with Threads(sandbox, "lumenyoga") as stranger:
        assert code_of(stranger.call("DELETE", f"/v1.0/{post}")) == NO_OBJECT

    assert threads.call("DELETE", f"/v1.0/{post}").json() == {"success": True, "deleted_id": post}
    assert code_of(threads.get(f"/v1.0/{post}")) == NO_OBJECT
    assert threads.list("me/threads") == []


def test_own_posts_are_listed_newest_first_in_pages_without_addresses(threads):
    ids = [threads.post(text) for text in ("one", "two", "three")]
    first = threads.get("/v1.0/me/threads", fields="id,text", limit=2).json()
    assert [post["id"] for post in first["data"]] == [ids[2], ids[1]]
    assert set(first["paging"]) == {"cursors"}

    cursors = first["paging"]["cursors"]
    (last,) = threads.list("me/threads", fields="text", after=cursors["after"])
    assert last["text"] == "one"
    older = threads.get("/v1.0/me/threads", after=cursors["after"]).json()["paging"]["cursors"]
    assert [post["id"] for post in threads.list("me/threads", before=older["before"], limit=1)] == [ids[1]]


def test_a_next_address_may_be_given(threads):
    threads.sandbox.set("threads", next_addresses=True)
    for text in ("one", "two"):
        threads.post(text)

    first = threads.get("/v1.0/me/threads", fields="text", limit=1).json()
    assert threads.call("GET", first["paging"]["next"]).json()["data"][0]["text"] == "one"


def test_lists_reach_from_a_time_to_a_time_and_may_lag(threads):
    old = threads.post("old")
    threads.sandbox.advance(days=1)
    new = threads.post("new")
    between = int(datetime.fromisoformat(threads.read(new, "timestamp")["timestamp"]).timestamp()) - 3600

    assert threads.list("me/threads", since=between) == [{"id": new}]
    assert threads.list("me/threads", until=between) == [{"id": old}]
    assert message_of(threads.get("/v1.0/me/threads", since="yesterday"))
    threads.sandbox.set("threads", list_lag_seconds=5)
    assert threads.list("me/threads") == [{"id": old}]
    threads.sandbox.advance(seconds=5)
    assert threads.list("me/threads") == [{"id": new}, {"id": old}]


def test_posts_of_the_past_are_listed_in_their_place(threads):
    new = threads.post("new")
    past = {"platform": "threads", "handle": "harbourcoffee", "text": "old", "created_at": "2026-03-21T09:00:00Z"}
    httpx.post(f"{threads.sandbox.url}/_control/posts", json={"posts": [past]})

    latest, oldest = threads.list("me/threads", fields="id,text,media_type,timestamp")
    assert latest["id"] == new
    assert (oldest["text"], oldest["media_type"]) == ("old", "TEXT_POST")
    assert oldest["timestamp"] == "2026-03-21T09:00:00+0000"


@pytest.mark.parametrize(
    ("block", "code"), [("activity", (4, 2207051)), ("profile", (25, 4279013)), ("policy", (368, None))]
)
def test_a_profile_may_be_kept_from_publishing(threads, block, code):
    threads.sandbox.set("threads", publishing_block=block)

    assert code_of(threads.publish(threads.container(text="Fresh beans"))) == code
    assert threads.sandbox.posts("threads") == []
