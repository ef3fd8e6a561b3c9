"""Was it published after all? A video has a name to be asked for; a comment has to be recognised."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.platforms.contract import RemotePost, Role, Trace, Verdict
from tests.platforms.drafts import draft
from tests.platforms.youtube.answers import CHANNEL, COMMENTS, LOOK, VIDEO, film, found, listing, prepared, refusal


@pytest.fixture
def search(youtube, credential, clock):
    """The verdict on a lost commit, `minutes` after it was sent."""

    def ask(written, answers, *, minutes=7, known=frozenset()):
        sent_at = clock()
        clock.advance(minutes=minutes)
        _, adapter = youtube(answers)
        trace = Trace(written, prepared(film()), "k", sent_at, known)
        return adapter.find(trace, credential)

    return ask


# --- videos -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "told", "verdict"),
    [
        ("public", "public", Verdict.FOUND),
        ("public", "private", Verdict.ABSENT),
        ("unlisted", "unlisted", Verdict.FOUND),
        ("unlisted", "private", Verdict.ABSENT),
        ("private", "private", Verdict.FOUND),
        ("public", "unlisted", Verdict.UNCLEAR),
        ("public", "", Verdict.UNCLEAR),
    ],
)
def test_who_may_see_the_video_tells_whether_it_was_published(search, wanted, told, verdict):
    finding = search(film(options={"privacy": wanted}), {LOOK: [listing(found(told))]})
    assert finding.verdict is verdict
    assert finding.looked_at
    assert (finding.receipt.remote_id if finding.receipt else "") == (VIDEO if verdict is Verdict.FOUND else "")


def test_a_private_video_is_no_proof_while_the_request_may_be_under_way(search):
    assert search(film(), {LOOK: [listing(found())]}, minutes=1).verdict is Verdict.UNCLEAR


def test_a_video_that_is_gone_is_for_a_person_to_judge(search):
    assert search(film(), {LOOK: [listing()]}).verdict is Verdict.UNCLEAR


# --- comments ---------------------------------------------------------------------------------------------------------


def comment(text="First & <best>"):
    return draft(text, role=Role.FIRST_COMMENT, parent=RemotePost(VIDEO), root=RemotePost(VIDEO))


def thread(clock, *, id="Ugx1", author=CHANNEL, minutes=0, **said):
    said = said or {"textOriginal": "First & <best>"}
    at = (clock() + timedelta(minutes=minutes)).isoformat()
    inner = {"authorChannelId": {"value": author}, "publishedAt": at, **said}
    return {"id": id, "snippet": {"videoId": VIDEO, "topLevelComment": {"id": id, "snippet": inner}}}


def test_a_comment_is_known_by_author_words_and_time(search, clock):
    finding = search(comment(), {COMMENTS: [listing(thread(clock))]})
    assert finding.verdict is Verdict.FOUND
    assert finding.receipt.facts == {"kind": "comment", "video": VIDEO}


def test_a_comment_that_is_shown_as_html_is_the_same_comment(search, clock):
    shown = {"textDisplay": "First &amp; &lt;best&gt;"}
    assert search(comment(), {COMMENTS: [listing(thread(clock, **shown))]}).verdict is Verdict.FOUND
    lines = {"textDisplay": 'One<br>two <a href="x">#tag</a>'}
    assert search(comment("One\ntwo #tag"), {COMMENTS: [listing(thread(clock, **lines))]}).verdict is Verdict.FOUND


@pytest.mark.parametrize(
    "change",
    [
        {"author": "UCother"},
        {"textOriginal": "Second"},
        {"minutes": -30},
    ],
    ids=str,
)
def test_somebody_elses_comment_is_another(search, clock, change):
    assert search(comment(), {COMMENTS: [listing(thread(clock, **change))]}).verdict is Verdict.ABSENT


def test_a_comment_that_we_know_already_is_another(search, clock):
    answers = {COMMENTS: [listing(thread(clock))]}
    assert search(comment(), answers, known=frozenset({"Ugx1"})).verdict is Verdict.ABSENT


def test_two_that_equal_the_lost_one_are_for_a_person_to_judge(search, clock):
    answers = {COMMENTS: [listing(thread(clock), thread(clock, id="Ugx2"))]}
    assert search(comment(), answers).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize("minutes", [-2, -9])
def test_one_that_our_clocks_may_disagree_about_could_be_it(search, clock, minutes):
    """Written a second time, it would stand there twice."""
    assert search(comment(), {COMMENTS: [listing(thread(clock, minutes=minutes))]}).verdict is Verdict.UNCLEAR


def test_one_without_an_author_could_be_it(search, clock):
    assert search(comment(), {COMMENTS: [listing(thread(clock, author=""))]}).verdict is Verdict.UNCLEAR


def test_the_search_goes_on_as_far_back_as_the_request(search, clock):
    others = thread(clock, author="UCother")
    pages = [listing(others, token="2"), listing(thread(clock, id="Ugx9"))]
    assert search(comment(), {COMMENTS: pages}).receipt.remote_id == "Ugx9"
    older = thread(clock, author="UCother", minutes=-30)
    assert search(comment(), {COMMENTS: [listing(older, token="2")]}).verdict is Verdict.ABSENT
    assert search(comment(), {COMMENTS: [listing(thread(clock, author="UCother", minutes=9), token="2")]}).verdict is (
        Verdict.UNCLEAR
    ), "there is no end to it"


def test_comments_of_a_video_that_is_gone_prove_nothing(search):
    assert search(comment(), {COMMENTS: [refusal(404, "videoNotFound")]}).verdict is Verdict.UNCLEAR
