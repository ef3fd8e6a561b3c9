"""Was it posted after all? The container and the list have to agree before anything is done."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.platforms.contract import RemotePost, Role, Staged, Trace, Verdict
from apps.platforms.errors import Disconnected, NotSent, Uncertain
from tests.platforms.drafts import draft, picture
from tests.platforms.threads.answers import CONTAINER, POSTS, REPLIES, container, error, listed, post, staged_for

SENT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
LATER = {"text": "Something else"}


@pytest.fixture
def found(threads, credential, clock):
    """`found(draft, {...})`: what the search comes to, seven minutes after the answer was lost."""

    def find(written, answers, *, known=frozenset(), staged=None, minutes=7):
        server, adapter = threads(answers)
        handler = server.server.RequestHandlerClass
        handler.send_response = handler.send_response_only  # no Date of its own
        clock.advance(minutes=minutes)
        trace = Trace(written, staged or staged_for(written), "k", SENT, known)
        finding = adapter.find(trace, credential)
        finding_of[0] = server
        return finding

    finding_of = [None]
    find.server = lambda: finding_of[0]
    return find


def test_a_published_container_and_one_like_it_in_the_list_are_the_post(found):
    finding = found(draft("Hello"), {CONTAINER: [container("PUBLISHED")], POSTS: [listed(post(**LATER), post())]})
    assert finding.verdict is Verdict.FOUND
    assert finding.receipt.remote_id == "18100000000000001"
    assert finding.receipt.remote_url == "https://www.threads.com/@acme/post/AbC"
    assert finding.receipt.published_at == SENT


def test_a_list_that_lags_leaves_a_post_that_is_out_to_be_looked_for_again(found):
    finding = found(draft("Hello"), {CONTAINER: [container("PUBLISHED")], POSTS: [listed()]})
    assert finding.verdict is Verdict.UNCLEAR
    assert any("it is out" in looked and "/@acme" in looked for looked in finding.looked_at)


@pytest.mark.parametrize("status", ["FINISHED", "ERROR", "EXPIRED"])
def test_a_container_that_was_not_published_and_nothing_like_it_is_proof_of_absence(found, status):
    finding = found(draft("Hello"), {CONTAINER: [container(status)], POSTS: [listed(post(**LATER))]})
    assert finding.verdict is Verdict.ABSENT


@pytest.mark.parametrize(
    ("status", "listing"),
    [
        ("FINISHED", listed(post())),  # somebody posted the same by hand: people decide
        ("IN_PROGRESS", listed()),
        ("IN_PROGRESS", listed(post())),
        ("PUBLISHED", listed(post(), post(id="2"))),
        ("PUBLISHED", listed(post(timestamp=None))),
        ("SOMETHING_NEW", listed()),
    ],
)
def test_anything_else_is_unclear(found, status, listing):
    assert found(draft("Hello"), {CONTAINER: [container(status)], POSTS: [listing]}).verdict is Verdict.UNCLEAR


def test_a_publish_that_may_still_be_under_way_is_waited_for(found):
    answers = {CONTAINER: [container("FINISHED")], POSTS: [listed()]}
    assert found(draft("Hello"), answers, minutes=0).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    "other",
    [
        post(text="Hello!"),
        post(media_type="IMAGE"),
        post(timestamp="2026-11-21T09:58:00+0000"),
    ],
)
def test_a_post_with_other_words_kind_or_time_is_another(found, other):
    finding = found(draft("Hello"), {CONTAINER: [container("FINISHED")], POSTS: [listed(other)]})
    assert finding.verdict is Verdict.ABSENT


def test_posts_that_are_known_to_be_others_do_not_count(found):
    answers = {CONTAINER: [container("PUBLISHED")], POSTS: [listed(post(), post(id="2"))]}
    finding = found(draft("Hello"), answers, known=frozenset({"2"}))
    assert (finding.verdict, finding.receipt.remote_id) == (Verdict.FOUND, "18100000000000001")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (draft("Cafe\u0301 "), post(text="Café")),
        (draft("", picture()), post(text=None, media_type="IMAGE")),
        (draft("Two", picture("a"), picture("b")), post(text="Two", media_type="CAROUSEL_ALBUM")),
        (draft("GIF", options={"format": "gif", "gif": "3o"}), post(text="GIF", media_type="IMAGE")),
    ],
    ids=["composed letters", "no words", "carousel", "gif"],
)
def test_what_is_written_and_read_in_other_ways_is_the_same(found, written, said):
    finding = found(written, {CONTAINER: [container("PUBLISHED")], POSTS: [listed(said)]})
    assert finding.verdict is Verdict.FOUND


def test_a_server_whose_clock_is_behind_hides_nothing(found):
    """It dates the post before we sent it: that is looked at by a person, and is no absence."""
    status, body = listed(post(timestamp="2026-11-21T09:55:00+0000"))
    behind = {"date": "Sat, 21 Nov 2026 10:02:00 GMT"}
    finding = found(draft("Hello"), {CONTAINER: [container("FINISHED")], POSTS: [(status, body, behind)]})
    assert finding.verdict is Verdict.UNCLEAR


def test_a_reply_is_looked_for_among_replies_and_below_its_parent(found):
    written = draft("Part two", role=Role.REPLY, parent=RemotePost("7"))
    other = post(id="1", text="Part two", replied_to={"id": "8"})
    ours = post(id="2", text="Part two", replied_to={"id": "7"})
    finding = found(written, {CONTAINER: [container("PUBLISHED")], REPLIES: [listed(other, ours)]})
    assert (finding.verdict, finding.receipt.remote_id) == (Verdict.FOUND, "2")


def test_a_reply_whose_parent_threads_does_not_name_may_be_another(found):
    """The account thanks many people in the same words; a parent that was deleted is left out."""
    written = draft("Thank you!", role=Role.REPLY, parent=RemotePost("7"))
    answers = {CONTAINER: [container("PUBLISHED")], REPLIES: [listed(post(id="1", text="Thank you!"))]}
    assert found(written, answers).verdict is Verdict.UNCLEAR


def test_a_post_without_words_is_not_told_by_its_kind_and_time_alone(found):
    """The client's own picture of that hour would be taken for ours, and ours never sent."""
    wordless, said = draft("", picture()), listed(post(text=None, media_type="IMAGE"))
    assert found(wordless, {CONTAINER: [error(100, 33)], POSTS: [said]}).verdict is Verdict.UNCLEAR
    assert found(wordless, {CONTAINER: [container("PUBLISHED")], POSTS: [said]}).verdict is Verdict.FOUND


def test_a_post_that_quotes_nothing_is_not_the_quote_that_was_lost(found):
    written = draft("Hello", options={"quote": "5"})
    plain, quoting = post(id="1", is_quote_post=False), post(id="2", is_quote_post=True)
    finding = found(written, {CONTAINER: [container("PUBLISHED")], POSTS: [listed(plain, quoting)]})
    assert (finding.verdict, finding.receipt and finding.receipt.remote_id) == (Verdict.FOUND, "2")


def test_lines_that_end_in_another_way_are_the_same_words(found):
    answers = {CONTAINER: [container("PUBLISHED")], POSTS: [listed(post(text="One\nTwo"))]}
    assert found(draft("One\r\nTwo"), answers).verdict is Verdict.FOUND


def test_the_list_is_read_to_its_end_although_no_next_address_is_given(found):
    first = (200, {"data": [post(**LATER)], "paging": {"cursors": {"before": "a", "after": "b"}}})
    answers = {CONTAINER: [container("PUBLISHED")], POSTS: [first, listed(post()), listed()]}
    finding = found(draft("Hello"), answers)
    assert finding.verdict is Verdict.FOUND
    queries = [parse_qs(urlsplit(path).query) for _, path in found.server().requests if "/threads?" in path]
    assert queries[1]["after"] == ["b"]
    assert int(queries[0]["since"][0]) <= SENT.timestamp() - 60


def test_a_list_is_left_where_it_comes_to_older_posts(found):
    old = (200, {"data": [post(timestamp="2026-11-20T10:00:00+0000")], "paging": {"cursors": {"after": "b"}}})
    finding = found(draft("Hello"), {CONTAINER: [container("FINISHED")], POSTS: [old]})
    assert finding.verdict is Verdict.ABSENT
    assert len(found.server().requests) == 2


def test_a_list_without_an_end_is_no_proof_of_absence(found):
    endless = (200, {"data": [post(**LATER)], "paging": {"cursors": {"after": "b"}}})
    finding = found(draft("Hello"), {CONTAINER: [container("FINISHED")], POSTS: [endless]})
    assert finding.verdict is Verdict.UNCLEAR


def test_a_search_without_a_container_finds_by_the_list_alone_and_proves_no_absence(found):
    assert found(draft("Hello"), {POSTS: [listed()]}, staged=Staged({})).verdict is Verdict.UNCLEAR
    assert found(draft("Hello"), {POSTS: [listed(post())]}, staged=Staged({})).verdict is Verdict.FOUND


@pytest.mark.parametrize(
    ("call", "answer", "kind"),
    [
        (CONTAINER, error(2, status=500), NotSent),
        (CONTAINER, error(190), Disconnected),
        (POSTS, error(1), NotSent),
        (POSTS, (200, {"data": "none"}), NotSent),
        (POSTS, (200, {}), NotSent),
    ],
)
def test_a_search_that_cannot_read_says_so(found, call, answer, kind):
    with pytest.raises(kind):
        found(draft("Hello"), {CONTAINER: [container("PUBLISHED")], POSTS: [listed()], call: [answer]})


def test_an_answer_that_was_lost_behind_a_lagging_list_is_found_when_the_list_has_caught_up(bench, connected, switch):
    switch(list_lag_seconds=900)
    written = bench.post("Lagging")
    staged = bench.stage(written, connected, key="k")
    trace = bench.trace(written, staged)
    bench.strike("lost_after", "commit")
    with pytest.raises(Uncertain):
        bench.adapter.commit(written, staged, connected, key="k")
    bench.wait_until_settled()

    assert bench.adapter.find(trace, connected).verdict is Verdict.UNCLEAR
    bench.clock.advance(minutes=15)
    assert bench.adapter.find(trace, connected).verdict is Verdict.FOUND
