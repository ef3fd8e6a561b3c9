"""Looking for a post whose answer was lost, and reading what X makes of a text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.platforms.adapters.x import reading
from apps.platforms.adapters.x.line import snowflake_time
from apps.platforms.contract import RemotePost, Role, Staged, Trace, Verdict
from apps.platforms.errors import NotSent, Uncertain
from tests.platforms.drafts import draft, picture
from tests.platforms.x.conftest import ME

TIMELINE = f"GET /2/users/{ME}/tweets"
PARENT = RemotePost("1900000000000000001")
URLS = {"urls": [{"url": "https://t.co/Q", "expanded_url": "https://acme.test/a"}]}


@pytest.fixture
def look(x, credential, clock):
    """`look(written, *posts)`: the finding for a lost draft when the account's newest posts are these."""

    def find(written, *posts, media=(), known=(), sent_ago=120, pages=None, **endpoints):
        made = [{"id": str(number), "created_at": clock().isoformat(), **post} for number, post in enumerate(posts, 1)]
        said = {"data": made, "meta": {"result_count": len(made)}} if made else {"meta": {"result_count": 0}}
        server, adapter = x({TIMELINE: pages or [(200, said)]}, **endpoints)
        staged = Staged({"started_at": clock().isoformat(), "media": list(media)})
        sent_at = clock() - timedelta(seconds=sent_ago)
        finding = adapter.find(Trace(written, staged, "k", sent_at, frozenset(known)), credential)
        find.asked = [path for _, path in server.requests]
        return finding.verdict, finding.receipt.remote_id if finding.receipt else ""

    return find


def uploaded(*keys):
    return [{"print": "", "kind": "tweet_image", "id": key.partition("_")[2], "key": key} for key in keys]


def test_the_text_is_ours_whatever_x_made_of_its_links_and_signs(look):
    written = draft("Tea &  coffee <3\nhttps://acme.test/a")
    found = {"text": "Tea &amp; coffee &lt;3\nhttps://t.co/Q", "entities": URLS}
    assert look(written, found) == (Verdict.FOUND, "1")
    bare = {"urls": [{"url": "https://t.co/Q", "expanded_url": "http://acme.com"}]}
    assert look(draft("See acme.com"), {"text": "See https://t.co/Q", "entities": bare}) == (Verdict.FOUND, "1")


@pytest.mark.parametrize("name", ["note_post", "note_tweet"])
def test_a_long_text_is_read_where_it_is_whole(look, name):
    long_text = "word " * 100
    post = {"text": long_text[:270] + "…", name: {"text": long_text}}
    assert look(draft(long_text), post) == (Verdict.FOUND, "1")
    assert look(draft(long_text), {"text": long_text[:270] + "…"})[0] is Verdict.UNCLEAR


@pytest.mark.parametrize(
    "post",
    [
        {"text": "Hello https://t.co/Q"},  # what the address leads to is not told
        {"text": "Hello, world acme"},  # the same letters in another dress
        {"text": "Hello world acme", "created_at": "yesterday"},
        {"text": "Hello world acme", "id": None},
    ],
)
def test_what_is_merely_alike_leaves_it_to_a_person(look, post):
    assert look(draft("Hello world acme"), post)[0] is Verdict.UNCLEAR


@pytest.mark.parametrize(
    "post",
    [
        {"text": "Another"},
        {"text": "Hello", "referenced_posts": [{"type": "replied_to", "id": "9"}]},
        {"text": "Hello", "referenced_tweets": [{"type": "retweeted", "id": "9"}]},
        {"text": "Hello", "created_at": "2026-11-21T09:00:00.000Z"},
        {"text": "Hello", "attachments": {"media_keys": ["3_5"]}},
    ],
)
def test_another_post_is_no_proof_and_the_lost_one_is_absent(look, post):
    assert look(draft("Hello"), post) == (Verdict.ABSENT, "")


def test_only_an_emoji_apart_is_another_post(look):
    assert look(draft("👍"), {"text": "🎉"}) == (Verdict.ABSENT, "")


@pytest.mark.parametrize("name", ["referenced_posts", "referenced_tweets"])
def test_a_reply_is_ours_below_its_parent_only(look, name):
    reply = draft("Yes", role=Role.REPLY, parent=PARENT, root=PARENT)
    assert look(reply, {"text": "Yes", name: [{"type": "replied_to", "id": PARENT.remote_id}]})[0] is Verdict.FOUND
    assert look(reply, {"text": "Yes"})[0] is Verdict.ABSENT


def test_the_keys_of_our_files_are_proof_without_a_text(look):
    written, ours = draft("Bike", picture()), uploaded("3_10")
    changed = {"text": "🚲 https://t.co/x", "attachments": {"media_keys": ["3_10"]}}
    assert look(written, changed, media=ours) == (Verdict.FOUND, "1")
    others = {"text": "Bike", "attachments": {"media_keys": ["3_11"]}}
    assert look(written, others, media=ours) == (Verdict.ABSENT, "")
    assert look(written, {"text": "Bike"}, media=ours)[0] is Verdict.UNCLEAR
    two = {"text": "Bike", "attachments": {"media_keys": ["3_10", "3_11"]}}
    assert look(written, two, media=ours)[0] is Verdict.UNCLEAR


def test_twins_and_known_posts(look):
    same = {"text": "Hello"}
    assert look(draft("Hello"), same, same)[0] is Verdict.UNCLEAR
    assert look(draft("Hello"), same, same, known={"1"}) == (Verdict.FOUND, "2")
    assert look(draft("Hello"), same, known={"1"}) == (Verdict.ABSENT, "")


def test_absence_takes_its_time_and_the_whole_list(look):
    assert look(draft("Hello"), sent_ago=5)[0] is Verdict.UNCLEAR
    assert look(draft("Hello"), sent_ago=120)[0] is Verdict.ABSENT
    full = [{"text": f"Number {number}"} for number in range(10)]
    assert look(draft("Hello"), *full)[0] is Verdict.UNCLEAR
    cut = {"data": [], "meta": {"result_count": 0}, "errors": [{"title": "Authorization Error"}]}
    assert look(draft("Hello"), pages=[(200, cut)])[0] is Verdict.UNCLEAR


def test_all_pages_are_read(look, clock):
    def page(number, **meta):
        post = {"id": f"{number}", "text": f"Number {number}", "created_at": clock().isoformat()}
        return (200, {"data": [post], "meta": {"result_count": 1, **meta}})

    pages = [page(1, next_token="n2"), page(2, next_token="n3"), page(3)]
    assert look(draft("Number 3"), pages=pages) == (Verdict.FOUND, "3")
    assert [("pagination_token=n2" in path, "pagination_token=n3" in path) for path in look.asked] == [
        (False, False), (True, False), (False, True),
    ]  # fmt: skip
    assert look(draft("Nowhere"), pages=[page(1, next_token="again")])[0] is Verdict.UNCLEAR


def test_a_gap_in_an_earlier_page_is_not_forgotten_at_the_end(look, clock):
    post = {"id": "9", "text": "Another", "created_at": clock().isoformat()}
    hole = {"data": [post], "errors": [{"title": "Not Found Error"}], "meta": {"result_count": 1, "next_token": "n2"}}
    end = {"data": [{**post, "id": "8"}], "meta": {"result_count": 1}}
    assert look(draft("Hello"), pages=[(200, hole), (200, end)])[0] is Verdict.UNCLEAR


def test_a_repost_of_ours_is_not_ours_and_no_proof_that_there_is_none(look):
    ours = {"attachments": {"media_keys": ["3_10"]}}
    repost = {"text": "RT @acme: Bike", "referenced_posts": [{"type": "retweeted", "id": "9"}], **ours}
    assert look(draft("Bike", picture()), repost, media=uploaded("3_10"))[0] is Verdict.UNCLEAR


def test_a_post_that_was_changed_since_may_have_had_our_words(look):
    changed = {"text": "Hallo", "edit_history_tweet_ids": ["8", "9"]}
    assert look(draft("Hello"), changed)[0] is Verdict.UNCLEAR
    assert look(draft("Hello"), changed, known={"8"})[0] is Verdict.ABSENT


def test_whether_a_post_in_a_community_is_listed_is_not_told(look):
    written = draft("Hello", options={"community_id": "77"})
    assert look(written)[0] is Verdict.UNCLEAR
    assert look(written, {"text": "Hello"})[0] is Verdict.FOUND


@pytest.mark.parametrize("spelling", ["tweet", "post"])
def test_the_other_spelling_is_used_where_one_is_refused(look, spelling):
    message = f"The query parameter [{spelling}.fields] is not one of [expansions]"
    refused = {
        "errors": [{"parameters": {f"{spelling}.fields": ["text"]}, "message": message}],
        "title": "Invalid Request",
        "type": "https://api.x.com/2/problems/invalid-request",
    }
    pages = [(400, refused), (200, {"meta": {"result_count": 0}})]
    assert look(draft("Hello"), pages=pages, spelling=spelling) == (Verdict.ABSENT, "")
    names = ["referenced_tweets" in path for path in look.asked]
    assert names == [spelling == "tweet", spelling == "post"]


@pytest.mark.parametrize("spelling", ["tweet", "post"])
def test_a_server_of_either_spelling_is_understood(bench, connected, switch, spelling):
    switch(one_spelling=True, spelling=spelling)
    written = bench.post("Lost", pictures=2)
    staged = bench.stage(written, connected, key="key-1")
    trace = bench.trace(written, staged)
    bench.strike("lost_after", "commit")
    with pytest.raises(Uncertain):
        bench.adapter.commit(written, staged, connected, key="key-1")
    bench.wait_until_settled()
    finding = bench.adapter.find(trace, connected)
    assert finding.verdict is Verdict.FOUND
    assert finding.receipt.facts["media_ids"] == [file["id"] for file in staged.data["media"]]
    assert [post.text for post in bench.adapter.own_posts(connected).posts] == ["Lost"]
    assert bench.adapter.post_metrics(RemotePost(finding.receipt.remote_id), connected).values


def test_a_timeline_that_lags_is_not_believed_too_early(bench, connected, switch):
    switch(timeline_lag_seconds=30)
    written = bench.post("Late to the list")
    staged = bench.stage(written, connected, key="key-1")
    trace = bench.trace(written, staged)
    bench.strike("lost_after", "commit")
    with pytest.raises(Uncertain):
        bench.adapter.commit(written, staged, connected, key="key-1")
    bench.clock.advance(seconds=5)
    assert bench.adapter.find(trace, connected).verdict is Verdict.UNCLEAR
    bench.clock.advance(seconds=60)
    assert bench.adapter.find(trace, connected).verdict is Verdict.FOUND


def test_a_clock_that_is_behind_hides_no_post(x, credential, clock):
    theirs = datetime.now(UTC)  # what the server writes into its answers
    clock.now = theirs + timedelta(minutes=5)
    post = {"id": "1", "text": "Hello", "created_at": (theirs - timedelta(seconds=89)).isoformat()}
    empty = (200, {"meta": {"result_count": 0}})
    server, adapter = x({TIMELINE: [empty, (200, {"data": [post], "meta": {"result_count": 1}})]})
    trace = Trace(draft("Hello"), Staged({"media": []}), "k", clock() - timedelta(seconds=90))
    assert adapter.find(trace, credential).verdict is Verdict.FOUND
    assert len(server.requests) == 2


@pytest.mark.parametrize("said", [{}, {"data": {}}, {"data": None}, {"meta": {}}, {"meta": {"result_count": 3}}])
def test_an_answer_without_a_list_proves_nothing(look, said):
    with pytest.raises(NotSent):
        look(draft("Hello"), pages=[(200, said)])


# --- reading


def test_an_id_tells_its_time():
    told = snowflake_time("1900000000000000001")
    assert told is not None
    assert (told.tzinfo, told.date().isoformat()) == (UTC, "2025-03-13")
    for odd in ("", "abc", "9" * 40, "²"):
        assert snowflake_time(odd) is None


def test_the_address_of_a_posts_own_media_is_no_part_of_its_text():
    own = {"url": "https://t.co/z", "expanded_url": "https://x.com/acme/status/1/photo/1"}
    post = {"text": "Bike https://t.co/z", "entities": {"urls": [own]}, "attachments": {"media_keys": ["3_1"]}}
    assert reading.text_of(post) == "Bike"
    assert reading.text_of({**post, "entities": {}}) == "Bike"
    assert reading.text_of({**post, "entities": {}, "attachments": {}}) == "Bike https://t.co/z"


inner_names = st.sampled_from(["text", "urls", "url", "expanded_url", "media_keys", "type", "id"])
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(inner_names, inner, max_size=4),
    max_leaves=10,
)
names = ["id", "text", "entities", "attachments", "note_post", "note_tweet", "referenced_posts", "created_at"]


@given(st.dictionaries(st.sampled_from(names), odd))
def test_a_post_of_any_shape_can_be_read(post):
    assert isinstance(reading.text_of(post), str)
    assert isinstance(reading.media_keys(post), list)
    assert isinstance(reading.referenced(post), dict)
    assert reading.created_at(post) is None or reading.created_at(post).tzinfo


@given(st.text(max_size=40))
def test_a_text_equals_itself_however_x_spaces_it(written):
    assert reading.flat(f" {written} \n") == reading.flat(written)
    assert reading.flat(reading.flat(written)) == reading.flat(written) or "http" in written
