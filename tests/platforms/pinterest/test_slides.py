"""Titles, descriptions and links of the pictures of a carousel."""

from __future__ import annotations

import pytest

from apps.platforms.adapters.pinterest import content, slides
from apps.platforms.adapters.pinterest.abilities import CAPABILITIES
from apps.platforms.errors import Rejected
from apps.platforms.validation import problems
from tests.platforms.drafts import draft, picture


def carousel(**options):
    files = (picture(f"p{number}", public_url=f"https://cdn.test/{number}.jpg") for number in range(3))
    return draft("Three bikes", *files, options={"board": "1", **options})


@pytest.mark.parametrize("is_inline", [False, True])
def test_each_picture_has_the_words_of_its_line(is_inline):
    written = carousel(
        picture_titles="Red\n\nBlue\n",
        picture_descriptions="\n A green one ",
        picture_links="https://acme.test/red\n\nhttps://acme.test/blue",
    )
    slides.check(written)
    items = content.body(written, media_id="", is_inline=is_inline)["media_source"]["items"]

    said = [{name: one[name] for name in ("title", "description", "link") if name in one} for one in items]
    assert said == [
        {"title": "Red", "link": "https://acme.test/red"},
        {"description": "A green one"},
        {"title": "Blue", "link": "https://acme.test/blue"},
    ]
    assert problems(written, CAPABILITIES, label="Pinterest") == []


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"picture_titles": "a\nb\nc\nd"}, "options.picture_titles"),
        ({"picture_links": "https://acme.test\nacme.test"}, "options.picture_links"),
    ],
)
def test_lines_that_fit_no_picture_are_refused_in_words(options, field):
    with pytest.raises(Rejected) as refused:
        slides.check(carousel(**options))
    assert refused.value.field == field


@pytest.mark.parametrize(("option", "most"), [("picture_titles", 100), ("picture_descriptions", 500)])
def test_the_composer_hears_of_lines_that_are_too_long(option, most):
    assert problems(carousel(**{option: "x" * most}), CAPABILITIES, label="It") == []
    (problem,) = problems(carousel(**{option: "x" * (most + 1)}), CAPABILITIES, label="It")
    assert problem.code == "line_too_long"
