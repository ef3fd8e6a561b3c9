"""All that can be put on X, against the simulated one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from apps.platforms.adapters.x import publishing
from apps.platforms.contract import RemotePost, Role, Staged, Verdict
from apps.platforms.errors import Disconnected, Gone, NotSent, Rejected, StagedLost, Throttled, TokenExpired
from apps.platforms.formats import with_limits
from apps.platforms.validation import problems
from tests.platforms.conformance.bench import remote
from tests.platforms.drafts import caption, draft, picture, picture_bytes, video


def posts(bench):
    return [post for post in bench.sandbox.posts("x", bench.handle) if not post["deleted_at"]]


def gif(**changes):
    return picture("wave", mime_type="image/gif", content=picture_bytes(form="GIF"), **changes)


def sent_bodies(bench, path):
    """The JSON of the requests to `path`, in their order."""
    made = [request for request in bench.requests if (request.method, request.url.path) == ("POST", path)]
    return [json.loads(request.content) for request in made]


# --- formats


def test_four_pictures_keep_their_order_and_alt_texts(bench, connected):
    bench.publish(bench.post("Four", pictures=4), connected)
    assert [one["alt"] for one in posts(bench)[0]["media"]] == [f"Picture {n}" for n in range(4)]


def test_a_gif_goes_in_parts_and_alone(bench, connected):
    bench.publish(draft("It moves", gif(alt="A wave")), connected)
    (one,) = posts(bench)[0]["media"]
    assert one["alt"] == "A wave"
    begun = sent_bodies(bench, "/2/media/upload/initialize")
    assert [asked["media_category"] for asked in begun] == ["tweet_gif"]
    with pytest.raises(Rejected) as caught:
        bench.stage(draft("Two", gif(), bench.picture()), connected, key="key-2")
    assert caught.value.field == "media"


def test_a_video_goes_with_cover_title_and_captions(bench, connected):
    options = {"video_title": "Spring", "video_description": "At the harbour"}
    said = (caption("de-AT", label="Deutsch"),)
    written = draft("Look", bench.video(alt="Waves"), cover=bench.picture("frame"), options=options, captions=said)
    bench.publish(written, connected)

    (body,) = sent_bodies(bench, "/2/tweets")
    assert body["media"]["title"] == "Spring"
    assert body["media"]["description"] == "At the harbour"
    assert body["media"]["preview_media_id"] not in body["media"]["media_ids"]
    (asked,) = sent_bodies(bench, "/2/media/subtitles")
    assert asked["id"] == body["media"]["media_ids"][0]
    assert asked["media_category"] == "TweetVideo"
    assert (asked["subtitles"]["language_code"], asked["subtitles"]["display_name"]) == ("DE", "Deutsch")
    assert sent_bodies(bench, "/2/media/metadata") == []  # videos take no alt text
    assert len(posts(bench)) == 1


def test_a_poll_has_its_choices_and_its_end(bench, connected):
    options = {"format": "poll", "poll_options": "Tea\n\n Coffee ", "poll_minutes": "60", "reply_settings": "following"}
    bench.publish(draft("Tea or coffee?", options=options), connected)
    (body,) = sent_bodies(bench, "/2/tweets")
    assert body["poll"] == {"options": ["Tea", "Coffee"], "duration_minutes": 60}
    assert body["reply_settings"] == "following"
    for broken in ({"poll_options": "One"}, {"poll_minutes": "4"}, {"poll_minutes": "soon"}):
        with pytest.raises(Rejected, match="poll"):
            bench.stage(draft("?", options=options | broken), connected, key="key-2")


def test_an_article_is_drafted_unseen_and_then_published(bench, connected):
    options = {"format": "article", "article_title": "How we roast"}
    written = draft("One paragraph.\n\nAnother.", bench.picture("cover"), options=options)
    staged = bench.stage(written, connected, key="key-1")
    assert posts(bench) == []
    assert bench.adapter.stage(written, connected, key="key-1", before=staged) == staged

    receipt = bench.adapter.commit(written, staged, connected, key="key-1")
    assert [post["id"] for post in posts(bench)] == [receipt.remote_id]
    (asked,) = sent_bodies(bench, "/2/articles/draft")
    assert [block["text"] for block in asked["content_state"]["blocks"]] == ["One paragraph.", "Another."]

    changed = replace(written, text="Something else")
    with pytest.raises(StagedLost):
        bench.adapter.commit(changed, staged, connected, key="key-1")


@pytest.mark.parametrize(("fault", "verdict"), [("lost_after", Verdict.FOUND), ("lost_before", Verdict.ABSENT)])
def test_a_lost_article_is_found(bench, connected, fault, verdict):
    written = draft("Words", options={"format": "article", "article_title": "Lost"})
    staged = bench.stage(written, connected, key="key-1")
    trace = bench.trace(written, staged)
    bench.sandbox.fault(fault, platform="x", path="/publish$")
    with pytest.raises(Exception, match="lost"):
        bench.adapter.commit(written, staged, connected, key="key-1")
    bench.wait_until_settled()
    assert bench.adapter.find(trace, connected).verdict is verdict


def test_a_request_has_no_key_that_x_does_not_know(bench):
    """X refuses a post with a key it does not know, so what is not chosen is left out."""
    nothing = Staged({"started_at": "", "media": []})
    assert publishing.body(draft("Hello"), nothing) == {"text": "Hello"}
    options = {"made_with_ai": "yes", "paid_partnership": "", "community_id": "7", "share_with_followers": "yes"}
    assert publishing.body(draft("Hello", options=options), nothing) == {
        "text": "Hello", "made_with_ai": True, "community_id": "7", "share_with_followers": True,
    }  # fmt: skip


def test_disclosures_and_tagged_people_are_taken(bench, connected):
    options = {"made_with_ai": "yes", "paid_partnership": "yes", "tagged_users": "12\n13", "reply_settings": "verified"}
    bench.publish(bench.post("Us", pictures=1, options=options), connected)
    (body,) = sent_bodies(bench, "/2/tweets")
    assert body["media"]["tagged_user_ids"] == ["12", "13"]
    assert len(posts(bench)) == 1


# --- replies


def test_a_thread_follows_each_part_and_not_the_first(bench, connected):
    first = bench.publish(bench.post("1/3"), connected, key="key-1")
    second = draft("2/3", bench.picture(), role=Role.REPLY, root=remote(first), parent=remote(first))
    middle = bench.publish(second, connected, key="key-2")
    third = draft("3/3", role=Role.REPLY, root=remote(first), parent=remote(middle))
    bench.publish(third, connected, key="key-3")
    assert [post["parent_id"] for post in posts(bench)] == ["", first.remote_id, middle.remote_id]


def test_a_reply_that_x_does_not_allow_says_so(bench, connected, switch):
    first = bench.publish(bench.post("Main"), connected, key="key-1")
    switch(self_reply=False)
    with pytest.raises(Rejected, match="reply"):
        bench.publish(bench.comment("First!", first), connected, key="key-2")


def test_a_parent_that_is_not_visible_yet_is_waited_for(bench, connected, switch):
    switch(visibility_lag_seconds=4)
    first = bench.publish(bench.post("Main"), connected, key="key-1")
    comment = bench.comment("First!", first)
    with pytest.raises(NotSent):
        bench.publish(comment, connected, key="key-2")
    bench.clock.advance(seconds=5)
    bench.publish(comment, connected, key="key-2")
    assert len(posts(bench)) == 2


# --- what X refuses


def test_a_long_text_needs_a_subscription(bench, switch):
    long_text = "word " * 100
    subscribed = bench.connect()
    limits = bench.adapter.check(subscribed).limits
    assert problems(draft(long_text), with_limits(bench.adapter.capabilities, limits), label="X") == []
    bench.publish(draft(long_text), subscribed, key="key-1")

    switch(premium_handles="")
    plain = bench.connect()
    limits = bench.adapter.check(plain).limits
    (problem,) = problems(draft(long_text), with_limits(bench.adapter.capabilities, limits), label="X")
    assert problem.code == "too_long"
    with pytest.raises(Rejected):
        bench.publish(draft(f"Other {long_text}"), plain, key="key-2")
    assert len(posts(bench)) == 1


def test_a_suspended_account_is_disconnected_and_money_is_waited_for(bench, connected, switch):
    switch(credits_usd=0)
    with pytest.raises(Throttled, match="credits"):
        bench.publish(bench.post("Too dear"), connected)
    switch(credits_usd=1000, suspended_handles=bench.handle)
    with pytest.raises(Disconnected, match="suspended"):
        bench.publish(bench.post("Too bad"), connected)
    assert posts(bench) == []


@pytest.mark.parametrize("origin", ["https://api.x.com", "https://api.twitter.com"])
@pytest.mark.parametrize("dialect", ["problem", "codes"])
def test_every_dialect_of_errors_is_understood(bench, connected, switch, dialect, origin):
    switch(error_dialect=dialect, problem_origin=origin)
    bench.publish(bench.post("Twice"), connected, key="key-1")
    bench.clock.advance(minutes=30)
    with pytest.raises(Rejected, match="very text"):
        bench.publish(bench.post("Twice"), connected, key="key-2")
    bench.expire_tokens()
    with pytest.raises(TokenExpired):
        bench.publish(bench.post("Once"), connected, key="key-3")


# --- afterwards


def test_a_lost_edit_is_not_made_twice(bench, connected):
    post = remote(bench.publish(bench.post("8 pm", pictures=1), connected))
    corrected = bench.post("9 pm", pictures=1)
    bench.strike("lost_after", "commit")
    with pytest.raises(NotSent):
        bench.adapter.edit(post, corrected, connected)
    receipt = bench.adapter.edit(post, corrected, connected)
    (seen,) = posts(bench)
    assert (seen["id"], seen["text"], len(seen["media"])) == (receipt.remote_id, "9 pm", 1)
    edits = [body for body in sent_bodies(bench, "/2/tweets") if "edit_options" in body]
    assert len(edits) <= 2


def test_an_edit_that_comes_too_late_is_refused_in_words(bench, connected):
    post = remote(bench.publish(bench.post("8 pm"), connected))
    bench.clock.advance(minutes=61)
    with pytest.raises(Rejected, match="subscription"):
        bench.adapter.edit(post, draft("9 pm"), connected)


def test_a_deletion_that_is_not_confirmed_is_asked_for_again(x, credential):
    said = [(200, {"data": {"deleted": False}}), (200, {}), (404, {})]
    _, adapter = x({"DELETE /2/tweets/7": said})
    for _ in range(2):
        with pytest.raises(NotSent):
            adapter.delete(RemotePost("7"), credential)
    adapter.delete(RemotePost("7"), credential)


def test_figures_of_a_deleted_post_are_gone(bench, connected):
    post = remote(bench.publish(bench.post("Soon gone"), connected))
    bench.adapter.delete(post, connected)
    with pytest.raises(Gone):
        bench.adapter.post_metrics(post, connected)


def test_what_is_staged_does_not_fit_another_video_or_cover(bench, connected):
    film = bench.video()
    staged = bench.stage(draft("A", film), connected, key="key-1")
    for changed in (draft("A", video("two", filling=9)), draft("A", film, cover=bench.picture("frame"))):
        with pytest.raises(StagedLost):
            bench.adapter.commit(changed, staged, connected, key="key-1")


def test_what_arrived_is_kept_when_the_next_call_fails(bench, connected):
    options = {"format": "article", "article_title": "How we roast"}
    written = draft("Words", bench.picture("cover"), options=options)
    bench.sandbox.fault("error_before", platform="x", path="/articles/draft$")
    staged = bench.adapter.stage(written, connected, key="key-1", before=None)
    assert not staged.ready
    again = bench.adapter.stage(written, connected, key="key-1", before=staged)
    assert again.ready
    assert again.data["media"] == staged.data["media"]
