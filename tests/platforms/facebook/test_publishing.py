from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from apps.platforms.contract import Receipt, RemotePost, Role, Staged
from apps.platforms.errors import (
    Disconnected,
    MissingPermission,
    NotSent,
    Rejected,
    StagedLost,
    Throttled,
    Uncertain,
)
from apps.platforms.validation import post_problems, problems
from tests.platforms.conformance.bench import remote
from tests.platforms.drafts import draft, picture

FEED, PHOTOS = "POST /v26.0/111/feed", "POST /v26.0/111/photos"


def refused(*codes, status=400):
    code, subcode = (*codes, None)[:2]
    return (status, {"error": {"code": code, "message": "No"} | ({"error_subcode": subcode} if subcode else {})})


def published(bench):
    return [post for post in bench.sandbox.posts("facebook", bench.handle) if not post["deleted_at"]]


def form_of(body):
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


# --- text, links, pictures --------------------------------------------------------------------------------------------


def test_a_link_stands_beside_the_text(bench, credential):
    bench.publish(draft("Have a look", link="https://example.org/menu"), credential)
    (post,) = published(bench)
    assert (post["text"], post["data"]["link"]) == ("Have a look", "https://example.org/menu")


def test_a_link_beside_pictures_goes_to_the_end_of_the_text(bench, credential):
    bench.publish(draft("Have a look", bench.picture(), link="https://example.org/menu"), credential)
    assert published(bench)[0]["text"] == "Have a look\n\nhttps://example.org/menu"


def test_a_link_that_is_in_the_text_already_is_not_said_twice(bench, credential):
    bench.publish(draft("See https://e.org", bench.picture(), link="https://e.org"), credential)
    assert published(bench)[0]["text"] == "See https://e.org"


def test_a_place_is_named_by_its_page(facebook, known):
    server, adapter = facebook({FEED: [(200, {"id": "111_5"})]})
    adapter.commit(draft("Here", options={"place": "42"}), Staged({}), known, key="k")
    assert form_of(server.bodies[0]) == {"message": "Here", "place": "42"}


def test_pictures_go_up_unseen_and_are_attached_by_one_request(facebook, known):
    server, adapter = facebook({PHOTOS: [(200, {"id": "601"}), (200, {"id": "602"})], FEED: [(200, {"id": "111_5"})]})
    written = draft("Two", picture("a", alt="First"), picture("b"))
    staged = adapter.stage(written, known, key="k", before=None)
    receipt = adapter.commit(written, staged, known, key="k")

    assert receipt.remote_id == "111_5"
    assert [path.partition("?")[0] for _, path in server.requests] == ["/v26.0/111/photos"] * 2 + ["/v26.0/111/feed"]
    assert b'name="published"\r\n\r\nfalse' in server.bodies[0]
    assert b'name="alt_text_custom"\r\n\r\nFirst' in server.bodies[0]
    assert b"alt_text_custom" not in server.bodies[1]
    attached = json.loads(form_of(server.bodies[2])["attached_media"])
    assert attached == [{"media_fbid": "601"}, {"media_fbid": "602"}]


def test_a_picture_that_went_up_is_not_sent_again_after_the_next_one_failed(facebook, known):
    server, adapter = facebook({PHOTOS: [(200, {"id": "601"}), refused(2, status=500), (200, {"id": "602"})]})
    written = draft("Two", picture("a"), picture("b"))
    half = adapter.stage(written, known, key="k", before=None)
    assert not half.ready
    assert half.data["photos"] == ["601"]

    whole = adapter.stage(written, known, key="k", before=half)

    assert whole.ready
    assert whole.data["photos"] == ["601", "602"]
    assert len(server.requests) == 3


def test_pictures_that_facebook_has_dropped_by_now_go_up_again(facebook, known, clock):
    _, adapter = facebook({PHOTOS: [(200, {"id": "601"}), (200, {"id": "602"})]})
    written = draft("One", picture())
    staged = adapter.stage(written, known, key="k", before=None)
    clock.advance(hours=24)
    assert adapter.stage(written, known, key="k", before=staged).data["photos"] == ["602"]


def test_a_corrected_text_needs_no_second_upload(facebook, known):
    server, adapter = facebook({PHOTOS: [(200, {"id": "601"})], FEED: [(200, {"id": "111_5"})]})
    written = draft("Wrnog", picture())
    staged = adapter.stage(written, known, key="k", before=None)
    corrected = replace(written, text="Right")
    staged = adapter.stage(corrected, known, key="k", before=staged)
    adapter.commit(corrected, staged, known, key="k")
    assert len(server.requests) == 2


@pytest.mark.parametrize("kind", ["video", "reel"])
def test_a_long_text_goes_out_with_a_video(bench, credential, kind):
    """Words belong into the body: an address of 80,000 signs is taken by no server."""
    long = "Grüße aus Köln. " * 900
    written = replace(bench.samples()[kind], text=long)
    assert problems(written, bench.adapter.capabilities, label="Facebook") == []
    bench.publish(written, credential)
    assert published(bench)[0]["text"] == long
    assert len(bytes(bench.requests[-1].url.raw_path)) < 1_000


def test_other_pictures_than_were_prepared_are_never_published(facebook, known):
    server, adapter = facebook({PHOTOS: [(200, {"id": "601"})]})
    staged = adapter.stage(draft("One", picture()), known, key="k", before=None)
    with pytest.raises(StagedLost):
        adapter.commit(draft("One", picture(alt="Another")), staged, known, key="k")
    assert len(server.requests) == 1


def test_a_large_picture_is_refused_by_the_validator_and_by_facebook(bench, credential, switch):
    assert problems(draft("Big", picture(size=10_000_001)), bench.adapter.capabilities, label="Facebook"), (
        "more than 10 MB"
    )
    switch(photo_megabytes=0)
    with pytest.raises(Rejected) as caught:
        bench.publish(bench.post("Big", pictures=1), credential)
    assert caught.value.field == "media.0"


# --- what cannot be published -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        draft("Both", picture(), picture(mime_type="video/mp4")),
        draft("No video", picture(), options={"format": "reel"}),
        draft("", picture(), picture("b"), options={"format": "story"}),
        draft("Part two", role=Role.REPLY),
        draft("Watch", picture(mime_type="video/mp4"), role=Role.FIRST_COMMENT),
    ],
)
def test_what_facebook_has_no_way_to_publish_never_leaves(facebook, known, written):
    server, adapter = facebook({})
    with pytest.raises(Rejected):
        adapter.stage(written, known, key="k", before=None)
    assert server.requests == []


def test_a_story_takes_no_words_and_a_reel_a_video_of_its_length(bench):
    can = bench.adapter.capabilities

    def fields(written):
        return {problem.field for problem in problems(written, can, label="Facebook")}

    story, reel = {"format": "story"}, {"format": "reel"}
    commented = [draft("", bench.picture(), options=story), draft("First", role=Role.FIRST_COMMENT)]
    assert [(place, one.field) for place, one in post_problems(commented, can, label="Facebook")] == [(1, "role")]
    assert fields(draft("Words", bench.picture(), options=story)) == {"text"}
    assert fields(draft("", bench.video(seconds=61.0), options=story)) == {"media.0"}
    assert fields(draft("", bench.video(seconds=91.0), options=reel)) == {"media.0"}
    assert fields(draft("", bench.video(seconds=2.0), options=reel)) == {"media.0"}
    assert fields(draft("", bench.video(seconds=80.0), options=reel)) == set()
    assert fields(draft("", bench.video(seconds=3600.0))) == set()
    assert fields(draft("x" * 63_207)) == {"text"}
    assert fields(draft("x" * 63_206)) == set()


# --- the answer to a commit -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(2, status=500), Uncertain),
        (refused(1), Uncertain),
        (refused(506), Uncertain),
        (refused(31337), Uncertain),
        ((200, {}), Uncertain),
        ((200, {"id": ""}), Uncertain),
        ((200, {"id": True}), Uncertain),
        ((200, b"<html>"), Uncertain),
        ((502, b"<html>"), Uncertain),
        ((302, {}, {"location": "https://evil.example/"}), Uncertain),
        ((200, {"error": {"code": 190, "error_subcode": 460, "message": "No"}}), Disconnected),
        (refused(190, 460), Disconnected),
        (refused(200), MissingPermission),
        (refused(80001), Throttled),
        (refused(100), Rejected),
        (refused(100, 33), StagedLost),
    ],
)
def test_the_answer_to_a_commit_is_named_after_what_happens_next(facebook, known, answer, kind):
    server, adapter = facebook({FEED: [answer]})
    with pytest.raises(kind) as caught:
        adapter.commit(draft("Once"), Staged({}), known, key="k")
    assert type(caught.value) is kind
    assert len(server.requests) == 1, "it is never sent a second time by the adapter itself"


def test_a_throttled_page_waits_for_as_long_as_the_header_says(facebook, known, clock):
    usage = {"111": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19}]}
    said = (*refused(80001), {"x-business-use-case-usage": json.dumps(usage)})
    _, adapter = facebook({FEED: [said]})
    with pytest.raises(Throttled) as caught:
        adapter.commit(draft("Once"), Staged({}), known, key="k")
    assert (caught.value.retry_at - clock()).total_seconds() == 19 * 60


def test_what_the_platform_is_told_to_refuse_is_told_apart(bench, credential, switch):
    switch(refuse_with="368/1390008")
    with pytest.raises(Throttled):
        bench.publish(bench.post("Too often"), credential)
    assert bench.seen() == []


# --- comments ---------------------------------------------------------------------------------------------------------


def test_a_first_comment_may_show_a_picture(bench, credential):
    main = bench.publish(bench.post("Main"), credential)
    comment = bench.publish(replace(bench.comment("Look", main), media=(bench.picture(alt="A"),)), credential)
    below = bench.seen()[-1]
    assert (below.remote_id, below.text, below.parent_id) == (comment.remote_id, "Look", main.remote_id)


def test_a_comment_can_stand_below_a_video_whose_post_has_no_name_yet(bench, credential):
    main = bench.publish(draft("Watch", bench.video()), credential)
    comment = bench.publish(bench.comment("First", main), credential)
    assert comment.remote_id in {post.remote_id for post in bench.seen()}


def test_a_comment_below_nothing_is_refused(facebook, known):
    _, adapter = facebook({})
    with pytest.raises(Rejected):
        adapter.commit(draft("First", role=Role.FIRST_COMMENT), Staged({}), known, key="k")


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_a_videos_address_has_a_host_though_facebook_leaves_it_out(facebook, known):
    server, adapter = facebook({"GET /v26.0/701": [(200, {"id": "701", "permalink_url": "/reel/701/"})]})
    assert adapter.locate(Receipt("701", facts={"kind": "reel", "video": "701"}), known) == f"{server.origin}/reel/701/"


def test_an_address_that_facebook_does_not_tell_fails_nothing(facebook, known):
    _, adapter = facebook({})
    assert adapter.locate(Receipt("111_5"), known) == ""


def test_every_kind_of_post_can_be_taken_down(bench, credential):
    for number, (name, written) in enumerate(bench.samples().items()):
        receipt = bench.publish(written, credential, key=f"key-{number}")
        bench.clock.advance(seconds=30)
        bench.adapter.delete(remote(receipt), credential)
        assert bench.seen() == [], name


def test_a_videos_words_can_be_changed(bench, credential):
    written = draft("Wrnog", bench.video())
    receipt = bench.publish(written, credential)
    bench.clock.advance(seconds=30)
    bench.adapter.edit(remote(receipt), replace(written, text="Right"), credential)
    assert bench.seen()[0].text == "Right"


def test_an_unclear_answer_to_a_correction_is_not_taken_for_one(facebook, known):
    _, adapter = facebook({"POST /v26.0/111_5": [(200, {"success": False})]})
    with pytest.raises(NotSent):
        adapter.edit(RemotePost("111_5"), draft("New"), known)


def test_a_video_has_one_name_whether_it_is_published_found_or_listed(bench, credential):
    written = draft("Waves", bench.video())
    staged = bench.stage(written, credential, key="key-1")
    trace = bench.trace(written, staged)
    receipt = bench.adapter.commit(written, staged, credential, key="key-1")
    bench.wait_until_settled()
    found = bench.adapter.find(trace, credential).receipt
    (listed,) = bench.adapter.own_posts(credential).posts
    assert receipt == found
    assert (listed.remote_id, dict(listed.facts)) == (receipt.remote_id, dict(receipt.facts))


def test_own_posts_come_with_their_pictures_and_addresses(bench, credential):
    bench.publish(bench.post("Two", pictures=2), credential)
    (post,) = bench.adapter.own_posts(credential).posts
    assert post.url.startswith("http")
    assert post.kind
    assert post.published_at is not None
