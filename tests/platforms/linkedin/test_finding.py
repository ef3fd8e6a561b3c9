from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from apps.platforms.adapters.linkedin.line import milliseconds
from apps.platforms.contract import RemotePost, Role, Staged, Trace, Verdict
from apps.platforms.errors import Disconnected, NotSent, Throttled
from tests.platforms.drafts import draft, picture
from tests.platforms.linkedin.conftest import MEMBER, PAGE

MAIN = RemotePost("urn:li:share:7")
COMMENTS = "GET /rest/socialActions/urn%3Ali%3Ashare%3A7/comments"
WRITTEN = "Hello (world) #x"
NEXT = {"links": [{"rel": "next", "href": "/rest/posts?start=50"}]}


@pytest.fixture
def post(clock):
    """A post as LinkedIn lists it, published now."""

    def make(number=1, **changes):
        at = milliseconds(clock())
        described = {
            "id": f"urn:li:share:{number}",
            "author": PAGE,
            "commentary": "Hello \\(world\\) #x",
            "createdAt": at,
            "publishedAt": at,
            "lastModifiedAt": at,
            "lifecycleState": "PUBLISHED",
            "visibility": "PUBLIC",
        }
        return {**described, **changes}

    return make


@pytest.fixture
def search(linkedin, page, clock, sent):
    """`search(*pages, written=...)`: look for a post that was sent just now, a while later."""

    def look(*pages, written=None, urns=(), known=frozenset(), wait=90, sent_at=None):
        listed = [(200, one) if isinstance(one, dict) else one for one in pages]
        _, adapter = linkedin({"GET /rest/posts": listed, COMMENTS: listed})
        staged = Staged({"files": [{"urn": urn} for urn in urns]})
        trace = Trace(written or draft(WRITTEN), staged, "k", sent_at or clock(), known)
        clock.advance(seconds=wait)
        return adapter.find(trace, page)

    return look


def listed(*elements, **paging):
    return {"elements": list(elements), "paging": {"start": 0, "count": 50, "links": [], **paging}}


def test_a_lost_post_is_found_among_the_posts_of_the_page(search, post, sent):
    finding = search(listed(post(2, commentary="Other"), post(1)))
    assert (finding.verdict, finding.receipt.remote_id) == (Verdict.FOUND, "urn:li:share:1")
    assert finding.receipt.remote_url.endswith("/feed/update/urn:li:share:1/")
    query = sent[0].url.raw_path.decode()
    assert "author=urn%3Ali%3Aorganization%3A555&" in query
    assert sent[0].headers["X-RestLi-Method"] == "FINDER"


@pytest.mark.parametrize("state", ["PUBLISHED", "PUBLISH_REQUESTED"])
def test_a_post_that_is_on_its_way_is_out(search, post, state):
    assert search(listed(post(lifecycleState=state))).verdict is Verdict.FOUND


@pytest.mark.parametrize(
    "changes",
    [
        {"commentary": "Other"},
        {"commentary": "Hello \\(world\\) #x and more"},
        {"lifecycleState": "DRAFT"},
        {"content": {"media": {"id": "urn:li:image:1"}}},
        {"content": {"poll": {"question": "Tea?"}}},
        {"reshareContext": {"parent": "urn:li:share:5"}},
    ],
)
def test_another_post_is_not_taken_for_the_lost_one(search, post, changes):
    assert search(listed(post(**changes))).verdict is Verdict.ABSENT


@pytest.mark.parametrize(
    "changes",
    [
        {"commentary": "Hello \\(wor"},
        {"content": {"article": {"source": "https://a.example"}}},
        {"createdAt": None},
        {"id": None},
    ],
)
def test_what_could_be_the_lost_one_is_a_case_for_a_person(search, post, changes):
    assert search(listed(post(**changes))).verdict is Verdict.UNCLEAR


def test_spaces_and_composed_letters_do_not_tell_posts_apart(search, post):
    theirs = post(commentary="Cafe\u0301  au\n\nlait ")
    assert search(listed(theirs), written=draft("Café au lait")).verdict is Verdict.FOUND


def test_two_equal_posts_are_a_case_for_a_person_unless_one_is_known(search, post):
    twins = listed(post(2), post(1))
    assert search(twins).verdict is Verdict.UNCLEAR


def test_a_twin_that_is_known_to_be_another_post_is_left_out(search, post):
    finding = search(listed(post(2), post(1)), known=frozenset({"urn:li:share:2"}))
    assert (finding.verdict, finding.receipt.remote_id) == (Verdict.FOUND, "urn:li:share:1")


def test_an_older_twin_is_another_post(search, post, clock):
    before = milliseconds(clock() - timedelta(minutes=2))
    assert search(listed(post(createdAt=before))).verdict is Verdict.ABSENT
    just_before = milliseconds(clock() - timedelta(seconds=30))
    assert search(listed(post(createdAt=just_before))).verdict is Verdict.FOUND


def test_files_are_unique_to_an_upload_and_tell_a_post_whatever_its_words(search, post):
    written = draft("Bike", picture("a"), picture("b"))
    images = [{"id": "urn:li:image:A"}, {"id": "urn:li:image:B"}]
    ours = post(commentary="Bi", content={"multiImage": {"images": images}})
    other = post(2, commentary="Bike", content={"multiImage": {"images": [{"id": "urn:li:image:C"}]}})
    finding = search(listed(other, ours), written=written, urns=("urn:li:image:A", "urn:li:image:B"))
    assert (finding.verdict, finding.receipt.remote_id) == (Verdict.FOUND, "urn:li:share:1")


@pytest.mark.parametrize(
    "content",
    [
        {},  # a post whose film is still being worked on may be listed without it
        {"multiImage": {"images": [{"id": "urn:li:image:B"}]}},
    ],
)
def test_a_post_with_some_of_our_files_or_none_yet_is_a_case_for_a_person(search, post, content):
    written, urns = draft("Bike", picture("a"), picture("b")), ("urn:li:image:A", "urn:li:image:B")
    assert search(listed(post(commentary="Bike", content=content)), written=written, urns=urns).verdict is (
        Verdict.UNCLEAR
    )
    other = post(commentary="Another", content={})
    assert search(listed(other), written=written, urns=urns).verdict is Verdict.ABSENT


@pytest.mark.parametrize(
    ("text", "commentary"),
    [
        ("Read https://acme.test/a/long/one", "Read https://lnkd.in/abc"),
        ("https://acme.test/a/long/one", "https://lnkd.in/abc"),
        ("With @[Acme](urn:li:organization:5)", "With Acme"),
        ("Wait... what?", "Wait… what?"),
    ],
)
def test_words_that_linkedin_may_have_dressed_otherwise_are_a_case_for_a_person(search, post, text, commentary):
    assert search(listed(post(commentary=commentary)), written=draft(text)).verdict is Verdict.UNCLEAR
    elsewhere = post(commentary=commentary, content={"poll": {"question": "Tea?"}})
    assert search(listed(elsewhere), written=draft(text)).verdict is Verdict.ABSENT
    assert search(listed(post(commentary="See https://lnkd.in/abc")), written=draft(text)).verdict is Verdict.ABSENT


def test_a_card_whose_address_linkedin_changed_is_a_case_for_a_person(search, post):
    card = {"content": {"article": {"source": "https://a.example/?utm_source=li"}}}
    written = draft(WRITTEN, link="https://a.example")
    assert search(listed(post(**card)), written=written).verdict is Verdict.UNCLEAR
    assert search(listed(post(commentary="Other", **card)), written=written).verdict is Verdict.ABSENT


def test_a_clock_that_is_behind_does_not_end_the_reading_too_early(linkedin, page, post, clock):
    theirs = datetime.now(UTC)  # what the server writes into its answers
    clock.now = theirs + timedelta(minutes=10)
    sent = milliseconds(theirs - timedelta(seconds=90))
    first = listed(post(2, commentary="Other", createdAt=sent + 1000, lastModifiedAt=sent + 1000), **NEXT)
    _, adapter = linkedin({"GET /rest/posts": [(200, first), (200, listed(post(createdAt=sent, lastModifiedAt=sent)))]})
    trace = Trace(draft(WRITTEN), Staged({"files": []}), "k", clock() - timedelta(seconds=90))
    assert adapter.find(trace, page).verdict is Verdict.FOUND


POLL = {"format": "poll", "poll_question": "Tea?", "poll_choices": "Yes\nNo"}


@pytest.mark.parametrize(
    ("written", "content"),
    [
        (draft(WRITTEN, link="https://a.example"), {"content": {"article": {"source": "https://a.example"}}}),
        (draft(WRITTEN, options=POLL), {"content": {"poll": {"question": "Tea?"}}}),
        (
            draft(WRITTEN, options={"format": "reshare", "reshare_of": "urn:li:share:5"}),
            {"reshareContext": {"parent": "urn:li:share:5"}},
        ),
    ],
)
def test_a_card_a_poll_and_a_repost_are_told_by_what_they_carry(search, post, written, content):
    assert search(listed(post(**content)), written=written).verdict is Verdict.FOUND
    assert search(listed(post()), written=written).verdict is Verdict.ABSENT


def test_no_post_is_absent_before_the_request_is_over_or_while_some_are_unread(search, post):
    assert search(listed(), wait=30).verdict is Verdict.UNCLEAR
    endless = listed(post(2, commentary="Other"), **NEXT)
    assert search(endless).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("after", "verdict"),
    [("the same again", Verdict.UNCLEAR), ("nothing", Verdict.ABSENT), ("ours", Verdict.FOUND)],
)
def test_a_full_page_that_names_no_next_one_is_no_proof_of_absence(search, post, after, verdict):
    full = listed(post(2, commentary="Other"), count=1)
    rest = {"the same again": [], "nothing": [listed(count=1)], "ours": [listed(post(1))]}[after]
    assert search(full, *rest).verdict is verdict


def test_the_list_is_read_back_to_the_time_of_the_request(search, post, clock, sent):
    old = milliseconds(clock() - timedelta(hours=1))
    first = listed(post(3, commentary="Other"), post(2, commentary="Old", createdAt=old, lastModifiedAt=old), **NEXT)
    assert search(first).verdict is Verdict.ABSENT
    assert len(sent) == 1
    pages = (listed(post(3, commentary="Other"), **NEXT), listed(post(1)))
    assert search(*pages).verdict is Verdict.FOUND
    assert [request.url.params["start"] for request in sent[1:]] == ["0", "1"]


def test_a_members_posts_cannot_be_read_so_a_person_has_to_look(linkedin, member, clock):
    server, adapter = linkedin({})
    trace = Trace(draft(WRITTEN), Staged({"files": []}), "k", clock())
    clock.advance(minutes=10)
    finding = adapter.find(trace, member)
    assert finding.verdict is Verdict.UNCLEAR
    assert finding.looked_at
    assert server.requests == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((500, b""), NotSent),
        ((200, b"<html>"), NotSent),
        ((200, {"elements": "none"}), NotSent),
        ((429, {"message": "Slow"}), Throttled),
    ],
)
def test_a_search_that_fails_says_so(search, answer, expected):
    with pytest.raises(expected):
        search(answer)


def test_a_search_that_linkedin_forbids_is_a_case_for_a_person(search):
    refusal = (403, {"status": 403, "code": "ACCESS_DENIED", "message": "Not enough permissions"})
    assert search(refusal).verdict is Verdict.UNCLEAR


def test_a_search_without_access_says_to_connect_again(linkedin, member, clock):
    dead = (401, {"status": 401, "code": "REVOKED_ACCESS_TOKEN", "serviceErrorCode": 65601, "message": "Revoked"})
    _, adapter = linkedin({"GET /rest/posts": [dead]})
    reader = replace(member, scopes=(*member.scopes, "r_member_social"))
    with pytest.raises(Disconnected):
        adapter.find(Trace(draft(WRITTEN), Staged({"files": []}), "k", clock()), reader)


# --- comments

FIRST = draft("First (really)!", role=Role.FIRST_COMMENT, parent=MAIN, root=MAIN)


@pytest.fixture
def comment(clock):
    def make(number=1, **changes):
        urn = f"urn:li:comment:(urn:li:activity:9,{number})"
        described = {
            "id": str(number),
            "commentUrn": urn,
            "actor": PAGE,
            "created": {"time": milliseconds(clock())},
            "message": {"text": "First (really)!"},
        }
        return {**described, **changes}

    return make


def test_a_lost_comment_is_found_by_its_plain_words(search, comment):
    finding = search(listed(comment(2, message={"text": "Other"}), comment(1)), written=FIRST)
    assert (finding.verdict, finding.receipt.remote_id) == (
        Verdict.FOUND,
        "urn:li:comment:(urn:li:activity:9,1)",
    )


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"actor": MEMBER}, Verdict.ABSENT),
        ({"message": {"text": "First"}}, Verdict.ABSENT),
        ({"actor": None}, Verdict.UNCLEAR),
        ({"created": {}}, Verdict.UNCLEAR),
    ],
)
def test_a_comment_of_somebody_else_is_not_ours(search, comment, changes, verdict):
    assert search(listed(comment(**changes)), written=FIRST).verdict is verdict


def test_a_comment_whose_address_was_shortened_is_a_case_for_a_person(search, comment):
    written = replace(FIRST, text="More at https://acme.test/a")
    shortened = {"message": {"text": "More at https://lnkd.in/abc"}}
    assert search(listed(comment(**shortened)), written=written).verdict is Verdict.UNCLEAR
    assert search(listed(comment(**shortened, actor=MEMBER)), written=written).verdict is Verdict.ABSENT


def test_comments_below_a_post_that_is_gone_cannot_be_told(search):
    gone = (404, {"status": 404, "code": "RESOURCE_NOT_FOUND", "message": "Not found"})
    assert search(gone, written=FIRST).verdict is Verdict.UNCLEAR


# --- the posts of an account


def test_own_posts_are_read_without_their_backslashes_and_page_by_page(linkedin, page, post, sent):
    image = {"content": {"media": {"id": "urn:li:image:1"}}}
    pages = [(200, listed(post(1), post(2, **image), **NEXT)), (200, listed(post(3)))]
    _, adapter = linkedin({"GET /rest/posts": pages})
    first = adapter.own_posts(page)
    assert [one.text for one in first.posts] == [WRITTEN, WRITTEN]
    assert [one.kind for one in first.posts] == ["", "media"]
    assert first.cursor == "2"
    second = adapter.own_posts(page, cursor=first.cursor)
    assert (second.cursor, sent[1].url.params["start"]) == ("", "2")
