from __future__ import annotations

from dataclasses import replace

import pytest

from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.contract import Role
from apps.platforms.formats import format_of, format_option, limits_of
from apps.platforms.validation import max_media, max_text, problems
from tests.platforms.drafts import document, draft, picture, video

FEED = Format("feed", "Post")
REEL = Format("reel", "Reel", {"media_types": ["video/mp4"], "min_media": 1, "max_media": 1, "max_videos": 1})
STORY = Format("story", "Story", {"max_text": 0, "min_media": 1, "max_media": 1, "max_videos": 1})
FORMATS = (FEED, REEL, STORY)
STUDIO = Capabilities(
    max_text=100,
    counting=Counting.CODE_POINTS,
    max_media=4,
    media_types=frozenset({"image/jpeg", "video/mp4"}),
    max_video_bytes=1_000_000,
    min_video_seconds=3,
    max_video_seconds=60,
    min_video_aspect=0.5,
    max_video_aspect=1.0,
    formats=FORMATS,
    options=(
        format_option(FORMATS),
        Option("title", "Title", required=True, formats=("reel",), max_length=10),
        Option("poll", "Choices", kind=OptionKind.LINES, formats=("feed",), min_lines=2, max_lines=4, max_length=25),
        Option("ends", "End", kind=OptionKind.MOMENT, formats=("feed",)),
        Option("shop", "Shop", kind=OptionKind.URL, formats=("feed",)),
        Option("age", "Age", kind=OptionKind.NUMBER, formats=("feed",)),
    ),
)


def codes(written, can=STUDIO) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in problems(written, can, label="Studio")]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (draft("Words"), "feed"),
        (draft("Words", picture()), "feed"),
        (draft("Words", video()), "reel"),
        (draft("Words", picture(), video()), "feed"),
        (draft("Words", picture(), options={"format": "story"}), "story"),
    ],
)
def test_the_format_is_the_chosen_one_or_follows_from_the_media(written, name):
    found = format_of(written, STUDIO)
    assert found is not None
    assert found.name == name


def test_where_no_format_takes_all_the_media_the_one_that_takes_most_is_meant():
    gallery = Format("gallery", "Gallery", {"max_media": 4})
    can = replace(STUDIO, formats=(Format("text", "Text", {"max_media": 0}), gallery))

    found = format_of(draft("Words", picture(), picture(), document()), can)

    assert found == gallery


def test_a_comment_has_no_format():
    assert format_of(draft("First!", role=Role.FIRST_COMMENT), STUDIO) is None


def test_the_limits_are_those_of_the_format():
    written = draft("", picture(), options={"format": "story"})
    assert limits_of(written, STUDIO).max_text == max_text(written, STUDIO) == 0
    assert max_media(written, STUDIO) == 1
    assert max_media(draft("Words"), STUDIO) == 4


def test_a_format_that_the_platform_does_not_have_is_named():
    assert ("options.format", "unknown_choice") in codes(draft("Words", options={"format": "hologram"}))


def test_options_of_another_format_are_not_asked_for():
    assert codes(draft("Words")) == []
    assert codes(draft("Words", video())) == [("options.title", "required")]
    assert codes(draft("Words", video(), options={"title": "Much too long"})) == [("options.title", "too_long")]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("poll", "Tea", "line_count"),
        ("poll", "Tea\nCoffee", None),
        ("poll", "Tea\n\nCoffee\n", None),
        ("poll", f"Tea\n{'x' * 26}", "line_too_long"),
        ("poll", "\n".join("abcde"), "line_count"),
        ("ends", "2026-12-01T10:00+01:00", None),
        ("ends", "2026-12-01T10:00", "no_moment"),
        ("ends", "tomorrow", "no_moment"),
        ("shop", "https://shop.example", None),
        ("shop", "shop.example", "no_address"),
        ("age", "18", None),
        ("age", "eighteen", "no_number"),
    ],
)
def test_the_value_of_an_option_is_of_its_kind(name, value, code):
    expected = [(f"options.{name}", code)] if code else []
    assert codes(draft("Words", options={name: value})) == expected


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (video(filling=1_100_000), "media_too_large"),
        (video(seconds=61.0), "video_too_long"),
        (video(seconds=2.0), "video_too_short"),
        (video(width=1920, height=1080), "too_wide"),
        (video(width=400, height=1000), "too_tall"),
        (video(), None),
    ],
)
def test_a_video_is_measured_by_the_limits_for_videos(file, code):
    expected = [("media.0", code)] if code else []
    assert codes(draft("Words", file, options={"title": "Waves"})) == expected


def test_pictures_and_videos_are_not_mixed_unless_the_platform_mixes_them():
    mixed = draft("Words", picture(), video())
    both = replace(STUDIO, formats=(), options=(), max_videos=2)
    assert codes(mixed, both) == [("media", "mixed_media")]
    assert codes(mixed, replace(both, mixes_media=True)) == []
    assert codes(draft("W", video(), video("b"), video("c")), both) == [("media", "too_many_videos")]


def test_documents_have_a_limit_of_their_own():
    papers = replace(STUDIO, formats=(), options=(), media_types=frozenset({"application/pdf"}), max_document_bytes=100)
    assert codes(draft("Words", document()), papers) == [("media.0", "media_too_large")]


def test_a_link_of_its_own_is_for_platforms_that_show_cards():
    linked = draft("Words", link="https://example.org")
    assert codes(linked) == [("link", "no_link")]
    assert codes(linked, replace(STUDIO, links=True)) == []
    assert codes(draft("Words", link="example.org"), replace(STUDIO, links=True)) == [("link", "no_address")]


def test_a_cover_is_for_platforms_that_take_one():
    covered = draft("Words", video(), cover=picture(), options={"title": "Waves"})
    assert codes(covered) == [("cover", "no_cover")]
    assert codes(covered, replace(STUDIO, covers=True)) == []
