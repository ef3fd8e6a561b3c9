"""LinkedIn: links, polls and reshares, which a post shows in place of media."""

from __future__ import annotations

import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.linkedin_client import LinkedIn, code_of


@pytest.fixture
def linkedin(sandbox):
    with LinkedIn(sandbox, "harbourcoffee") as client:
        yield client


def test_a_link_is_shown_with_the_title_and_picture_that_came_along(linkedin):
    article = {
        "source": "https://harbour.example/beans",
        "title": "Beans",
        "description": "Fresh ones",
        "thumbnail": linkedin.upload(picture()),
    }

    urn = linkedin.post(content={"article": article})

    assert linkedin.read(urn).json()["content"] == {"article": article}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": None}, (422, "MISSING_FIELD")),
        ({"title": "x" * 401}, (400, "FIELD_LENGTH_TOO_LONG")),
        ({"description": "x" * 4087}, (400, "FIELD_LENGTH_TOO_LONG")),
        ({"source": "harbour.example"}, (400, "INVALID_URL")),
        ({"thumbnail": "https://harbour.example/a.jpg"}, (400, "INVALID_URN_TYPE")),
        ({"thumbnail": "urn:li:image:NONE"}, (400, "INVALID_IMAGE_ID")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_link_is_refused(linkedin, changes, code):
    article = {"source": "https://harbour.example/beans", "title": "Beans"} | changes
    content = {"article": {name: value for name, value in article.items() if value is not None}}

    assert code_of(linkedin.create(content=content)) == code


def poll(**changes):
    asked = {
        "question": "Tea or coffee?",
        "options": [{"text": "Tea"}, {"text": "Coffee"}],
        "settings": {"duration": "THREE_DAYS"},
    }
    return {"poll": asked | changes}


def test_a_poll_is_published_and_cannot_be_edited(linkedin):
    urn = linkedin.post(content=poll())

    assert urn.startswith("urn:li:ugcPost:")
    assert linkedin.edit(urn, {"commentary": "Changed"}).status_code == 400


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"question": "x" * 141}, (400, "FIELD_LENGTH_TOO_LONG")),
        ({"question": " "}, (400, "INVALID_VALUE_BLANK_FIELD")),
        ({"options": [{"text": "Tea"}]}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"options": [{"text": str(n)} for n in range(5)]}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"options": [{"text": "x" * 31}, {"text": "b"}]}, (400, "FIELD_LENGTH_TOO_LONG")),
        ({"settings": {"duration": "TWO_DAYS"}}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"settings": {}}, (422, "MISSING_FIELD")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_poll_is_refused(linkedin, changes, code):
    assert code_of(linkedin.create(content=poll(**changes))) == code


def test_a_post_is_reshared_unless_its_author_forbids_it(linkedin):
    first = linkedin.post("First")
    closed = linkedin.post("Closed", isReshareDisabledByAuthor=True)
    with LinkedIn(linkedin.sandbox, "lumenyoga") as other:
        urn = other.post("Look", reshareContext={"parent": first})

        assert other.read(urn).json()["reshareContext"] == {"parent": first}
        assert other.create("Look", reshareContext={"parent": closed}).status_code == 403
        gone = other.create("Look", reshareContext={"parent": "urn:li:share:1"})
        assert code_of(gone) == (400, "INVALID_URN_ID")
