"""What is prepared at Instagram before anything is public."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.adapters.instagram import containers
from apps.platforms.contract import Role
from apps.platforms.errors import (
    Disconnected,
    NotSent,
    Rejected,
    StagedLost,
    Throttled,
)
from tests.platforms.drafts import draft, picture
from tests.platforms.instagram.answers import (
    FINISHED,
    MEDIA,
    QUOTA,
    WORKING,
    error,
    failed,
    forms,
)


def stage(adapter, written, credential, before=None):
    stored = None if before is None else replace(before, data=json.loads(json.dumps(dict(before.data))))
    return adapter.stage(written, credential, key="k", before=stored)


def test_a_picture_is_prepared_with_caption_and_alt_text_and_waited_for(instagram, credential, clock, written):
    server, adapter = instagram({f"POST {MEDIA}": [(200, {"id": "c1"})], "GET /v26.0/c1": [WORKING, WORKING, FINISHED]})
    staged, pauses = None, []
    while staged is None or not staged.ready:
        staged = stage(adapter, written, credential, staged)
        pauses.append(staged.again_in.total_seconds())
    assert pauses == [2, 3, 0]
    expected = {"image_url": written.media[0].public_url, "caption": "Hello #x", "alt_text": "A"}
    assert forms(server, MEDIA) == [expected]


def test_a_carousel_waits_for_its_pictures_before_it_is_made(instagram, credential):
    ids = [(200, {"id": name}) for name in ("c1", "c2", "c3")]
    server, adapter = instagram(
        {
            f"POST {MEDIA}": ids,
            "GET /v26.0/c1": [WORKING, FINISHED],
            "GET /v26.0/c2": [FINISHED],
            "GET /v26.0/c3": [WORKING, FINISHED],
        }
    )
    written = draft("Two", picture("a"), picture("b"))
    first = stage(adapter, written, credential)
    assert (first.ready, len(forms(server, MEDIA))) == (False, 2)
    second = stage(adapter, written, credential, first)
    third = stage(adapter, written, credential, second)

    assert (second.ready, third.ready) == (False, True)
    assert containers.published_id(third) == "c3"
    children, carousel = forms(server, MEDIA)[:2], forms(server, MEDIA)[2]
    assert all(form["is_carousel_item"] == "true" and "caption" not in form for form in children)
    assert carousel == {"media_type": "CAROUSEL", "children": "c1,c2", "caption": "Two", "share_to_feed": "true"}


def test_the_publishing_limit_is_read_before_anything_is_made(instagram, credential, clock, written):
    used_up = {"data": [{"quota_usage": 50, "config": {"quota_total": 50}}]}
    server, adapter = instagram({QUOTA: [(200, used_up)]})
    with pytest.raises(Throttled, match="24 hours") as caught:
        stage(adapter, written, credential)
    assert caught.value.retry_at > clock()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        error(100),
        error(1, status=500),
        (200, {"data": []}),
        (200, {"data": [{"quota_usage": 49}]}),
        (200, {"data": [3]}),
    ],
)
def test_a_publishing_limit_that_cannot_be_read_stops_nobody(instagram, credential, written, answer):
    _, adapter = instagram({QUOTA: [answer], f"POST {MEDIA}": [(200, {"id": "c1"})], "GET /v26.0/c1": [FINISHED]})
    assert stage(adapter, written, credential).ready


def test_a_picture_that_cannot_be_fetched_is_tried_three_times_more(instagram, credential, written):
    unfetched = error(9004, 2207052, message="Only photo or video can be accepted as media type.")
    server, adapter = instagram({f"POST {MEDIA}": [unfetched]})
    staged, pauses = None, []
    for _ in range(3):
        staged = stage(adapter, written, credential, staged)
        pauses.append(staged.again_in.total_seconds())
    with pytest.raises(Rejected, match="fetch") as caught:
        stage(adapter, written, credential, staged)
    assert pauses == [5, 20, 60]
    assert caught.value.field == "media.0"
    assert len(forms(server, MEDIA)) == 4


def test_a_container_that_failed_for_a_passing_reason_is_made_anew(instagram, credential, written):
    _, adapter = instagram(
        {
            f"POST {MEDIA}": [(200, {"id": "c1"}), (200, {"id": "c2"})],
            "GET /v26.0/c1": [failed(2207053)],
            "GET /v26.0/c2": [FINISHED],
        }
    )
    first = stage(adapter, written, credential)
    assert (first.ready, first.again_in) == (False, timedelta(seconds=5))
    assert containers.published_id(stage(adapter, written, credential, first)) == "c2"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (failed(2207026), Rejected),
        (failed(2207009), Rejected),
        (failed(9999999), Rejected),
        ((200, {"status_code": "EXPIRED"}), StagedLost),
        (error(190), Disconnected),
        (error(24, 2207006), StagedLost),
        (error(2, status=500), NotSent),
        ((200, b"<html>"), NotSent),
    ],
)
def test_a_container_that_fails_for_good_says_why(instagram, credential, written, status, expected):
    _, adapter = instagram({f"POST {MEDIA}": [(200, {"id": "c1"})], "GET /v26.0/c1": [status]})
    with pytest.raises(expected) as caught:
        stage(adapter, written, credential)
    if expected is Rejected:
        assert caught.value.field == "media.0"


@pytest.mark.parametrize("unseen", [error(100, 33), error(24, 2207008)])
def test_a_fresh_container_that_is_not_shown_yet_is_asked_for_again(instagram, credential, clock, written, unseen):
    _, adapter = instagram({f"POST {MEDIA}": [(200, {"id": "c1"})], "GET /v26.0/c1": [unseen]})
    staged = stage(adapter, written, credential)
    assert not staged.ready
    clock.advance(minutes=3)
    with pytest.raises(StagedLost):
        stage(adapter, written, credential, staged)


def test_containers_that_exist_are_kept_when_a_later_one_has_to_wait(instagram, credential):
    server, adapter = instagram(
        {f"POST {MEDIA}": [(200, {"id": "c1"}), error(4), (200, {"id": "c2"}), (200, {"id": "c3"})]}
    )
    written = draft("Two", picture("a"), picture("b"))
    paused = stage(adapter, written, credential)
    assert (paused.ready, paused.data["items"][0]["id"]) == (False, "c1")
    assert len(forms(server, MEDIA)) == 2


def test_processing_without_end_is_given_up(instagram, credential, clock, written):
    _, adapter = instagram({f"POST {MEDIA}": [(200, {"id": "c1"})], "GET /v26.0/c1": [WORKING]})
    staged = stage(adapter, written, credential)
    clock.advance(minutes=16)
    with pytest.raises(NotSent, match="fifteen minutes"):
        stage(adapter, written, credential, staged)


def test_containers_are_made_anew_for_another_draft_or_after_a_day(instagram, credential, clock, written):
    ids = [(200, {"id": f"c{number}"}) for number in range(1, 4)]
    _, adapter = instagram({f"POST {MEDIA}": ids, **{f"GET /v26.0/c{number}": [FINISHED] for number in range(1, 4)}})
    first = stage(adapter, written, credential)
    edited = stage(adapter, replace(written, text="Edited"), credential, first)
    clock.advance(hours=24)
    aged = stage(adapter, replace(written, text="Edited"), credential, edited)
    assert [containers.published_id(one) for one in (first, edited, aged)] == ["c1", "c2", "c3"]


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (draft("No picture"), "media"),
        (draft("Nowhere", replace(picture(), public_url="")), "media.0"),
        (draft("Thread", role=Role.REPLY), "role"),
    ],
)
def test_what_instagram_cannot_do_is_rejected_by_field(instagram, credential, written, field):
    _, adapter = instagram({})
    with pytest.raises(Rejected) as caught:
        stage(adapter, written, credential)
    assert caught.value.field == field
