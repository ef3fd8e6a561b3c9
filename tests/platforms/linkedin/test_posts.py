"""What goes out: the JSON of each format, and how the simulated LinkedIn shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.adapters.linkedin import LinkedInAdapter, capabilities
from apps.platforms.adapters.linkedin.line import milliseconds
from apps.platforms.contract import Receipt, RemotePost, Role
from apps.platforms.errors import MissingPermission, NotOffered, Rejected, StagedLost, Uncertain
from apps.platforms.validation import max_text, problems, text_length
from tests.platforms.conformance.bench import remote
from tests.platforms.drafts import document, draft, picture, video
from tests.platforms.linkedin.conftest import MEMBER, PAGE

POSTS = "POST /rest/posts"
CREATED = (201, b"", {"x-restli-id": "urn:li:share:7000000000000000001"})
MAIN, RECEIPT = RemotePost("urn:li:share:7"), Receipt("urn:li:share:7")


def body_of(linkedin, credential, written):
    """The post as it was sent."""
    server, adapter = linkedin({POSTS: [CREATED]})
    staged = adapter.stage(written, credential, key="k", before=None)
    receipt = adapter.commit(written, staged, credential, key="k")
    assert receipt.remote_id == "urn:li:share:7000000000000000001"
    return json.loads(server.bodies[-1])


def test_a_text_goes_out_as_the_documentation_has_it(linkedin, member):
    assert body_of(linkedin, member, draft("Hello (world)")) == {
        "author": MEMBER,
        "commentary": "Hello \\(world\\)",
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }


def test_a_page_posts_as_itself_and_not_as_the_member_who_connected_it(linkedin, page):
    assert body_of(linkedin, page, draft("Hello"))["author"] == PAGE


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"x-restli-id": "urn:li:ugcPost:7"}, b"", "urn:li:ugcPost:7"),
        ({"x-linkedin-id": "urn:li:share:8"}, b"", "urn:li:share:8"),
        ({}, {"id": "urn:li:share:9"}, "urn:li:share:9"),
    ],
)
def test_the_id_is_in_a_header_and_the_body_may_be_empty(linkedin, page, headers, body, expected):
    _, adapter = linkedin({POSTS: [(201, body, headers)]})
    staged = adapter.stage(draft("Hello"), page, key="k", before=None)
    receipt = adapter.commit(draft("Hello"), staged, page, key="k")
    assert receipt.remote_id == expected
    assert receipt.remote_url.endswith(f"/feed/update/{expected}/")


def test_a_link_says_its_own_title_for_linkedin_does_not_look(linkedin, page):
    titled = draft("Look", link="https://www.a.example/x", options={"link_title": "Hours", "link_description": "Daily"})
    article = {"source": "https://www.a.example/x", "title": "Hours", "description": "Daily"}
    assert body_of(linkedin, page, titled)["content"] == {"article": article}
    bare = draft("Look", link="https://www.a.example/x")
    assert body_of(linkedin, page, bare)["content"]["article"]["title"] == "a.example"


POLL = {"format": "poll", "poll_question": "Tea or coffee?", "poll_choices": "Tea\nCoffee"}


def test_a_poll_is_open_for_three_days_unless_told_otherwise(linkedin, page):
    poll = body_of(linkedin, page, draft("Vote", options=POLL))["content"]["poll"]
    assert poll["question"] == "Tea or coffee?"
    assert poll["options"] == [{"text": "Tea"}, {"text": "Coffee"}]
    assert poll["settings"]["duration"] == "THREE_DAYS"


@pytest.mark.parametrize(
    "address",
    [
        "urn:li:share:7",
        "https://www.linkedin.com/feed/update/urn:li:share:7/",
        "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7?utm_source=share",
    ],
)
def test_a_repost_names_its_post_by_whatever_was_pasted(linkedin, page, address):
    body = body_of(linkedin, page, draft("Look", options={"format": "reshare", "reshare_of": address}))
    assert body["reshareContext"] == {"parent": "urn:li:share:7"}
    assert "content" not in body


def test_who_sees_a_post_and_who_may_repost_it_can_be_chosen(linkedin, member):
    body = body_of(linkedin, member, draft("Hello", options={"visibility": "CONNECTIONS", "no_reshares": "yes"}))
    assert (body["visibility"], body["isReshareDisabledByAuthor"]) == ("CONNECTIONS", True)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (draft("Part two", role=Role.REPLY), "role"),
        (draft("Nowhere", role=Role.FIRST_COMMENT), "parent"),
        (draft("Film", video(), role=Role.FIRST_COMMENT, parent=MAIN), "media.0"),
        (draft("Both", picture(), link="https://a.example"), "link"),
        (draft("Friends", options={"visibility": "CONNECTIONS"}), "options.visibility"),
        (draft("Vote", options={**POLL, "poll_question": " "}), "options.poll_question"),
        (draft("Vote", options={**POLL, "poll_choices": "Tea"}), "options.poll_choices"),
        (draft("Look", options={"format": "reshare", "reshare_of": "https://a.example"}), "options.reshare_of"),
        (draft("Look", options={"format": "reshare", "reshare_of": "urn:li:activity:7"}), "options.reshare_of"),
    ],
)
def test_what_linkedin_cannot_do_is_rejected_by_field_before_anything_is_sent(linkedin, page, written, field):
    server, adapter = linkedin({})
    with pytest.raises(Rejected) as caught:
        adapter.stage(written, page, key="k", before=None)
    assert caught.value.field == field
    assert server.requests == []


def test_a_draft_that_was_changed_is_prepared_anew(linkedin, page):
    server, adapter = linkedin({})
    staged = adapter.stage(draft("Hello"), page, key="k", before=None)
    with pytest.raises(StagedLost):
        adapter.commit(draft("Hello", picture()), staged, page, key="k")
    with pytest.raises(StagedLost):
        adapter.commit(draft("Hello"), staged, replace(page, channel_id="urn:li:organization:6"), key="k")
    assert server.requests == []


# --- limits as data

CAN = LinkedInAdapter.capabilities


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (draft("x" * 3000), []),
        (draft("x" * 2999 + "_"), ["too_long"]),
        (draft("Vote", options={**POLL, "poll_question": "x" * 141}), ["too_long"]),
        (draft("Vote", options={**POLL, "poll_choices": "1\n2\n3\n4\n5"}), ["line_count"]),
        (draft("Vote", options={**POLL, "poll_choices": "1\n" + "x" * 31}), ["line_too_long"]),
        (draft("21", *(picture(f"p{n}") for n in range(21))), ["too_many_media"]),
        (draft("Mixed", picture(), video()), ["media_type"]),
        (draft("Two", video(), video()), ["too_many_media"]),
        (draft("Link", picture(), link="https://a.example"), ["no_link"]),
        (draft("Short", video(seconds=2.0)), ["video_too_short"]),
        (draft("Long", video(seconds=1801.0)), ["video_too_long"]),
        (draft("Tall", video(width=400, height=1000)), ["too_tall"]),
        (draft("Book", replace(document(), size=100_000_001)), ["media_too_large"]),
        (draft("Alt", picture(alt="x" * 4087)), ["alt_too_long"]),
        (draft("Film", video(), cover=picture()), []),
        (draft("Book", document()), []),
    ],
)
def test_what_linkedin_would_refuse_is_told_while_writing(written, codes):
    assert [problem.code for problem in problems(written, CAN, label="LinkedIn")] == codes


def test_a_comment_is_counted_plainly_and_a_post_with_its_backslashes():
    comment = draft("(1)", role=Role.FIRST_COMMENT, parent=MAIN)
    limits = capabilities.CAPABILITIES
    assert (text_length(comment, limits), max_text(comment, limits)) == (3, 1250)
    assert problems(draft("x" * 1251, role=Role.FIRST_COMMENT, parent=MAIN), limits, label="It")[0].code == "too_long"


# --- at the simulated LinkedIn


@pytest.mark.parametrize(
    "text", ["Rank #1 (really) @you [x] a_b \\ c", "{hashtag|\\#|no} <b> *x* ~y~ | #tag https://a.example/x_y?z=(1)"]
)
def test_no_reserved_sign_cuts_a_post_off(bench, text):
    bench.publish(bench.post(text), bench.connect())
    assert [post.text for post in bench.seen()] == [text]


def test_every_format_arrives_as_what_it_is(bench):
    credential = bench.connect()
    shown = {}
    for name, written in bench.samples().items():
        bench.publish(written, credential, key=name)
        shown[name] = bench.sandbox.posts("linkedin", bench.handle)[-1]
    contents = {name: post["data"]["content"] or {} for name, post in shown.items()}
    assert {name: next(iter(content), "") for name, content in contents.items()} == {
        "text": "",
        "link": "article",
        "picture": "media",
        "pictures": "multiImage",
        "video": "media",
        "document": "media",
        "poll": "poll",
    }
    assert contents["link"]["article"]["thumbnail"].startswith("urn:li:image:")
    assert contents["document"]["media"]["title"] == "report.pdf"
    assert [one["alt"] for one in shown["pictures"]["media"]] == ["Picture 0", "Picture 1", "Picture 2"]
    assert "thumbnail" in shown["video"]["media"][0]["data"]["extras"]


def test_a_comment_names_people_by_place_and_carries_a_picture(bench):
    credential = bench.connect()
    main = bench.publish(bench.post("Main"), credential)
    text = "By @[Northlight Agency](urn:li:organization:5550001) (again) #1"
    bench.publish(bench.comment(text, main, options={}), credential, key="key-2")
    pictured = replace(bench.comment("Look", main), media=(bench.picture("look"),))
    bench.publish(pictured, credential, key="key-3")

    named, looking = bench.sandbox.posts("linkedin", bench.handle, kind="reply")
    assert named["text"] == "By Northlight Agency (again) #1"
    assert named["data"]["message"]["attributes"][0]["length"] == len("Northlight Agency")
    assert len(looking["media"]) == 1


def test_a_mention_in_a_post_stays_one(bench):
    bench.publish(bench.post("By @[Northlight Agency](urn:li:organization:5550001) (again)"), bench.connect())
    (post,) = bench.sandbox.posts("linkedin", bench.handle)
    assert post["data"]["commentary"].startswith("By @[Northlight Agency](urn:li:organization:5550001) \\(")


def test_comments_are_neither_changed_nor_taken_down(bench):
    credential = bench.connect()
    main = bench.publish(bench.post("Main"), credential)
    comment = remote(bench.publish(bench.comment("First!", main), credential, key="key-2"))
    with pytest.raises(NotOffered):
        bench.adapter.delete(comment, credential)
    with pytest.raises(NotOffered):
        bench.adapter.edit(comment, bench.comment("Second!", main), credential)
    with pytest.raises(NotOffered):
        bench.adapter.post_metrics(comment, credential)


def test_a_member_whose_app_only_shares_publishes_every_format(member_bench):
    credential = member_bench.connect()
    for name, written in member_bench.samples().items():
        member_bench.publish(written, credential, key=name)
    assert len(member_bench.seen()) == len(member_bench.samples())
    with pytest.raises(MissingPermission):
        member_bench.publish(member_bench.comment("First!", RECEIPT), credential, key="comment")


# --- duplicates


def test_a_twin_of_an_older_post_is_refused_and_named(bench):
    credential = bench.connect()
    first = bench.publish(bench.post("Every day"), credential)
    bench.clock.advance(minutes=10)
    with pytest.raises(Rejected, match="already") as caught:
        bench.publish(bench.post("Every day"), credential, key="key-2")
    assert caught.value.evidence.extra == {"duplicate_of": first.remote_id}
    assert len(bench.seen()) == 1


def test_a_post_that_linkedin_has_since_we_prepared_it_is_looked_for_and_not_sent_again(bench):
    credential = bench.connect()
    written = bench.post("Sent, and its answer lost")
    staged = bench.stage(written, credential, key="key-1")
    bench.clock.advance(seconds=5)
    bench.adapter.commit(written, staged, credential, key="key-1")
    with pytest.raises(Uncertain) as caught:
        bench.adapter.commit(written, staged, credential, key="key-1")
    assert caught.value.evidence.extra["duplicate_of"] == bench.seen()[0].remote_id
    assert len(bench.seen()) == 1


def duplicate_of(urn):
    text = f"com.linkedin.content.common.exception.BadRequestResponseException: Content is a duplicate of {urn}"
    wrong = {"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}
    return (422, {"message": text, "errorDetails": {"inputErrors": [wrong]}, "status": 422})


def twice(linkedin, credential, post, written=None):
    answers = {POSTS: [duplicate_of("urn:li:share:7")], "GET /rest/posts/urn%3Ali%3Ashare%3A7": [post]}
    server, adapter = linkedin(answers)
    written = written or draft("Hello")
    staged = adapter.stage(written, credential, key="k", before=None)
    return server, lambda: adapter.commit(written, staged, credential, key="k")


def test_a_ghost_of_a_deleted_post_is_no_receipt(linkedin, page):
    _, commit = twice(linkedin, page, (404, {"status": 404, "code": "RESOURCE_NOT_FOUND", "message": "Not found"}))
    with pytest.raises(Rejected):
        commit()


def test_a_duplicate_that_cannot_be_read_just_now_stays_open(linkedin, page):
    _, commit = twice(linkedin, page, (500, b""))
    with pytest.raises(Uncertain):
        commit()


@pytest.mark.parametrize(
    "answer", [(401, {"status": 401, "code": "EXPIRED_ACCESS_TOKEN", "message": "Expired"}), (404, b"<html>")]
)
def test_a_duplicate_that_another_fault_hides_stays_open_too(linkedin, page, answer):
    _, commit = twice(linkedin, page, answer)
    with pytest.raises(Uncertain):
        commit()


@pytest.mark.parametrize(("seconds", "error"), [(-30, Uncertain), (-90, Rejected), (None, Uncertain)])
def test_a_duplicate_is_older_than_our_preparations_by_more_than_clocks_differ(linkedin, page, clock, seconds, error):
    made = {"createdAt": milliseconds(clock() + timedelta(seconds=seconds))} if seconds else {}
    _, commit = twice(linkedin, page, (200, {"id": "urn:li:share:7", **made}))
    with pytest.raises(error):
        commit()


def test_a_member_is_told_where_the_twin_is(linkedin, member):
    server, commit = twice(linkedin, member, (200, {}))
    with pytest.raises(Rejected, match=r"feed/update/urn:li:share:7/"):
        commit()
    assert len(server.requests) == 1


def test_a_duplicate_that_carries_our_file_is_our_post(linkedin, page):
    begun = {"value": {"uploadUrl": "", "image": "urn:li:image:IMG1"}}
    post = {"content": {"media": {"id": "urn:li:image:IMG1"}}, "publishedAt": 1790000001000}
    answers = {
        "POST /rest/images": [(200, begun)],
        "PUT /dms-uploads/IMG1": [(201, b"")],
        "GET /rest/images/urn%3Ali%3Aimage%3AIMG1": [(200, {"status": "AVAILABLE"})],
        POSTS: [duplicate_of("urn:li:share:7")],
        "GET /rest/posts/urn%3Ali%3Ashare%3A7": [(200, post)],
    }
    server, adapter = linkedin(answers)
    begun["value"]["uploadUrl"] = f"{server.origin}/dms-uploads/IMG1"
    written = draft("Bike", picture(alt="A red bike"))
    staged = adapter.stage(written, page, key="k", before=None)
    assert adapter.commit(written, staged, page, key="k").remote_id == "urn:li:share:7"
