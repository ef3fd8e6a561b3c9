from __future__ import annotations

from dataclasses import replace

import pytest

from apps.platforms.adapters.tiktok import content, creator, status
from apps.platforms.contract import RemotePost, Role, Verdict
from apps.platforms.errors import Disconnected, Gone, NotSent, Rejected, TokenExpired
from apps.platforms.validation import problems
from tests.platforms.conformance.tiktok_bench import FRIENDS, PUBLIC
from tests.platforms.drafts import draft, picture, video

ONLY_ME = "SELF_ONLY"
ANYBODY = creator.Creator("demo.shop", (PUBLIC, ONLY_ME), 600, False, False, False)


def act(bench, what, **said):
    """Something that the person does in TikTok's app."""
    done = bench.http.post(f"{bench.origin}/_people/{what}", json={"account": bench.handle, **said})
    bench.requests.pop()
    assert done.is_success, done.text


def fields(draft, bench):
    return [problem.field for problem in problems(draft, bench.adapter.capabilities, label="TikTok")]


def test_a_video_is_told_in_tiktoks_words():
    options = {"privacy": PUBLIC, "allow_duet": "yes", "allow_comments": "yes", "cover_at": "1000"}
    written = draft("New in store #demo", video(), options=options)
    locked = replace(ANYBODY, forbids_stitches=True)
    assert content.video_info(written, creator.settings(locked, written)) == {
        "title": "New in store #demo",
        "privacy_level": PUBLIC,
        "disable_duet": False,
        "disable_comment": False,
        "disable_stitch": True,
        "video_cover_timestamp_ms": 1000,
        "brand_content_toggle": False,
        "brand_organic_toggle": False,
        "is_aigc": False,
    }


def test_pictures_are_told_in_tiktoks_words():
    two = (picture("1"), picture("2", mime_type="image/webp", public_url="https://media.example/2.webp"))
    options = {"privacy": ONLY_ME, "title": "Autumn", "auto_music": "yes", "own_brand": "yes", "allow_comments": "yes"}
    written = draft("Five new looks #demo", *two, options=options)
    assert content.pictures(written, creator.settings(ANYBODY, written)) == {
        "post_mode": "DIRECT_POST",
        "media_type": "PHOTO",
        "post_info": {
            "title": "Autumn",
            "description": "Five new looks #demo",
            "privacy_level": ONLY_ME,
            "disable_comment": False,
            "auto_add_music": True,
            "brand_content_toggle": False,
            "brand_organic_toggle": True,
        },
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_cover_index": 0,
            "photo_images": ["https://media.example/1.jpg", "https://media.example/2.webp"],
        },
    }


def test_nothing_is_allowed_that_was_not_switched_on_and_what_the_creator_forbids_stays_off():
    quiet = draft("Quiet", video(), options={"privacy": PUBLIC})
    assert set(creator.settings(ANYBODY, quiet).values()) == {True}
    open_to_all = draft("Open", video(), options={"allow_comments": "yes", "allow_duet": "yes", "allow_stitch": "yes"})
    assert set(creator.settings(ANYBODY, open_to_all).values()) == {False}
    strict = replace(ANYBODY, forbids_comments=True, forbids_duets=True, forbids_stitches=True)
    assert set(creator.settings(strict, open_to_all).values()) == {True}


def test_who_can_see_it_is_chosen_by_a_person_among_what_the_account_offers(bench, connected):
    assert [value for value, _ in bench.adapter.choices("privacy", connected)] == [PUBLIC, FRIENDS, ONLY_ME]
    unsaid = bench.post("Unsaid", options={"privacy": ""})
    assert fields(unsaid, bench) == ["options.privacy"]
    act(bench, "change", is_private=True, max_video_post_duration_sec=5)
    offered = [value for value, _ in bench.adapter.choices("privacy", connected)]
    assert offered[0] == "FOLLOWER_OF_CREATOR"
    for written, field in (
        (unsaid, "options.privacy"),
        (bench.post("Public"), "options.privacy"),
        (bench.post("Long", options={"privacy": ONLY_ME}), "media.0"),
    ):
        with pytest.raises(Rejected) as caught:
            bench.adapter.stage(written, connected, key="k", before=None)
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (draft("Words alone"), "media"),
        (draft("Both", video(), picture(), options={"format": "video"}), "media"),
        (draft("Slow", video(frame_rate=15.0)), "media.0"),
        (draft("Small", video(width=320, height=568)), "media.0"),
        (draft("x" * 2201, video()), "text"),
        (draft("PNG", picture(mime_type="image/png")), "media"),
        (draft("Long title", picture(), options={"title": "👗" * 46}), "options.title"),
        (draft("No such", picture(), options={"cover_picture": "2"}), "options.cover_picture"),
        (draft("Brand", video(), options={"paid_partnership": "yes", "privacy": ONLY_ME}), "options.privacy"),
        (draft("Reply", video(), role=Role.REPLY), "role"),
        (draft("Comment", video(), role=Role.FIRST_COMMENT), "role"),
    ],
)
def test_what_tiktok_would_refuse_too_late_is_refused_here(tiktok, credential, written, field):
    server, adapter = tiktok({})
    with pytest.raises(Rejected) as caught:
        adapter.stage(written, credential, key="k", before=None)
    assert (caught.value.field, server.requests) == (field, [])


@pytest.mark.parametrize("kind", ["video_draft", "photo_draft"])
def test_a_draft_lies_in_the_inbox_until_its_owner_posts_it(bench, connected, kind):
    media = bench.video() if kind == "video_draft" else bench.picture()
    written = draft("Finish me", media, options={"format": kind})
    assert fields(written, bench) == []
    staged = bench.stage(written, connected, key="k")
    trace = bench.trace(written, staged)
    receipt = bench.adapter.commit(written, staged, connected, key="k")
    assert bench.seen() == []
    assert status.ask(bench.adapter._line(connected), receipt.remote_id).state == status.IN_INBOX
    assert bench.adapter.locate(receipt, connected) == ""
    found = bench.adapter.find(trace, connected)
    assert found.verdict is (Verdict.FOUND if kind == "video_draft" else Verdict.UNCLEAR)

    act(bench, "finish_draft", publish_id=receipt.remote_id, title="Finished", privacy_level=PUBLIC)
    (post,) = bench.seen()
    assert bench.adapter.locate(receipt, connected).endswith(f"/video/{post.remote_id}")


def test_a_draft_needs_no_right_to_publish(bench, connected):
    lesser = replace(connected, scopes=("user.info.basic", "video.upload"))
    for media, kind in ((bench.video(), "video_draft"), (bench.picture(), "photo_draft")):
        bench.publish(draft("Finish me", media, options={"format": kind}), lesser)


def test_an_app_without_audit_posts_for_private_accounts_alone(bench, connected, switch):
    switch(audited=False, unaudited_users=0)  # accounts of other tests have posted today, too
    for pictures in (0, 1):
        with pytest.raises(Rejected) as caught:
            bench.publish(bench.post("Too early", pictures=pictures), connected, key=f"k{pictures}")
        assert caught.value.field == "options.privacy"


def test_a_video_that_fails_after_it_was_taken_is_told_as_what_it_is(bench, connected, switch):
    switch(failure_reason="frame_rate_check_failed")
    written = bench.post("Too slow")
    staged = bench.stage(written, connected, key="k")
    trace = bench.trace(written, staged)
    bench.strike("failed_processing", "commit")
    receipt = bench.adapter.commit(written, staged, connected, key="k")
    assert bench.seen() == []

    with pytest.raises(Gone):
        bench.adapter.post_metrics(receipt, connected)
    assert bench.adapter.locate(receipt, connected) == ""
    assert bench.adapter.find(trace, connected).verdict is Verdict.ABSENT
    with pytest.raises(Rejected) as caught:
        bench.adapter.stage(written, connected, key="k", before=staged)
    assert "frames" in caught.value.words


def test_whoever_removed_postroom_is_noticed_before_the_last_chunk(bench, connected):
    """The upload itself asks for no token."""
    written = bench.post("Too late")
    staged = bench.stage(written, connected, key="k")
    act(bench, "remove_app")
    with pytest.raises((TokenExpired, Disconnected)):
        bench.adapter.commit(written, staged, connected, key="k")
    assert not [one for one in bench.requests if one.method == "PUT"]


def test_figures_are_of_public_posts(bench, connected):
    receipt = bench.publish(bench.post("For me", options={"privacy": ONLY_ME}), connected)
    bench.seen()
    assert bench.adapter.locate(receipt, connected) == ""
    with pytest.raises(NotSent):
        bench.adapter.post_metrics(receipt, connected)

    receipt = bench.publish(bench.post("For all"), connected, key="k2")
    bench.seen()
    assert bench.adapter.post_metrics(receipt, connected).values
    post = RemotePost(bench.known_as(receipt))
    act(bench, "delete", post=post.remote_id)
    with pytest.raises(Gone):
        bench.adapter.post_metrics(post, connected)
    with pytest.raises(NotSent):  # by its publish_id it looks like one that is not public yet
        bench.adapter.post_metrics(receipt, connected)
