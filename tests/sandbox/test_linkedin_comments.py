"""LinkedIn: comments, replies one level deep, and how many there are."""

from __future__ import annotations

import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.linkedin_client import LinkedIn, encoded

MENTION = "com.linkedin.common.CompanyAttributedEntity"


@pytest.fixture
def linkedin(sandbox):
    with LinkedIn(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture
def post(linkedin):
    urn = linkedin.post()
    linkedin.sandbox.advance(seconds=2)
    return urn


def test_a_comment_is_plain_text_and_has_a_number_and_a_urn(linkedin, post):
    answer = linkedin.comment(post, "First! (really) #1 a_b")

    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["x-restli-id"] == made["id"]
    assert made["commentUrn"].startswith("urn:li:comment:(urn:li:activity:")
    assert made["commentUrn"].endswith(f",{made['id']})")
    assert linkedin.sandbox.texts("linkedin", "harbourcoffee", kind="reply") == ["First! (really) #1 a_b"]


def test_an_activity_takes_a_moment_to_be_found(linkedin):
    urn = linkedin.post()

    early = linkedin.comment(urn)
    assert (early.status_code, early.json()["message"]) == (404, "Unable to obtain activity")
    linkedin.sandbox.advance(seconds=2)
    assert linkedin.comment(urn).status_code == 201


@pytest.mark.parametrize("by_path", [True, False])
def test_a_reply_hangs_under_a_comment_and_nothing_under_a_reply(linkedin, post, by_path):
    comment = linkedin.comment(post).json()["commentUrn"]
    named = {} if by_path else {"parentComment": comment}

    reply = linkedin.comment(post, "Second!", at=comment if by_path else "", **named)

    assert reply.json()["parentComment"] == comment
    (shown,) = linkedin.comments(comment)
    assert shown["message"] == {"text": "Second!"}
    below = linkedin.comment(post, "Third!", parentComment=reply.json()["commentUrn"])
    assert (below.status_code, below.json()["code"]) == (400, "ILLEGAL_ARGUMENT")


def test_a_comment_is_found_under_its_post(linkedin, post):
    made = linkedin.comment(post, actor=linkedin.person).json()

    (shown,) = linkedin.comments(post)

    assert (shown["id"], shown["actor"], shown["message"]["text"]) == (made["id"], linkedin.person, "First!")


def test_a_comment_can_mention_and_show_an_image(linkedin, post):
    entity = {"value": {MENTION: {"company": linkedin.organization}}, "start": 0, "length": 7}
    image = linkedin.upload(picture())

    answer = linkedin.comment(
        post, message={"text": "Harbour!", "attributes": [entity]}, content=[{"entity": {"image": image}}]
    )

    assert answer.status_code == 201, answer.text
    (comment,) = linkedin.sandbox.posts("linkedin", kind="reply")
    assert [medium["id"] for medium in comment["media"]] == [image]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"message": {"text": "x" * 1251}}, 400, "FIELD_LENGTH_TOO_LONG"),
        ({"message": {"text": ""}}, 400, "INVALID_VALUE_BLANK_FIELD"),
        ({"message": None}, 422, "MISSING_FIELD"),
        ({"actor": None}, 422, "MISSING_FIELD"),
        ({"object": None}, 422, "MISSING_FIELD"),
        ({"object": "urn:li:share:1"}, 400, "INVALID_URN_ID"),
        ({"actor": "urn:li:organization:1"}, 403, "ACCESS_DENIED"),
        ({"parentComment": "urn:li:comment:7"}, 400, "INVALID_URN_TYPE"),
        ({"message": {"text": "Hi", "attributes": [{"start": 0, "length": 9, "value": {MENTION: {}}}]}}, 400, ""),
        ({"mood": "good"}, 403, "ACCESS_DENIED"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_wrong_comment_is_refused(linkedin, post, changes, status, code):
    answer = linkedin.comment(post, **changes)

    assert answer.status_code == status, answer.text
    assert code in answer.json()["code"]
    assert linkedin.sandbox.posts("linkedin", kind="reply") == []


def test_comments_have_scopes_of_their_own(sandbox, post):
    with LinkedIn(sandbox, "harbourcoffee", scopes=["w_member_social", "w_organization_social"]) as linkedin:
        assert linkedin.comment(post).status_code == 403
        assert linkedin.comment(post, actor=linkedin.person).status_code == 403
        sandbox.set("linkedin", old_comment_scopes=True)
        assert linkedin.comment(post).status_code == 201


def test_comments_and_reactions_are_counted(linkedin, post):
    comment = linkedin.comment(post).json()["commentUrn"]
    linkedin.comment(post, "Second!", parentComment=comment)
    linkedin.sandbox.advance(days=3)

    answer = linkedin.rest("GET", f"socialMetadata/{encoded(post)}").json()

    assert answer["commentSummary"] == {"count": 2, "topLevelCount": 1}
    assert answer["reactionSummaries"]["LIKE"]["count"] > 0
    assert answer["commentsState"] == "OPEN"
