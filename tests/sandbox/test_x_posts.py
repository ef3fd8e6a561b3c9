"""X: posts, threads, polls, edits and deletions; what X refuses to publish is refused here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.x_client import X, detail_of, message_of
from tests.support.sandbox import Sandbox

DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
NOT_PERMITTED = "You are not permitted to perform this action."


def poll(*options: str, minutes: int = 60) -> dict[str, Any]:
    return {"options": options, "duration_minutes": minutes}


@pytest.fixture
def x(sandbox: Sandbox) -> Iterator[X]:
    with X(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture
def stranger(sandbox: Sandbox) -> Iterator[X]:
    with X(sandbox, "lumenyoga") as client:
        yield client


def test_a_post_is_public_and_answers_with_short_links(x):
    answer = x.post("Beans & more: https://acme.test/a")
    data = answer.json()["data"]

    assert answer.status_code == 201
    assert data["edit_history_post_ids"] == [data["id"]]
    assert data["text"].startswith("Beans &amp; more: https://t.co/")
    (post,) = x.sandbox.posts("x", "harbourcoffee")
    assert (post["id"], post["text"], post["kind"]) == (data["id"], "Beans & more: https://acme.test/a", "post")


def test_an_id_tells_the_millisecond_in_which_it_was_made(x):
    data = x.get(f"/2/tweets/{x.posted('now')}", **{"post.fields": "created_at"}).json()["data"]
    milliseconds = (int(data["id"]) >> 22) + 1288834974657

    seen = httpx.get(f"{x.sandbox.url}/_control/posts").json()["posts"][0]["created_at"]
    assert data["created_at"][:19] == seen[:19]
    assert str(milliseconds)[-3:] == data["created_at"][20:23]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "[text] is missing but it is required"),
        ({"text": " "}, "[text] is missing but it is required"),
        ({"text": None}, "[text] is not a string (null found)"),
        ({"text": "a", "caption": "b"}, "[caption] is not defined in the schema"),
        ({"text": "a", "media": {"media_ids": []}}, "[media.media_ids] must have between 1 and 4 items"),
        ({"text": "a", "media": {"media_ids": ["1", "2", "3", "4", "5"]}}, "[media.media_ids] must have between"),
        ({"text": "a", "media": {"media_ids": [12]}}, "[media.media_ids[0]] is not a string"),
        ({"text": "a", "media": {"media_ids": ["x"]}}, "[media.media_ids[0]] does not match the regex pattern"),
        ({"text": "a", "media": {"media_ids": ["1"]}, "poll": poll("A", "B")}, "[media, poll] are mutually exclusive"),
        ({"text": "a", "poll": poll("A")}, "[poll.options] must have between 2 and 4 items"),
        ({"text": "a", "poll": poll(*"ABCDE")}, "[poll.options] must have between 2 and 4 items"),
        ({"text": "a", "poll": poll("A", "B" * 26)}, "[poll.options[1]] must be at most 25"),
        ({"text": "a", "poll": poll("A", "")}, "[poll.options[1]] must be at least 1"),
        ({"text": "a", "poll": poll("A", "B", minutes=4)}, "[poll.duration_minutes] must be between 5"),
        ({"text": "a", "poll": poll("A", "B", minutes=10_081)}, "[poll.duration_minutes] must be between 5"),
        ({"text": "a", "poll": {"options": ["A", "B"]}}, "[poll.duration_minutes] is missing"),
        ({"text": "a", "reply": {"in_reply_to_post_id": "1"}}, "[reply.in_reply_to_post_id] is not defined"),
        ({"text": "a", "reply_settings": "everyone"}, "[reply_settings] is not one of"),
        ({"text": "a", "made_with_ai": "yes"}, "[made_with_ai] is not a boolean"),
    ],
    ids=str,
)  # fmt: skip
def test_a_body_that_is_not_as_documented_is_refused(x, body, message):
    assert message in message_of(x.call("POST", "/2/tweets", json=body))
    assert x.sandbox.posts("x") == []


def test_a_body_that_is_no_json_is_refused(x):
    assert x.call("POST", "/2/tweets", data={"text": "a"}).status_code == 400


def test_labels_and_audiences_are_taken(x):
    x.posted("Ours", reply_settings="following", made_with_ai=True, paid_partnership=False)

    (post,) = x.sandbox.posts("x")
    assert (post["data"]["reply_settings"], post["data"]["made_with_ai"]) == ("following", True)


def test_a_text_weighs_at_most_280(x):
    assert x.post("漢" * 140).status_code == 201
    assert detail_of(x.post("漢" * 141), 403) == NOT_PERMITTED
    assert x.post(f"{'a' * 256} https://acme.test/{'b' * 500}").status_code == 201


def test_premium_writes_longer_and_reads_it_back_as_a_note(x):
    x.sandbox.set("x", premium_handles="harbourcoffee", premium_characters=4000)
    id = x.posted("word " * 100 + "end")

    assert detail_of(x.post("a" * 4001), 403) == NOT_PERMITTED
    data = x.get(f"/2/tweets/{id}", **{"post.fields": "note_post"}).json()["data"]
    assert data["text"].endswith("…")
    assert data["note_post"]["text"] == "word " * 100 + "end"
    assert x.get("/2/users/me", **{"user.fields": "subscription_type"}).json()["data"]["subscription_type"] == "Premium"


def test_the_same_text_is_refused_for_a_day_without_naming_the_first(x):
    x.posted("Fresh  beans")
    answer = x.post("Fresh beans ")

    assert answer.json() == {"title": "Forbidden", "detail": DUPLICATE, "type": "about:blank", "status": 403}
    x.sandbox.set("x", error_dialect="v1")
    assert x.post("Fresh beans").json() == {"errors": [{"code": 187, "message": "Status is a duplicate."}]}
    x.sandbox.advance(hours=24)
    token = x.sandbox.create_account("x", "harbourcoffee")["credentials"]["token"]
    x.token = token
    assert x.post("Fresh beans").status_code == 201


def test_a_text_is_free_again_once_its_post_is_deleted_and_for_others(x, stranger):
    id = x.posted("Fresh beans")

    assert stranger.post("Fresh beans").status_code == 201
    x.call("DELETE", f"/2/tweets/{id}")
    assert x.post("Fresh beans").status_code == 201


def test_a_lost_answer_has_published_and_the_second_try_is_a_duplicate(x):
    x.sandbox.fault("lost_after", platform="x", account="harbourcoffee", path="commit")
    with pytest.raises(httpx.RemoteProtocolError):
        x.post("once")

    assert detail_of(x.post("once"), 403) == DUPLICATE
    assert x.sandbox.texts("x", "harbourcoffee") == ["once"]


def test_a_thread_hangs_together_by_the_previous_id(x):
    first = x.posted("1/3")
    second = x.reply(first, "2/3").json()["data"]["id"]
    third = x.reply(second, "3/3").json()["data"]["id"]

    fields = {"post.fields": "conversation_id,referenced_posts,in_reply_to_user_id"}
    last = x.get(f"/2/tweets/{third}", **fields).json()["data"]
    assert (last["conversation_id"], last["in_reply_to_user_id"]) == (first, x.id)
    assert last["referenced_posts"] == [{"type": "replied_to", "id": second}]
    assert [(post["kind"], post["parent_id"]) for post in x.sandbox.posts("x")] == [
        ("post", ""), ("reply", first), ("reply", second),
    ]  # fmt: skip
    assert x.sandbox.count("x", "comment") == 2


def test_the_same_answer_stands_under_two_posts_but_not_twice_under_one(x):
    one, two = x.posted("one"), x.posted("two")

    assert x.reply(one, "Link below").status_code == 201
    assert x.reply(two, "Link below").status_code == 201
    assert detail_of(x.reply(two, "Link below"), 403) == DUPLICATE


def test_a_reply_to_somebody_needs_to_have_been_called(x, stranger):
    quiet, calling = stranger.posted("Namaste"), stranger.posted("Coffee at @HarbourCoffee after class")

    refusal = "Reply to this conversation is not allowed because"
    assert detail_of(x.reply(quiet, "Hello"), 403).startswith(refusal)
    assert x.reply(calling, "Hello").status_code == 201
    x.sandbox.set("x", enterprise=True)
    assert x.reply(quiet, "Hello").status_code == 201


def test_a_reply_needs_its_post_to_be_there_and_visible(x):
    gone = x.posted("gone")
    x.call("DELETE", f"/2/tweets/{gone}")
    assert "deleted or not visible" in detail_of(x.reply(gone, "late"), 403)

    x.sandbox.set("x", visibility_lag_seconds=5)
    fresh = x.posted("1/2")
    assert "deleted or not visible" in detail_of(x.reply(fresh, "2/2"), 403)
    x.sandbox.advance(seconds=5)
    assert x.reply(fresh, "2/2").status_code == 201


def test_replies_to_oneself_can_be_switched_off_too(x):
    x.sandbox.set("x", self_reply=False)

    assert x.reply(x.posted("1/2"), "2/2").status_code == 403


def test_quotes_are_for_enterprises(x, stranger):
    quoted = stranger.posted("Namaste")
    assert detail_of(x.post("Nice", quote_tweet_id=quoted), 403) == NOT_PERMITTED

    x.sandbox.set("x", enterprise=True)
    id = x.posted("Nice", quote_tweet_id=quoted)
    data = x.get(f"/2/tweets/{id}", **{"post.fields": "referenced_posts", "expansions": "referenced_posts.id"}).json()
    assert data["data"]["referenced_posts"] == [{"type": "quoted", "id": quoted}]
    assert data["includes"]["posts"][0]["text"] == "Namaste"


def test_one_cashtag_is_the_most(x):
    assert x.post("$ACME rises").status_code == 201
    assert "maximum of one cashtag" in detail_of(x.post("$ACME and $BEAN"), 403)


def test_an_address_can_be_refused(x):
    x.sandbox.set("x", refused_url="https://spam.test")

    assert detail_of(x.post("See https://spam.test/win"), 403) == "The Tweet contains an invalid URL."


def test_a_poll_is_open_for_its_time(x):
    id = x.posted("Vote", poll=poll("A", "B"))
    query = {"expansions": "attachments.poll_ids", "poll.fields": "voting_status,duration_minutes"}

    (shown,) = x.get(f"/2/tweets/{id}", **query).json()["includes"]["polls"]
    assert [option["label"] for option in shown["options"]] == ["A", "B"]
    assert (shown["voting_status"], shown["duration_minutes"]) == ("open", 60)
    x.sandbox.advance(minutes=60)
    assert x.get(f"/2/tweets/{id}", **query).json()["includes"]["polls"][0]["voting_status"] == "closed"


def edit(x: X, id: str, text: str) -> httpx.Response:
    return x.post(text, edit_options={"previous_post_id": id})


def test_an_edit_is_a_new_id_in_the_place_of_the_old_one(x):
    x.sandbox.set("x", premium_handles="*")
    first = x.posted("Fresh baens")
    x.reply(first, "And tea")
    second = edit(x, first, "Fresh beans").json()["data"]

    assert second["edit_history_post_ids"] == [first, second["id"]]
    assert [post["id"] for post in x.timeline(exclude="replies")["data"]] == [second["id"]]
    assert x.get(f"/2/tweets/{first}").json()["data"]["text"] == "Fresh baens"
    assert x.sandbox.counts("x")["repeated"] == 0
    assert [post["parent_id"] for post in x.sandbox.posts("x", kind="reply")] == [second["id"]]
    assert x.sandbox.count("x", "edit") == 1


def test_edits_are_for_premium_for_half_an_hour_and_five_times(x):
    first = x.posted("v1")
    assert detail_of(edit(x, first, "v2"), 403) == NOT_PERMITTED

    x.sandbox.set("x", premium_handles="harbourcoffee")
    id = first
    for number in range(2, 7):
        id = edit(x, id, f"v{number}").json()["data"]["id"]
    assert edit(x, id, "v7").status_code == 403
    late = x.posted("late")
    x.sandbox.advance(minutes=31)
    assert edit(x, late, "later").status_code == 403


def test_a_post_is_deleted_once_and_by_its_author(x, stranger):
    id = x.posted("Fresh beans")

    assert stranger.call("DELETE", f"/2/tweets/{id}").status_code == 403
    assert x.call("DELETE", f"/2/tweets/{id}").json() == {"data": {"deleted": True}}
    assert x.call("DELETE", f"/2/tweets/{id}").status_code == 404
    (post,) = x.sandbox.posts("x")
    assert post["deleted_at"]


def test_an_article_is_drafted_and_published_once(x):
    cover = {"media_id": x.uploaded(picture()), "media_category": "tweet_image"}
    content = {"blocks": [{"text": "All about beans", "type": "unstyled"}], "entities": []}
    answer = x.call(
        "POST", "/2/articles/draft", json={"title": "Beans", "content_state": content, "cover_media": cover}
    )
    draft = answer.json()["data"]
    assert (answer.status_code, draft["title"]) == (201, "Beans")

    path = f"/2/articles/{draft['id']}/publish"
    post_id = x.call("POST", path).json()["data"]["post_id"]
    assert x.call("POST", path).status_code == 400
    (post,) = x.sandbox.posts("x")
    assert (post["id"], post["text"], len(post["media"])) == (post_id, "Beans", 1)
    empty = {"title": "Beans", "content_state": {"blocks": []}}
    assert x.call("POST", "/2/articles/draft", json=empty).status_code == 400
