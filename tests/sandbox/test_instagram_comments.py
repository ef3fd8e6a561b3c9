"""Comments of others: reading, answering, hiding, deleting; and switching comments off."""

from __future__ import annotations

import pytest

from tests.sandbox.clients import Instagram
from tests.sandbox.facebook_client import code_of
from tests.sandbox.gallery import picture
from tests.sandbox.instagram_client import act


@pytest.fixture
def media(instagram, gallery):
    return instagram.post(gallery.hang(picture()))


def test_a_comment_of_somebody_else_is_read_with_its_author(instagram, media):
    comment = act(instagram, "comment", media=media, text="Lovely", username="ann")

    fields = "id,text,username,from,timestamp,hidden,media{id},parent_id"
    (shown,) = instagram.get(f"/v26.0/{media}/comments", fields=fields).json()["data"]
    assert (shown["id"], shown["text"], shown["username"]) == (comment, "Lovely", "ann")
    assert shown["from"]["id"] != instagram.id
    assert shown["media"]["id"] == media
    assert "parent_id" not in shown
    assert instagram.get(f"/v26.0/{media}", fields="comments_count").json()["comments_count"] == 1


def test_the_author_may_be_unreadable(instagram, media):
    act(instagram, "comment", media=media, text="Who?")
    instagram.sandbox.set("instagram", comment_authors=False)

    (shown,) = instagram.get(f"/v26.0/{media}/comments", fields="text,username,from").json()["data"]
    assert set(shown) == {"id", "text"}


def test_an_answer_stands_under_the_comment_and_nothing_under_the_answer(instagram, media):
    comment = act(instagram, "comment", media=media, text="When do you open?")
    answer = instagram.call("POST", f"/v26.0/{comment}/replies", data={"message": "At eight"}).json()["id"]
    theirs = act(instagram, "comment", parent=comment, text="Thanks")

    found = instagram.get(f"/v26.0/{comment}/replies", fields="id,text,parent_id").json()["data"]
    assert [reply["id"] for reply in found] == [theirs, answer]
    assert found[0]["parent_id"] == comment
    assert code_of(instagram.call("POST", f"/v26.0/{theirs}/replies", data={"message": "x"})) == (100, None)
    (listed,) = instagram.get(f"/v26.0/{media}/comments", fields="text,replies{text}").json()["data"]
    assert [reply["text"] for reply in listed["replies"]["data"]] == ["At eight", "Thanks"]


def test_a_comment_is_hidden_shown_and_deleted(instagram, media):
    comment = act(instagram, "comment", media=media, text="Rude")

    for hide in (True, False):
        assert instagram.call("POST", f"/v26.0/{comment}", data={"hide": str(hide).lower()}).status_code == 200
        assert instagram.get(f"/v26.0/{comment}", fields="hidden").json()["hidden"] is hide
    assert code_of(instagram.call("POST", f"/v26.0/{comment}", data={"is_hidden": "true"})) == (100, None)
    assert instagram.call("DELETE", f"/v26.0/{comment}").json() == {"success": True}
    assert code_of(instagram.get(f"/v26.0/{comment}", fields="text")) == (100, 33)


def test_comments_can_be_switched_off(instagram, media):
    assert instagram.call("POST", f"/v26.0/{media}", data={"comment_enabled": "false"}).json() == {"success": True}

    assert instagram.get(f"/v26.0/{media}", fields="is_comment_enabled").json()["is_comment_enabled"] is False
    assert code_of(instagram.call("POST", f"/v26.0/{media}/comments", data={"message": "First"})) == (100, None)


def test_comments_come_in_pages(instagram, media):
    ids = [act(instagram, "comment", media=media, text=f"No. {n}") for n in range(3)]

    first = instagram.get(f"/v26.0/{media}/comments", limit=2).json()
    rest = instagram.call("GET", first["paging"]["next"]).json()
    assert [one["id"] for one in first["data"] + rest["data"]] == ids[::-1]


def test_a_stranger_neither_answers_nor_hides(instagram, media, sandbox):
    comment = act(instagram, "comment", media=media, text="Lovely")
    with Instagram(sandbox, "lumenyoga") as stranger:
        assert code_of(stranger.call("POST", f"/v26.0/{comment}/replies", data={"message": "x"})) == (100, 33)
        assert code_of(stranger.call("POST", f"/v26.0/{comment}", data={"hide": "true"})) == (100, 33)
        assert code_of(stranger.call("DELETE", f"/v26.0/{comment}")) == (100, 33)


@pytest.mark.parametrize(("what", "subcode"), [("change_password", 460), ("checkpoint", 459), ("remove_app", 458)])
def test_what_the_owner_does_ends_the_tokens_of_this_account_alone(instagram, sandbox, what, subcode):
    with Instagram(sandbox, "lumenyoga") as other:
        act(instagram, what)

        assert code_of(instagram.get("/v26.0/me", fields="id")) == (190, subcode)
        assert other.get("/v26.0/me", fields="id").status_code == 200


def test_an_account_that_became_personal_has_no_api_until_it_is_converted(instagram):
    act(instagram, "turn_personal")
    answer = instagram.get("/v26.0/me", fields="id")
    assert "The user is not an Instagram Business" in answer.json()["error"]["message"]

    act(instagram, "clear")
    assert instagram.get("/v26.0/me", fields="id").status_code == 200


def test_a_restricted_account_reads_and_does_not_publish(instagram, gallery):
    container = instagram.container(image_url=gallery.hang(picture()))
    instagram.sandbox.advance(seconds=2)
    act(instagram, "restrict")

    assert code_of(instagram.publish(container)) == (25, 2207050)
    assert instagram.status(container) == "FINISHED"
