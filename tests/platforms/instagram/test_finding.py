"""Looking for a post or comment whose answer was lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.platforms.contract import RemotePost, Role, Staged, Trace, Verdict
from tests.platforms.drafts import draft, picture
from tests.platforms.instagram.answers import (
    FINISHED,
    MEDIA,
    error,
    failed,
    staged_for,
)


def posted(clock, **changes):
    described = {
        "id": "m1",
        "caption": "Hello #x",
        "timestamp": clock().isoformat(),
        "media_type": "IMAGE",
        "permalink": "https://p",
    }
    return {**described, **changes}


def search(instagram, credential, clock, status, posts, *, written, known=frozenset(), wait=90):
    _, adapter = instagram({"GET /v26.0/c1": [status], f"GET {MEDIA}": [(200, {"data": posts})]})
    trace = Trace(written, staged_for(written), "k", clock(), known)
    clock.advance(seconds=wait)
    return adapter.find(trace, credential)


@pytest.mark.parametrize("status", [(200, {"status_code": "PUBLISHED"}), error(100, 33), failed(2207001)])
def test_a_published_container_is_matched_with_one_post(instagram, credential, clock, written, status):
    posts = [
        posted(clock),
        posted(clock, id="m2", caption="Other"),
        posted(clock, id="m3", media_type="CAROUSEL_ALBUM"),
    ]
    finding = search(instagram, credential, clock, status, posts, written=written)
    assert (finding.verdict, finding.receipt.remote_id, finding.receipt.remote_url) == (
        Verdict.FOUND,
        "m1",
        "https://p",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"caption": "Hello"},
        {"timestamp": "2026-11-21T09:58:00+0000"},
        {"timestamp": None},
        {"id": None},
        {"media_type": "VIDEO"},
    ],
)
def test_a_published_container_without_its_post_is_a_case_for_a_person(instagram, credential, clock, written, changes):
    status, posts = (200, {"status_code": "PUBLISHED"}), [posted(clock, **changes)]
    assert search(instagram, credential, clock, status, posts, written=written).verdict is Verdict.UNCLEAR


def test_two_equal_posts_are_a_case_for_a_person_unless_one_is_known(instagram, credential, clock, written):
    status, posts = (200, {"status_code": "PUBLISHED"}), [posted(clock), posted(clock, id="m2")]
    assert search(instagram, credential, clock, status, posts, written=written).verdict is Verdict.UNCLEAR
    posts = [posted(clock), posted(clock, id="m2")]
    finding = search(instagram, credential, clock, status, posts, written=written, known=frozenset({"m2"}))
    assert (finding.verdict, finding.receipt.remote_id) == (Verdict.FOUND, "m1")


@pytest.mark.parametrize("status", [FINISHED, (200, {"status_code": "EXPIRED"})])
def test_a_container_that_is_not_published_a_minute_later_is_absent(instagram, credential, clock, written, status):
    assert search(instagram, credential, clock, status, [], written=written).verdict is Verdict.ABSENT
    assert search(instagram, credential, clock, status, [], written=written, wait=30).verdict is Verdict.UNCLEAR
    twin = [posted(clock, timestamp=(clock() + timedelta(minutes=5)).isoformat())]
    assert search(instagram, credential, clock, status, twin, written=written).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize("status", ["IN_PROGRESS", "SOMETHING_NEW", ""])
def test_a_container_that_instagram_is_still_at_proves_nothing(instagram, credential, clock, written, status):
    """A publish that is under way takes effect later: sent again by then, the post would be out twice."""
    answer = (200, {"status_code": status})
    assert search(instagram, credential, clock, answer, [], written=written).verdict is Verdict.UNCLEAR


def test_a_list_whose_older_pages_were_not_read_proves_nothing(instagram, credential, clock, written):
    other, answer = posted(clock, caption="Other"), (200, {"status_code": "FINISHED"})
    endless = {"data": [other], "paging": {"next": "https://n", "cursors": {"after": "a"}}}
    _, adapter = instagram({"GET /v26.0/c1": [answer], f"GET {MEDIA}": [(200, endless)]})
    trace = Trace(written, staged_for(written), "k", clock())
    clock.advance(seconds=90)
    assert adapter.find(trace, credential).verdict is Verdict.UNCLEAR

    earlier = posted(clock, caption="Other", timestamp=(clock() - timedelta(hours=1)).isoformat())
    ended = {**endless, "data": [other, earlier]}
    server, adapter = instagram({"GET /v26.0/c1": [answer], f"GET {MEDIA}": [(200, ended)]})
    assert adapter.find(trace, credential).verdict is Verdict.ABSENT
    assert len(server.requests) == 2, "what is older than the request need not be read"


def test_a_post_without_words_is_not_told_by_its_kind_and_time_alone(instagram, credential, clock):
    """The client's own picture of that hour would be taken for ours, and ours never sent."""
    wordless, posts = draft("", picture()), [posted(clock, caption=None)]
    assert search(instagram, credential, clock, error(100, 33), posts, written=wordless).verdict is Verdict.UNCLEAR
    out, posts = (200, {"status_code": "PUBLISHED"}), [posted(clock, caption=None)]
    assert search(instagram, credential, clock, out, posts, written=wordless).verdict is Verdict.FOUND


def test_lines_that_end_in_another_way_are_the_same_words(instagram, credential, clock):
    written, posts = draft("One\r\nTwo", picture()), [posted(clock, caption="One\nTwo")]
    out = (200, {"status_code": "PUBLISHED"})
    assert search(instagram, credential, clock, out, posts, written=written).verdict is Verdict.FOUND


def test_nothing_seen_of_the_container_is_no_proof_of_absence(instagram, credential, clock, written):
    assert search(instagram, credential, clock, error(100, 33), [], written=written).verdict is Verdict.UNCLEAR
    assert search(instagram, credential, clock, failed(2207001), [], written=written).verdict is Verdict.UNCLEAR


def test_a_search_without_a_container_finds_by_the_list_alone_and_proves_no_absence(
    instagram, credential, clock, written
):
    def verdict(*posts):
        server, adapter = instagram({f"GET {MEDIA}": [(200, {"data": list(posts)})]})
        trace = Trace(written, Staged({}), "k", clock())
        clock.advance(seconds=90)
        found = adapter.find(trace, credential).verdict
        assert len(server.requests) == 1
        return found

    assert verdict(posted(clock)) is Verdict.FOUND
    assert verdict() is Verdict.UNCLEAR


def commented(clock, **changes):
    described = {"id": "k1", "text": "First", "username": "acme", "from": {"id": "x"}, "timestamp": clock().isoformat()}
    return {**described, **changes}


def search_comment(instagram, credential, clock, *pages):
    _, adapter = instagram({"GET /v26.0/m1/comments": [(200, page) for page in pages]})
    comment = draft("First", role=Role.FIRST_COMMENT, parent=RemotePost("m1"))
    trace = Trace(comment, Staged({}), "k", clock())
    clock.advance(seconds=90)
    return adapter.find(trace, credential)


def page(*comments, after=""):
    return {"data": list(comments)} | ({"paging": {"next": "https://n", "cursors": {"after": after}}} if after else {})


def test_a_lost_comment_is_looked_for_on_every_page(instagram, credential, clock):
    other = commented(clock, id="k0", text="Other")
    found = search_comment(instagram, credential, clock, page(other, after="a"), page(commented(clock)))
    assert (found.verdict, found.receipt.remote_id) == (Verdict.FOUND, "k1")
    assert search_comment(instagram, credential, clock, page(other, after="a"), page(other)).verdict is Verdict.ABSENT


def test_a_comment_is_not_absent_while_a_doubt_remains(instagram, credential, clock):
    endless = page(commented(clock, text="Other"), after="a")
    assert search_comment(instagram, credential, clock, endless).verdict is Verdict.UNCLEAR
    stranger = page(commented(clock, username="bob", **{"from": {"id": "7", "username": "bob"}}))
    assert search_comment(instagram, credential, clock, stranger).verdict is Verdict.UNCLEAR
    nameless = page({"id": "k1", "text": "First", "timestamp": clock().isoformat()})
    assert search_comment(instagram, credential, clock, nameless).verdict is Verdict.FOUND
