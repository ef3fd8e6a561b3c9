from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.adapters.tiktok import status
from apps.platforms.contract import Receipt, RemotePost, Staged, Trace, Verdict
from apps.platforms.errors import NotOffered, NotSent, Uncertain
from apps.platforms.insights import Metric
from tests.platforms.conformance.tiktok_bench import FRIENDS, PUBLIC
from tests.platforms.drafts import draft, picture, video
from tests.platforms.tiktok.conftest import fine, refused

LIST, STATUS, QUERY = "POST /v2/video/list/", "POST /v2/post/publish/status/fetch/", "POST /v2/video/query/"
WHO = "GET /v2/user/info/"
ID = "7570000000000000123"
PICTURES = draft("New in store #demo", picture(), options={"privacy": PUBLIC})


def shown(clock, text="New in store #demo", id=ID, after=60):
    at = int(clock().timestamp()) + after
    return {
        "id": id,
        "create_time": at,
        "video_description": text,
        "share_url": f"https://www.tiktok.com/@d/video/{id}",
    }


def page(*videos, cursor=0, has_more=False):
    return fine(videos=list(videos), cursor=cursor, has_more=has_more)


def lost(clock, written=PICTURES, **known):
    return Trace(written, Staged({"username": "demo.shop"}), "k", clock(), **known)


@pytest.mark.parametrize(
    ("videos", "verdict"),
    [
        ([{}], Verdict.FOUND),
        ([], Verdict.UNCLEAR),  # it may not be shown yet
        ([{}, {"id": "7570000000000000124"}], Verdict.UNCLEAR),
        ([{"after": -90}], Verdict.UNCLEAR),
        ([{"text": "Another"}], Verdict.UNCLEAR),
        ([{}, {"id": "7570000000000000124", "text": "Another"}], Verdict.FOUND),
    ],
)
def test_pictures_are_found_by_text_and_time_and_never_proven_absent(tiktok, credential, clock, videos, verdict):
    _, adapter = tiktok({LIST: [page(*(shown(clock, **one) for one in videos))]})
    trace = lost(clock)
    clock.advance(hours=2)
    finding = adapter.find(trace, credential)
    assert finding.verdict is verdict
    if verdict is Verdict.FOUND:
        assert (finding.receipt.remote_id, finding.receipt.remote_url[-4:]) == (ID, "0123")


def test_a_long_text_is_compared_as_far_as_tiktok_tells_it(tiktok, credential, clock):
    text = "Ünï " * 80
    _, adapter = tiktok({LIST: [page(shown(clock, text=text[:150]))]})
    written = replace(PICTURES, text=text)
    assert adapter.find(lost(clock, written), credential).verdict is Verdict.FOUND


def test_the_list_is_read_back_to_the_hour_of_the_post(tiktok, credential, clock):
    others = [shown(clock, text=f"Other {n}", id=str(10**18 + n)) for n in range(3)]
    old = shown(clock, after=-900)
    server, adapter = tiktok({LIST: [page(*others, cursor=1795000060000, has_more=True), page(shown(clock), old)]})
    assert adapter.find(lost(clock), credential).verdict is Verdict.FOUND
    assert b"1795000060000" in server.bodies[1]


def test_an_equal_post_of_ours_is_not_taken_for_the_lost_one(tiktok, credential, clock):
    """A known one goes by its publish_id, and TikTok says which post that has become."""
    became = fine(status="PUBLISH_COMPLETE", publicaly_available_post_id=[int(ID)])
    _, adapter = tiktok({LIST: [page(shown(clock))], STATUS: [became]})
    for known in ({"p_pub_url~v2.1"}, {ID}, {f"p_pub_url~{n}" for n in range(50)}):
        trace = lost(clock, known_remote_ids=frozenset(known))
        assert adapter.find(trace, credential).verdict is Verdict.UNCLEAR
    other = fine(status="PUBLISH_COMPLETE", publicaly_available_post_id=[7570000000000000999])
    _, adapter = tiktok({LIST: [page(shown(clock))], STATUS: [other]})
    trace = lost(clock, known_remote_ids=frozenset({"p_pub_url~v2.1"}))
    assert adapter.find(trace, credential).verdict is Verdict.FOUND


def test_a_post_that_a_person_knows_by_its_address_is_not_taken_for_the_lost_one(tiktok, credential, clock):
    server, adapter = tiktok({LIST: [page(shown(clock))]})
    for path in ("video", "photo"):
        known = frozenset({f"https://www.tiktok.com/@d/{path}/{ID}?is_from_webapp=1"})
        assert adapter.find(lost(clock, known_remote_ids=known), credential).verdict is Verdict.UNCLEAR
    assert not [path for _, path in server.requests if "status" in path], "TikTok is asked about none but its own names"


def test_pictures_without_a_word_are_like_any_others(tiktok, credential, clock):
    _, adapter = tiktok({LIST: [page(shown(clock, text=""))]})
    silent = replace(PICTURES, text="", options={"privacy": PUBLIC})
    assert adapter.find(lost(clock, silent), credential).verdict is Verdict.UNCLEAR


def test_pictures_that_nobody_may_see_or_that_never_arrived_are_left_to_a_person(bench, connected):
    for fault, privacy in (("lost_after", FRIENDS), ("lost_before", PUBLIC)):
        written = bench.post("Where", pictures=1, options={"privacy": privacy})
        staged = bench.stage(written, connected, key=fault)
        trace = bench.trace(written, staged, key=fault)
        bench.strike(fault, "commit")
        with pytest.raises(Uncertain):
            bench.adapter.commit(written, staged, connected, key=fault)
        bench.wait_until_settled()
        assert bench.adapter.find(trace, connected).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (fine(status="PUBLISH_COMPLETE", publicaly_available_post_id=[]), Verdict.FOUND),
        (fine(status="SEND_TO_USER_INBOX"), Verdict.FOUND),
        (fine(status="PROCESSING_UPLOAD", uploaded_bytes=10**9), Verdict.UNCLEAR),  # TikTok is at work
        (fine(status="PROCESSING_UPLOAD"), Verdict.UNCLEAR),
        (fine(status="PROCESSING_UPLOAD", uploaded_bytes=5), Verdict.ABSENT),
        (fine(status="FAILED", fail_reason="spam_risk"), Verdict.ABSENT),
        (refused(400, "invalid_publish_id"), Verdict.UNCLEAR),
    ],
)
def test_a_video_is_where_tiktok_says_it_is(tiktok, credential, clock, told, verdict):
    _, adapter = tiktok({STATUS: [told]})
    staged = Staged({"upload": {"publish_id": "v_pub_file~1"}})
    trace = Trace(draft("Film", video()), staged, "k", clock())
    clock.advance(minutes=5)
    assert adapter.find(trace, credential).verdict is verdict
    early = replace(trace, sent_at=clock() - timedelta(seconds=30))
    if verdict is Verdict.ABSENT and told[1]["data"]["status"] != "FAILED":
        assert adapter.find(early, credential).verdict is Verdict.UNCLEAR


# --- afterwards -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "ids"),
    [([7570000000000000123], (ID,)), (ID, (ID,)), ([ID, "x", None], (ID,)), ([], ()), (None, ()), ({}, ())],
)
def test_the_ids_of_a_post_keep_every_digit_however_they_come(tiktok, credential, told, ids):
    _, adapter = tiktok({STATUS: [fine(status="PUBLISH_COMPLETE", publicaly_available_post_id=told)]})
    assert status.ask(adapter._line(credential), "v_pub_file~1").post_ids == ids


def test_an_address_is_tiktoks_own_or_made_as_it_makes_them(tiktok, credential):
    done = fine(status="PUBLISH_COMPLETE", publicaly_available_post_id=[int(ID)])
    server, adapter = tiktok({STATUS: [done], QUERY: [fine(videos=[{"id": ID, "share_url": "https://t.example/p"}])]})
    receipt = Receipt("v_pub_file~1", facts={"username": "demo.shop"})
    assert adapter.locate(receipt, credential) == "https://t.example/p"
    lesser = replace(credential, scopes=("video.publish",))
    assert adapter.locate(receipt, lesser) == f"{server.origin}/@demo.shop/video/{ID}"
    assert adapter.locate(Receipt("v", remote_url="https://kept.example"), credential) == "https://kept.example"


def test_figures_that_are_not_told_are_absent(tiktok, credential, clock):
    told = {"id": ID, "view_count": 12, "like_count": 0, "comment_count": None}
    user = fine(user={"follower_count": 511, "likes_count": 9000, "video_count": "7"})
    _, adapter = tiktok({QUERY: [fine(videos=[told])], WHO: [user]})
    figures = adapter.post_metrics(RemotePost(ID), credential)
    assert figures.values == {Metric.VIEWS: 12, Metric.LIKES: 0}
    figures = adapter.account_metrics(credential, day=clock().date())
    assert figures.values == {Metric.FOLLOWERS: 511}
    assert figures.raw["likes_count"] == 9000


def test_a_post_that_tiktok_has_forgotten_the_name_of_is_not_asked_for_again(tiktok, credential):
    _, adapter = tiktok({STATUS: [refused(400, "invalid_publish_id")]})
    with pytest.raises(NotOffered):
        adapter.post_metrics(RemotePost("v_pub_file~1"), credential)
    _, adapter = tiktok({LIST: [fine(videos=None)]})
    with pytest.raises(NotSent):
        adapter.own_posts(credential)
