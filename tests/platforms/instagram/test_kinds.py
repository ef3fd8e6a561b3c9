"""Each kind of post as Instagram wants to hear of it, and videos that are sent rather than fetched."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace

import pytest

from apps.platforms.adapters.instagram.capabilities import CAPABILITIES
from apps.platforms.contract import Role
from apps.platforms.errors import NotSent, Rejected
from apps.platforms.formats import format_of
from apps.platforms.validation import problems
from tests.platforms.drafts import draft, picture, video
from tests.platforms.instagram.answers import FINISHED, MEDIA, error, forms
from tests.platforms.instagram.test_staging import stage


def made(instagram, credential, written):
    """The forms of the containers that a draft becomes."""
    ids = [(200, {"id": f"c{number}"}) for number in range(1, 5)]
    server, adapter = instagram({f"POST {MEDIA}": ids, **{f"GET /v26.0/c{n}": [FINISHED] for n in range(1, 5)}})
    assert stage(adapter, written, credential).ready
    return forms(server, MEDIA)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (draft("", picture()), "feed"),
        (draft("", picture("a"), picture("b")), "feed"),
        (draft("", video()), "reel"),
        (draft("", picture(), video()), "carousel"),
        (draft("", picture(), options={"format": "story"}), "story"),
    ],
)
def test_the_format_follows_from_the_media(written, name):
    assert format_of(written, CAPABILITIES).name == name
    assert problems(written, CAPABILITIES, label="Instagram") == []


def test_a_video_alone_is_a_reel_and_never_a_picture(instagram, credential):
    written = draft("Waves", video(alt="ignored"))
    (form,) = made(instagram, credential, written)
    assert form == {
        "media_type": "REELS", "video_url": written.media[0].public_url, "caption": "Waves", "share_to_feed": "true",
    }  # fmt: skip


def test_a_cover_wins_over_a_moment_of_the_video(instagram, credential):
    options = {"share_to_feed": "no", "thumb_offset": "1500"}
    (by_moment,) = made(instagram, credential, draft("", video(), options=options))
    (by_cover,) = made(instagram, credential, draft("", video(), options=options, cover=picture("cover")))
    assert by_moment["thumb_offset"] == "1500"
    assert by_moment["share_to_feed"] == "false"
    assert "thumb_offset" not in by_cover
    assert by_cover["cover_url"].endswith("/cover.jpg")


def test_a_trial_reel_says_how_its_trial_ends(instagram, credential):
    (form,) = made(instagram, credential, draft("", video(), options={"trial": "MANUAL", "audio_name": "Surf"}))
    assert json.loads(form["trial_params"]) == {"graduation_strategy": "MANUAL"}
    assert form["audio_name"] == "Surf"


def test_only_the_whole_of_a_carousel_has_a_caption(instagram, credential):
    picture_form, video_form, whole = made(instagram, credential, draft("Both", picture(alt="A"), video()))
    assert (picture_form["is_carousel_item"], picture_form["alt_text"]) == ("true", "A")
    assert (video_form["is_carousel_item"], video_form["media_type"]) == ("true", "VIDEO")
    assert "caption" not in {**picture_form, **video_form}
    assert whole == {"media_type": "CAROUSEL", "children": "c1,c2", "caption": "Both", "share_to_feed": "true"}


def test_a_story_has_no_caption(instagram, credential):
    (form,) = made(instagram, credential, draft("", video(), options={"format": "story", "ai": "yes"}))
    assert set(form) == {"media_type", "video_url", "is_ai_generated"}
    assert form["media_type"] == "STORIES"
    spoken = draft("Words", picture(), options={"format": "story"})
    assert [one.field for one in problems(spoken, CAPABILITIES, label="Instagram")] == ["text"]


def test_accounts_are_tagged_in_a_place_on_pictures_and_without_one_on_videos(instagram, credential):
    options = {"tags": "@ann\nbob 0.25 1", "collaborators": "@cara"}
    (on_picture,) = made(instagram, credential, draft("", picture(), options=options))
    (on_video,) = made(instagram, credential, draft("", video(), options=options))
    ann, bob = {"username": "ann"}, {"username": "bob"}
    assert json.loads(on_picture["user_tags"]) == [{**ann, "x": 0.5, "y": 0.5}, {**bob, "x": 0.25, "y": 1.0}]
    assert json.loads(on_video["user_tags"]) == [ann, bob]
    assert json.loads(on_picture["collaborators"]) == ["cara"]


def test_in_a_carousel_accounts_are_tagged_on_the_first_picture_or_else_on_the_first_video(instagram, credential):
    tagged = {"tags": "@ann"}
    first, second, _ = made(instagram, credential, draft("", video(), picture(), options=tagged))
    assert "user_tags" not in first
    assert json.loads(second["user_tags"]) == [{"username": "ann", "x": 0.5, "y": 0.5}]
    first, second, _ = made(instagram, credential, draft("", video("a"), video("b"), options=tagged))
    assert json.loads(first["user_tags"]) == [{"username": "ann"}]
    assert "user_tags" not in second


def test_a_carousel_says_whether_it_is_in_the_feed_and_only_its_own_choice_counts(instagram, credential):
    files, no = (picture("a"), picture("b")), {"share_to_feed": "no"}
    assert made(instagram, credential, draft("", *files))[-1]["share_to_feed"] == "true"
    assert made(instagram, credential, draft("", *files, options=no))[-1]["share_to_feed"] == "true"
    chosen = draft("", *files, options={"format": "carousel", **no})
    *items, whole = made(instagram, credential, chosen)
    assert whole["share_to_feed"] == "false"
    assert all("share_to_feed" not in item for item in items)


def test_a_carousel_arrives_in_the_feed_or_out_of_it(bench, connected):
    for number, (format, choice) in enumerate([("", ""), ("carousel", ""), ("carousel", "no")]):
        written = bench.post("Two", pictures=2, options={"format": format, "share_to_feed": choice})
        bench.publish(written, connected, key=f"k{number}")
    posts = bench.sandbox.posts("instagram", bench.handle)
    assert [post["data"]["is_shared_to_feed"] for post in posts] == [True, True, False]


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (draft("", video(), options={"format": "feed"}), "media"),
        (draft("", picture(), options={"format": "reel"}), "media"),
        (draft("", picture(), options={"format": "carousel"}), "media"),
        (draft("", picture("a"), picture("b"), options={"format": "story"}), "media"),
        (draft("", picture(), options={"format": "poll"}), "options.format"),
        (draft("", picture(), options={"tags": "ann 0.5"}), "options.tags"),
        (draft("", picture(), options={"tags": "ann 2 nan"}), "options.tags"),
        (draft("", picture(), options={"place": "123"}), "options.place"),
        (draft("", video(), cover=replace(picture(), public_url="")), "cover"),
    ],
)
def test_what_instagram_would_not_take_is_rejected_before_it_is_sent(instagram, credential, written, field):
    server, adapter = instagram({})
    with pytest.raises(Rejected) as caught:
        stage(adapter, written, credential)
    assert caught.value.field == field
    assert forms(server, MEDIA) == []


# --- uploads


@pytest.fixture
def film(bench):
    return draft("From here", replace(bench.video("film", filling=700_000), public_url=""))


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "error_before"])
def test_an_upload_that_breaks_off_is_carried_on(bench, connected, film, fault):
    first = bench.adapter.stage(film, connected, key="k", before=None)
    assert not first.ready
    bench.sandbox.fault(fault, platform="instagram", path="/ig-api-upload/")
    with pytest.raises(NotSent):
        bench.adapter.stage(film, connected, key="k", before=first)

    staged = first
    while not staged.ready:
        bench.clock.advance(seconds=staged.again_in.total_seconds())
        staged = bench.fresh().stage(film, connected, key="k", before=staged)
    bench.adapter.commit(film, staged, connected, key="k")

    assert bench.checksums() == [zlib.crc32(film.media[0].open().read())]
    assert len([one for one in bench.requests if one.url.path.endswith("/media")]) == 1


def test_an_upload_goes_on_where_instagram_says_it_is(instagram, credential):
    film = draft("", replace(video(), public_url=""))
    content = film.media[0].open().read()
    received = (200, {"video_status": {"uploading_phase": {"bytes_transferred": len(content) - 40}}})
    created = []
    server, adapter = instagram(
        {
            f"POST {MEDIA}": created,
            "GET /v26.0/c1": [received, FINISHED],
            "POST /ig-api-upload/v26.0/c1": [(200, {"success": True})],
        }
    )
    created.append((200, {"id": "c1", "uri": f"{server.origin}/ig-api-upload/v26.0/c1"}))
    staged = stage(adapter, film, credential)
    staged = stage(adapter, film, credential, staged)
    assert server.bodies[-1] == content[-40:]
    assert stage(adapter, film, credential, staged).ready


@pytest.mark.parametrize("uri", [None, 3, "https://elsewhere.example/ig-api-upload/v26.0/c1"])
def test_a_token_is_never_sent_to_an_address_that_is_not_the_upload_host(instagram, credential, uri):
    server, adapter = instagram({f"POST {MEDIA}": [(200, {"id": "c1", "uri": uri})]})
    with pytest.raises(NotSent):
        stage(adapter, draft("", replace(video(), public_url="")), credential)
    assert {path for _, path in server.requests if "ig-api-upload" in path} == set()


def test_a_first_comment_is_not_staged(instagram, credential):
    server, adapter = instagram({f"POST {MEDIA}": [error(1)]})
    assert stage(adapter, draft("First", role=Role.FIRST_COMMENT), credential).ready
    assert server.requests == []
