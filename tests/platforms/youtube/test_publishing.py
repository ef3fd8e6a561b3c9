"""A film before its hour, at its hour, and what hangs below it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.adapters.youtube import permits
from apps.platforms.adapters.youtube.abilities import CAPABILITIES
from apps.platforms.adapters.youtube.publishing import LONGEST_PROCESSING
from apps.platforms.contract import RemotePost, Role
from apps.platforms.errors import MissingPermission, NotSent, Rejected, StagedLost, Throttled, Uncertain
from apps.platforms.validation import problems
from tests.platforms.drafts import draft, picture, video
from tests.platforms.youtube.answers import (
    CHANNEL,
    COMMENT,
    ENLIST,
    LISTED,
    LOOK,
    PUBLISH,
    START,
    THUMBNAIL,
    UNLIST,
    VIDEO,
    film,
    found,
    listing,
    prepared,
    refusal,
)

SET = (200, {"kind": "youtube#thumbnailSetResponse", "items": [{"default": {"url": "https://i.example/1.jpg"}}]})


def uploaded(written, **changes):
    """Prepared as far as the film goes."""
    return prepared(written, is_processed=False, **{"polls": 0, **changes})


def staged_with(youtube, credential, written, answers, before=None):
    server, adapter = youtube(answers)
    return server, adapter.stage(written, credential, key="k", before=before or prepared(written))


# --- the film ---------------------------------------------------------------------------------------------------------


def test_a_film_is_private_until_its_hour_and_then_as_public_as_was_asked(bench, connected):
    written = film("At noon", options={"privacy": "unlisted", "tags": "demo\ntwo words"})
    staged = bench.stage(written, connected, key="k")
    (post,) = bench.sandbox.posts("youtube", bench.handle)
    assert post["visibility"] == "private"

    receipt = bench.adapter.commit(written, staged, connected, key="k")

    (post,) = bench.sandbox.posts("youtube", bench.handle)
    assert (post["id"], post["visibility"]) == (receipt.remote_id, "unlisted")
    assert post["data"]["snippet"]["tags"] == ["demo", "two words"]


def test_what_was_written_after_the_upload_goes_out_with_the_film(bench, connected):
    staged = bench.stage(film("Early words"), connected, key="k")
    late = film("Late words", options={"title": "Late"})
    staged = bench.adapter.stage(late, connected, key="k", before=staged)
    bench.adapter.commit(late, staged, connected, key="k")
    (post,) = bench.sandbox.posts("youtube", bench.handle)
    assert (post["text"], post["data"]["title"]) == ("Late words", "Late")


def test_a_repeated_commit_is_the_same_video(bench, connected):
    written = film()
    staged = bench.stage(written, connected, key="k")
    first = bench.adapter.commit(written, staged, connected, key="k")
    assert bench.adapter.commit(written, staged, connected, key="k") == first
    assert len(bench.seen()) == 1


def test_a_commit_says_all_of_both_parts_and_always_who_may_see_it(youtube, credential, sent):
    server, adapter = youtube({PUBLISH: [(200, found("public"))]})
    written = film(options={"synthetic": "yes", "license": "creativeCommon", "embeddable": "no", "category": "10"})
    receipt = adapter.commit(written, prepared(written), credential, key="k")

    assert [(request.method, request.url.params["part"]) for request in sent] == [("PUT", "snippet,status")]
    assert json.loads(server.bodies[0]) == {
        "id": VIDEO,
        "snippet": {"title": "Demo", "description": "Hello", "categoryId": "10"},
        "status": {
            "privacyStatus": "public", "selfDeclaredMadeForKids": False, "containsSyntheticMedia": True,
            "license": "creativeCommon", "embeddable": False,
        },
    }  # fmt: skip
    assert receipt.remote_id == VIDEO


@pytest.mark.parametrize(
    ("shape", "format", "address"),
    [
        ({"width": 1920, "height": 1080}, "", "/watch?v="),
        ({"width": 1080, "height": 1920}, "", "/shorts/"),
        ({"width": 1080, "height": 1080}, "", "/shorts/"),
        ({"width": 1080, "height": 1920, "seconds": 181.0}, "", "/watch?v="),
        ({"width": 1080, "height": 1920, "seconds": 180.0}, "short", "/shorts/"),
    ],
)
def test_a_short_is_one_by_its_shape_and_length(youtube, credential, shape, format, address):
    _, adapter = youtube({PUBLISH: [(200, found("public"))]})
    written = film(video=video(**shape), options={"format": format})
    receipt = adapter.commit(written, prepared(written), credential, key="k")
    assert receipt.remote_url.endswith(address + VIDEO)
    assert adapter.locate(replace(receipt, remote_url=""), credential) == receipt.remote_url


def test_a_wide_film_is_no_short_and_a_long_one_neither():
    for shape in ({"width": 1920, "height": 1080}, {"width": 1080, "height": 1920, "seconds": 200.0}):
        written = film(video=video(**shape), options={"format": "short"})
        assert [one.field for one in problems(written, CAPABILITIES, label="YouTube")] == ["media.0"]


def test_a_film_that_youtube_keeps_private_was_not_published(bench, connected, switch):
    written = film()
    staged = bench.stage(written, connected, key="k")
    switch(forces_private=True)
    with pytest.raises(Rejected) as caught:
        bench.adapter.commit(written, staged, connected, key="k")
    assert caught.value.field == "options.privacy"


def test_without_the_right_to_show_it_no_film_is_uploaded(youtube, credential, sent):
    _, adapter = youtube({})
    least = replace(credential, scopes=(permits.UPLOADS, permits.READS))
    with pytest.raises(MissingPermission):
        adapter.stage(film(), least, key="k", before=None)
    assert sent == []


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (draft("No film", options={"title": "Demo"}), "media"),
        (draft("A picture", picture(), options={"title": "Demo"}), "media"),
        (film(options={"title": ""}), "options.title"),
        (film(options={"title": "x" * 101}), "options.title"),
        (film(options={"title": "a < b"}), "options.title"),
        (film("a > b"), "text"),
        (film(options={"tags": "x" * 501}), "options.tags"),
        (film(role=Role.REPLY), "role"),
    ],
)
def test_what_no_request_could_mend_is_not_sent(youtube, credential, sent, written, field):
    _, adapter = youtube({})
    with pytest.raises(Rejected) as caught:
        adapter.stage(written, credential, key="k", before=None)
    assert caught.value.field == field
    assert sent == []
    told = [problem.field for problem in problems(written, CAPABILITIES, label="YouTube")]
    assert field in {one.removesuffix(".0") for one in told} | set(told)


# --- processing -------------------------------------------------------------------------------------------------------


def test_a_film_is_waited_for_while_youtube_works_on_it(youtube, credential):
    written = film()
    busy = found(state="uploaded", processingDetails={"processingStatus": "processing"})
    _, adapter = youtube({LOOK: [listing(), listing(busy), listing(found())]})
    staged, waits = uploaded(written), []
    while not staged.ready or not waits:
        staged = adapter.stage(written, credential, key="k", before=staged)
        waits.append(staged.again_in.total_seconds())
    assert waits == [5.0, 7.5, 0.0]


@pytest.mark.parametrize(
    "reason", ["conversion", "invalidFile", "emptyFile", "tooSmall", "codec", "uploadAborted", "x"]
)
def test_a_film_that_failed_needs_another_file(youtube, credential, reason):
    written = film()
    failed = {"id": VIDEO, "status": {"uploadStatus": "failed", "failureReason": reason}}
    with pytest.raises(Rejected) as caught:
        staged_with(youtube, credential, written, {LOOK: [listing(failed)]}, uploaded(written))
    assert (caught.value.field, caught.value.evidence.code) == ("media.0", reason)


@pytest.mark.parametrize("reason", ["copyright", "duplicate", "termsOfUse", "length", "claim", "legal"])
def test_a_film_that_youtube_rejects_is_not_sent_again(youtube, credential, reason):
    written = film()
    rejected = {"id": VIDEO, "status": {"uploadStatus": "rejected", "rejectionReason": reason}}
    with pytest.raises(Rejected) as caught:
        staged_with(youtube, credential, written, {LOOK: [listing(rejected)]}, uploaded(written))
    assert caught.value.evidence.code == reason


@pytest.mark.parametrize("progress", ["failed", "terminated"])
def test_processing_that_failed_is_a_failure_too(youtube, credential, progress):
    written = film()
    said = found(state="uploaded", processingDetails={"processingStatus": progress})
    with pytest.raises(Rejected):
        staged_with(youtube, credential, written, {LOOK: [listing(said)]}, uploaded(written))


def test_a_long_film_is_not_late_because_youtube_still_works_on_it(youtube, credential, clock):
    written, busy = film(), found(state="uploaded")
    _, adapter = youtube({LOOK: [listing(busy)]})
    staged = adapter.stage(written, credential, key="k", before=uploaded(written))
    assert not staged.ready
    clock.advance(seconds=LONGEST_PROCESSING.total_seconds() + 1)
    assert adapter.stage(written, credential, key="k", before=staged).ready


@pytest.mark.parametrize("said", [[], [{"id": VIDEO, "status": {"uploadStatus": "deleted"}}]])
def test_a_film_that_is_gone_is_prepared_again(youtube, credential, clock, said):
    written = film()
    _, adapter = youtube({LOOK: [listing(*said)]})
    since = (clock() - timedelta(minutes=6)).isoformat()
    with pytest.raises(StagedLost):
        adapter.stage(written, credential, key="k", before=uploaded(written, since=since))


# --- what a refusal leaves --------------------------------------------------------------------------------------------


def refused_by(call):
    with pytest.raises(Rejected) as caught:
        call()
    return caught.value


def test_a_film_that_is_there_stays_good_whatever_else_is_refused(youtube, credential):
    """It was uploaded once: another title or playlist needs no other film."""
    written = film(options={"playlist": "PL1"})
    _, adapter = youtube(
        {
            LISTED: [refusal(404, "playlistNotFound")],
            PUBLISH: [refusal(400, "invalidTitle"), (200, found("private"))],
        }
    )
    before = prepared(written)
    refusals = [refused_by(lambda: adapter.stage(written, credential, key="k", before=before))]
    refusals += [refused_by(lambda: adapter.commit(written, before, credential, key="k")) for _ in range(2)]
    untitled = film(options={"title": ""})
    refusals += [refused_by(lambda: adapter.stage(untitled, credential, key="k", before=before))]
    assert [one.field for one in refusals] == [
        "options.playlist", "options.title", "options.privacy", "options.title"
    ]  # fmt: skip
    assert all(one.keeps_staged for one in refusals)


def test_a_film_that_is_at_fault_itself_does_not(youtube, credential):
    written = film()
    failed = {"id": VIDEO, "status": {"uploadStatus": "failed", "failureReason": "codec"}}
    _, adapter = youtube({LOOK: [listing(failed)]})
    refused = refused_by(lambda: adapter.stage(written, credential, key="k", before=uploaded(written)))
    assert (refused.field, refused.keeps_staged) == ("media.0", False)


# --- thumbnail and playlist -------------------------------------------------------------------------------------------


def test_a_thumbnail_and_a_playlist_are_there_before_the_hour(bench, connected):
    (playlist, _), *_ = bench.adapter.choices("playlist", connected)
    written = film(cover=picture("frame", content=bench.picture().open().read()), options={"playlist": playlist})
    staged = bench.stage(written, connected, key="k")

    (post,) = bench.sandbox.posts("youtube", bench.handle)
    assert post["data"]["thumbnail"]
    assert staged.data["playlist"]["id"] == playlist
    assert staged.data["playlist"]["item"]
    assert bench.seen() == []

    again = bench.adapter.stage(
        written, connected, key="k", before=replace(staged, data={**staged.data, "playlist": {}})
    )
    assert again.data["playlist"] == staged.data["playlist"], "a lost answer puts it there twice"


def test_another_playlist_takes_the_film_out_of_the_first(bench, connected):
    (playlist, _), *_ = bench.adapter.choices("playlist", connected)
    staged = bench.stage(film(options={"playlist": playlist}), connected, key="k")
    staged = bench.adapter.stage(film(), connected, key="k", before=staged)
    assert staged.data["playlist"] == {}
    assert [request.method for request in bench.requests if request.url.path.endswith("playlistItems")] == [
        "GET", "POST", "DELETE"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        refusal(403, "forbidden"),
        refusal(400, "invalidImage"),
        refusal(429, "uploadRateLimitExceeded"),
        refusal(403, "quotaExceeded"),
        refusal(404, "videoNotFound"),
        refusal(400, "somethingNew"),
    ],
)
def test_a_refused_thumbnail_never_keeps_a_post_back_and_is_told(youtube, credential, answer):
    written = film(cover=picture("frame"))
    _, adapter = youtube({THUMBNAIL: [answer], PUBLISH: [(200, found("public"))]})
    staged = adapter.stage(written, credential, key="k", before=prepared(written))
    assert staged.ready
    assert adapter.commit(written, staged, credential, key="k").facts["thumbnail"]


def test_a_thumbnail_that_we_hold_back_ourselves_waits_and_loses_no_try(youtube, credential, pace, clock):
    written = film(cover=picture("frame"))
    pace.holds_back(THUMBNAIL.split()[1], times=4, pause=timedelta(seconds=40))
    server, adapter = youtube({THUMBNAIL: [SET]})
    staged = prepared(written)
    for _ in range(4):
        staged = adapter.stage(written, credential, key="k", before=staged)
        assert (staged.ready, staged.again_in) == (False, timedelta(seconds=40))
        clock.advance(seconds=40)

    done = adapter.stage(written, credential, key="k", before=staged)

    assert (done.ready, done.data["cover"]["outcome"], len(server.requests)) == (True, "set", 1)


def test_a_thumbnail_that_we_hold_back_for_long_keeps_no_post_back(youtube, credential, pace):
    written = film(cover=picture("frame"))
    pace.holds_back(THUMBNAIL.split()[1], times=1, pause=timedelta(hours=3))
    _, adapter = youtube({PUBLISH: [(200, found("public"))]})
    staged = adapter.stage(written, credential, key="k", before=prepared(written))
    assert staged.ready
    assert "used up" in adapter.commit(written, staged, credential, key="k").facts["thumbnail"]


def test_a_thumbnail_is_tried_three_times_and_then_left(youtube, credential):
    written = film(cover=picture("frame"))
    server, adapter = youtube({THUMBNAIL: [refusal(500, "backendError")]})
    staged, tries = prepared(written), 0
    while not staged.ready or not tries:
        staged, tries = adapter.stage(written, credential, key="k", before=staged), tries + 1
    assert tries == 3
    assert len(server.requests) == 3


@pytest.mark.parametrize("cover", [picture("gif", mime_type="image/gif"), picture("huge", size=52_428_801)])
def test_a_picture_that_is_no_thumbnail_is_not_sent(youtube, credential, sent, cover):
    written = film(cover=cover)
    _, staged = staged_with(youtube, credential, written, {})
    assert staged.data["cover"]["outcome"].startswith("YouTube takes thumbnails")
    assert sent == []


def test_a_thumbnail_is_set_once(youtube, credential):
    written = film(cover=picture("frame"))
    server, staged = staged_with(youtube, credential, written, {THUMBNAIL: [SET]})
    assert server.bodies == [written.cover.open().read()]
    server, again = staged_with(youtube, credential, written, {}, staged)
    assert (server.requests, again) == ([], staged)


@pytest.mark.parametrize("call", [LISTED, ENLIST])
def test_a_playlist_that_is_gone_is_named(youtube, credential, call):
    written = film(options={"playlist": "PL1"})
    answers = {LISTED: [listing()], ENLIST: [(200, {"id": "item"})], call: [refusal(404, "playlistNotFound")]}
    with pytest.raises(Rejected) as caught:
        staged_with(youtube, credential, written, answers)
    assert caught.value.field == "options.playlist"


def test_an_entry_that_somebody_took_out_already_is_no_trouble(youtube, credential):
    written = film()
    before = prepared(written, playlist={"id": "PL1", "item": "item-1"})
    answers = {UNLIST: [refusal(404, "playlistItemNotFound")]}
    _, staged = staged_with(youtube, credential, written, answers, before)
    assert staged.data["playlist"] == {}


# --- comments ---------------------------------------------------------------------------------------------------------


def comment(text="First!"):
    return draft(text, role=Role.FIRST_COMMENT, parent=RemotePost(VIDEO), root=RemotePost(VIDEO))


def test_a_comment_says_below_which_video_and_on_whose_channel(youtube, credential):
    server, adapter = youtube({COMMENT: [(200, {"id": "Ugx1"})]})
    receipt = adapter.commit(comment(), prepared(film()), credential, key="k")
    assert json.loads(server.bodies[0]) == {
        "snippet": {
            "channelId": CHANNEL, "videoId": VIDEO, "topLevelComment": {"snippet": {"textOriginal": "First!"}}
        }
    }  # fmt: skip
    assert receipt.remote_url.endswith(f"/watch?v={VIDEO}&lc=Ugx1")
    assert adapter.locate(replace(receipt, remote_url=""), credential) == receipt.remote_url


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(403, "commentsDisabled"), Rejected),
        (refusal(404, "videoNotFound"), Rejected),
        (refusal(403, "quotaExceeded"), Throttled),
        (refusal(500, "backendError"), Uncertain),
        ((200, {}), Uncertain),
    ],
)
def test_a_comment_that_is_refused(youtube, credential, answer, error):
    _, adapter = youtube({COMMENT: [answer]})
    with pytest.raises(error):
        adapter.commit(comment(), prepared(film()), credential, key="k")


def test_a_comment_may_be_longer_than_a_description_and_have_any_sign():
    assert problems(comment("<b>" + "é" * 9000), CAPABILITIES, label="YouTube") == []


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_a_corrected_title_keeps_what_was_set_on_youtube(youtube, credential):
    there = {"title": "Old", "description": "Old", "categoryId": "10", "tags": ["mine"], "channelTitle": "Demo"}
    server, adapter = youtube({LOOK: [listing(found("public", snippet=there))], PUBLISH: [(200, {"id": VIDEO})]})
    adapter.edit(RemotePost(VIDEO), film("New"), credential)
    assert json.loads(server.bodies[1]) == {
        "id": VIDEO,
        "snippet": {"title": "Demo", "description": "New", "categoryId": "10", "tags": ["mine"]},
    }


def test_an_edit_without_a_clear_answer_is_made_again(youtube, credential):
    answers = {LOOK: [listing(found("public", snippet={"categoryId": "10"}))], PUBLISH: [(200, {"id": "x"})]}
    _, adapter = youtube(answers)
    with pytest.raises(NotSent):
        adapter.edit(RemotePost(VIDEO), film("New"), credential)


def test_only_categories_that_take_videos_are_offered(bench, connected):
    offered = bench.adapter.choices("category", connected)
    assert ("22", "People & Blogs") in offered
    assert bench.adapter.choices("privacy", connected) == ()


def test_no_upload_begins_for_a_post_that_is_staged_already(youtube, credential):
    written = film()
    server, staged = staged_with(youtube, credential, written, {START: [refusal(500)]})
    assert (server.requests, staged.ready) == ([], True)
