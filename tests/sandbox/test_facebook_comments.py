"""Comments of the Page and of others: two levels, changing, hiding, liking, and who may read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.facebook_client import Facebook, code_of
from tests.sandbox.gallery import picture
from tests.support.sandbox import Sandbox


@pytest.fixture
def facebook(sandbox: Sandbox) -> Iterator[Facebook]:
    with Facebook(sandbox, "harbourcoffee") as client:
        yield client


def test_a_first_comment_stands_under_its_post(facebook):
    post = facebook.post()
    comment = facebook.comment(post, "Link below").json()["id"]

    assert comment.startswith(f"{post.partition('_')[2]}_")
    (shown,) = facebook.read(f"{post}/comments", fields="id,message,from").json()["data"]
    assert shown == {"id": comment, "message": "Link below", "from": {"id": facebook.id, "name": "Harbour Coffee"}}


def test_a_comment_has_one_reply_level_below_it(facebook):
    comment = facebook.comment(facebook.post()).json()["id"]
    reply = facebook.comment(comment, "Thanks").json()["id"]

    assert code_of(facebook.comment(reply, "No")) == (100, None)
    assert facebook.comment(comment, "Yes").status_code == 200
    assert len(facebook.read(f"{comment}/comments").json()["data"]) == 2


def test_a_comment_may_be_a_picture(facebook, gallery):
    post, photo = facebook.post(), facebook.staged_photo(gallery.hang(picture()))

    by_url = facebook.comment(post, "", attachment_url=gallery.hang(picture()))
    by_id = facebook.comment(post, "", attachment_id=photo)

    assert (by_url.status_code, by_id.status_code) == (200, 200)
    assert code_of(facebook.comment(post, "", attachment_id=photo)) == (100, 1366051)
    assert facebook.read(by_url.json()["id"], fields="attachment").json()["attachment"]["type"] == "photo"


def test_a_video_is_commented_on_before_its_post_is_known(facebook):
    video = facebook.reel()

    assert "post_id" not in facebook.read(video, fields="post_id").json()
    assert facebook.comment(video, "Sound on").status_code == 200
    facebook.sandbox.advance(seconds=5)
    post = facebook.read(video, fields="post_id").json()["post_id"]
    assert facebook.read(f"{post}/comments").json()["data"][0]["message"] == "Sound on"


@pytest.mark.parametrize("message", ["", "  ", "x" * 8001], ids=["empty", "blank", "too long"])
def test_a_comment_has_something_to_say_and_not_too_much(facebook, message):
    assert code_of(facebook.comment(facebook.post(), message)) == (100, None)


def test_a_comment_needs_its_permission_and_its_object(facebook):
    post = facebook.post()
    assert code_of(facebook.comment("12_34")) == (100, 33)
    facebook.people("untick", scope="pages_manage_engagement")
    assert code_of(facebook.comment(post)) == (200, None)


def test_a_comment_is_changed_hidden_and_deleted(facebook):
    post = facebook.post()
    comment = facebook.comment(post, "Tpyo").json()["id"]

    assert facebook.call("POST", f"/v26.0/{comment}", data={"message": "Typo"}).json() == {"success": True}
    assert facebook.call("POST", f"/v26.0/{comment}", data={"is_hidden": "true"}).json() == {"success": True}
    shown = facebook.read(comment, fields="message,is_hidden").json()
    assert (shown["message"], shown["is_hidden"]) == ("Typo", True)
    assert facebook.call("DELETE", f"/v26.0/{comment}").json() == {"success": True}
    assert facebook.read(f"{post}/comments").json() == {"data": []}


def test_comments_of_others_are_for_who_may_read_what_users_write(facebook):
    post = facebook.post()
    mine = facebook.comment(post, "Mine").json()["id"]
    theirs = facebook.people("comment", post=post, message="Lovely")
    newest = facebook.read(f"{post}/comments", order="reverse_chronological").json()["data"]
    assert [comment["id"] for comment in newest] == [theirs, mine]

    facebook.people("untick", scope="pages_read_user_content")
    assert [comment["id"] for comment in facebook.read(f"{post}/comments").json()["data"]] == [mine]
    assert code_of(facebook.read(post, fields="comments.limit(0).summary(true)")) == (10, None)
    assert code_of(facebook.read(post, fields="id,reactions.limit(0).summary(true)")) == (10, None)


def test_the_comment_of_another_can_be_hidden_but_not_changed(facebook):
    comment = facebook.people("comment", post=facebook.post(), message="Rude")

    assert code_of(facebook.call("POST", f"/v26.0/{comment}", data={"message": "Polite"})) == (100, None)
    assert facebook.call("POST", f"/v26.0/{comment}", data={"is_hidden": "true"}).status_code == 200


def test_comments_are_counted_without_being_listed(facebook):
    post = facebook.post()
    facebook.comment(post)

    comments = facebook.read(post, fields="comments.limit(0).summary(true)").json()["comments"]

    assert (comments["data"], comments["summary"]["total_count"]) == ([], 1)


def test_a_stream_of_comments_has_replies_among_them(facebook):
    post = facebook.post()
    comment = facebook.comment(post, "one").json()["id"]
    facebook.comment(comment, "two")

    stream = facebook.read(f"{post}/comments", filter="stream").json()["data"]
    assert [one["message"] for one in stream] == ["one", "two"]
    assert len(facebook.read(f"{post}/comments").json()["data"]) == 1


def test_the_page_likes_a_comment(facebook):
    comment = facebook.people("comment", post=facebook.post(), message="Lovely")

    assert facebook.call("POST", f"/v26.0/{comment}/likes").json() == {"success": True}
    assert facebook.read(comment, fields="like_count").json()["like_count"] == 1
    facebook.call("DELETE", f"/v26.0/{comment}/likes")
    assert facebook.read(comment, fields="like_count").json()["like_count"] == 0
