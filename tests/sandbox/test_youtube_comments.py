"""YouTube: the first comment, replies, edits and moderation."""

from __future__ import annotations

import pytest

from tests.sandbox.youtube_client import READONLY, UPLOAD, YouTube, reason_of


@pytest.fixture
def youtube(sandbox):
    with YouTube(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture
def fan(sandbox):
    with YouTube(sandbox, "lumenyoga") as client:
        yield client


def threads(youtube: YouTube, **query):
    return youtube.api("GET", "commentThreads", part="snippet,replies", **query)


def test_a_first_comment_stands_under_its_video(youtube, sandbox):
    video = youtube.upload()

    thread = youtube.comment(video, "What a <day>").json()

    top = thread["snippet"]["topLevelComment"]
    assert (thread["kind"], thread["id"]) == ("youtube#commentThread", top["id"])
    assert (top["snippet"]["textOriginal"], top["snippet"]["textDisplay"]) == ("What a <day>", "What a &lt;day&gt;")
    assert top["snippet"]["authorChannelId"] == {"value": youtube.id}
    (post,) = sandbox.posts("youtube", kind="reply")
    assert (post["parent_id"], post["text"]) == (video, "What a <day>")


def test_comments_are_found_newest_first_by_author_and_text(youtube, fan):
    video = youtube.upload()
    youtube.comment(video, "First")
    fan.comment(video, "Second", channel=youtube.id)

    items = threads(youtube, videoId=video, order="time", maxResults=20).json()["items"]

    tops = [item["snippet"]["topLevelComment"]["snippet"] for item in items]
    assert [top["textOriginal"] for top in tops] == ["Second", "First"]
    assert [top["authorChannelId"]["value"] for top in tops] == [fan.id, youtube.id]
    assert len(threads(youtube, allThreadsRelatedToChannelId=youtube.id).json()["items"]) == 2


def test_replies_go_one_level_deep(youtube, fan):
    video = youtube.upload()
    thread = fan.comment(video, "Where is that?", channel=youtube.id).json()["id"]

    reply = youtube.reply(thread, "At the harbour").json()

    assert reply["snippet"]["parentId"] == thread
    assert reason_of(fan.reply(reply["id"])) == (400, "badRequest")
    (found,) = youtube.api("GET", "comments", part="snippet", parentId=thread).json()["items"]
    assert found["snippet"]["textOriginal"] == "At the harbour"
    (item,) = threads(youtube, videoId=video).json()["items"]
    assert item["snippet"]["totalReplyCount"] == 1
    assert item["replies"]["comments"][0]["id"] == reply["id"]
    assert youtube.video(video, "statistics")["statistics"]["commentCount"] == "2"


def test_a_comment_repeated_is_there_twice(youtube, sandbox):
    video = youtube.upload()
    youtube.comment(video, "Once")
    youtube.comment(video, "Once")

    assert sandbox.counts("youtube", kind="reply")["repeated"] == 1


def test_comments_are_off_for_children_and_while_private(youtube, sandbox):
    children, private = youtube.upload(selfDeclaredMadeForKids=True), youtube.upload(privacyStatus="private")

    assert reason_of(youtube.comment(children)) == (403, "commentsDisabled")
    assert reason_of(threads(youtube, videoId=children)) == (403, "commentsDisabled")
    assert "commentCount" not in youtube.video(children, "statistics")["statistics"]
    assert reason_of(youtube.comment(private)) == (403, "commentsDisabled")
    sandbox.set("youtube", comments_on_private=True)
    assert youtube.comment(private).status_code == 200


def test_a_comment_that_is_none_is_refused(youtube, fan):
    video = youtube.upload()

    assert reason_of(youtube.comment(video, " ")) == (400, "commentTextRequired")
    assert reason_of(youtube.comment(video, "x" * 10_001)) == (400, "commentTextTooLong")
    assert reason_of(youtube.comment("nothing")) == (404, "videoNotFound")
    assert reason_of(fan.comment(video)) == (400, "badRequest")  # the channel is not the one of the video
    assert reason_of(youtube.reply("nothing")) == (404, "commentNotFound")


def test_an_author_edits_and_the_owner_deletes_and_moderates(youtube, fan):
    video = youtube.upload()
    id = fan.comment(video, "Frist", channel=youtube.id).json()["id"]
    body = {"id": id, "snippet": {"textOriginal": "First"}}

    assert reason_of(youtube.api("PUT", "comments", part="snippet", json=body)) == (403, "forbidden")
    assert fan.api("PUT", "comments", part="snippet", json=body).json()["snippet"]["textOriginal"] == "First"
    hold = {"id": id, "moderationStatus": "heldForReview"}
    assert reason_of(fan.api("POST", "comments/setModerationStatus", **hold)) == (403, "forbidden")
    assert youtube.api("POST", "comments/setModerationStatus", **hold).status_code == 204
    assert threads(youtube, videoId=video).json()["items"] == []
    assert len(threads(youtube, videoId=video, moderationStatus="heldForReview").json()["items"]) == 1
    assert youtube.api("DELETE", "comments", id=id).status_code == 204
    assert reason_of(youtube.api("DELETE", "comments", id=id)) == (404, "commentNotFound")


def test_even_reading_comments_wants_the_full_scope(youtube, sandbox):
    video = youtube.upload()
    with YouTube(sandbox, "harbourcoffee", scopes=[UPLOAD, READONLY]) as uploader:
        assert reason_of(threads(uploader, videoId=video)) == (403, "insufficientPermissions")
        assert reason_of(uploader.comment(video)) == (403, "insufficientPermissions")
