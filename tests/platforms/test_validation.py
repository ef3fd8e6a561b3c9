from __future__ import annotations

import dataclasses

import pytest

from apps.platforms.capabilities import Capabilities, Counting, Option
from apps.platforms.contract import Role
from apps.platforms.formats import with_limits
from apps.platforms.validation import Problem, post_problems, problems, text_length
from tests.platforms.drafts import draft, picture

PAPER = Capabilities(
    max_text=20,
    counting=Counting.MASTODON,
    max_media=2,
    media_types=frozenset({"image/jpeg", "image/png"}),
    max_image_bytes=1_000_000,
    max_image_pixels=4_000_000,
    min_aspect=0.8,
    max_aspect=1.91,
    max_alt=30,
    max_hashtags=2,
    max_mentions=1,
    first_comment=True,
    threads=True,
    max_comment=5,
    max_comment_media=0,
    options=(
        Option("audience", "Audience", choices=(("all", "Everybody"), ("friends", "Friends")), default="all"),
        Option("warning", "Content warning", counts_in_text=True),
    ),
)


def codes(written, capabilities=PAPER):
    return {(problem.field, problem.code) for problem in problems(written, capabilities, label="Paper")}


def test_a_draft_within_all_limits_has_no_problem():
    assert problems(draft("Good morning", picture(alt="A sunrise")), PAPER, label="Paper") == []


def test_a_long_text_says_how_much_is_too_much():
    assert problems(draft("x" * 23), PAPER, label="Paper") == [
        Problem("text", "too_long", "Paper takes at most 20 characters; this text has 23, 3 too many.")
    ]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (draft("x" * 21), ("text", "too_long")),
        (draft("x" * 15, options={"warning": "spider"}), ("text", "too_long")),
        (draft("  \n"), ("text", "empty")),
        (draft("#a #b #c"), ("text", "too_many_hashtags")),
        (draft("@a @b"), ("text", "too_many_mentions")),
        (draft("a", picture(), picture(), picture()), ("media", "too_many_media")),
        (draft("a", picture(), picture(mime_type="image/gif")), ("media.1", "media_type")),
        (draft("a", picture(size=1_000_001)), ("media.0", "media_too_large")),
        (draft("a", picture(width=2001, height=2000)), ("media.0", "too_many_pixels")),
        (draft("a", picture(width=79, height=100)), ("media.0", "too_tall")),
        (draft("a", picture(width=192, height=100)), ("media.0", "too_wide")),
        (draft("a", picture(alt="x" * 31)), ("media.0.alt", "alt_too_long")),
        (draft("a", options={"audience": "enemies"}), ("options.audience", "unknown_choice")),
        (draft("x" * 6, role=Role.FIRST_COMMENT), ("text", "too_long")),
        (draft("x", picture(), role=Role.FIRST_COMMENT), ("media", "too_many_media")),
    ],
)
def test_each_limit_is_checked_and_named_by_field(written, problem):
    assert codes(written) == {problem}


@pytest.mark.parametrize(
    ("changes", "written", "problem"),
    [
        ({"min_media": 1}, draft("a"), ("media", "too_few_media")),
        ({"min_media": 1}, draft(""), ("media", "too_few_media")),
        ({"text_required": True}, draft("", picture()), ("text", "text_required")),
        ({"max_text_bytes": 4}, draft("ééé"), ("text", "too_many_bytes")),
        ({"first_comment": False}, draft("a", role=Role.FIRST_COMMENT), ("role", "no_first_comment")),
        ({"threads": False}, draft("a", role=Role.REPLY), ("role", "no_threads")),
        ({"options": (Option("board", "Board", required=True),)}, draft("a"), ("options.board", "required")),
    ],
)
def test_a_platform_with_other_rules_finds_other_problems(changes, written, problem):
    assert codes(written, dataclasses.replace(PAPER, **changes)) == {problem}


def test_a_reply_needs_no_picture_where_a_post_does():
    pictured = dataclasses.replace(PAPER, min_media=1)
    assert codes(draft("a", role=Role.REPLY), pictured) == set()


def test_the_problems_of_a_post_name_their_part():
    found = post_problems([draft("a"), draft("x" * 21, role=Role.REPLY)], PAPER, label="Paper")
    assert [(position, problem.code) for position, problem in found] == [(1, "too_long")]


def test_limits_of_the_accounts_own_server_come_first():
    roomy = with_limits(PAPER, {"max_text": 5000, "counting": "code_points", "media_types": ["image/webp"], "odd": 1})
    assert (roomy.max_text, roomy.counting, roomy.media_types) == (5000, Counting.CODE_POINTS, {"image/webp"})
    assert roomy.options == PAPER.options
    assert problems(draft("x" * 21), roomy, label="Paper") == []


def test_the_counter_of_the_composer_uses_the_same_ruler():
    assert text_length(draft("hi", options={"warning": "News", "audience": "all"}), PAPER) == 6


@pytest.mark.parametrize(
    ("changes", "written", "problem"),
    [
        ({"max_comment_media": 1}, draft("x", picture(), picture()), ("media", "too_many_media")),
        ({}, draft("x", picture(mime_type="image/png")), ("media.0", "media_type")),
        ({}, draft("x", picture(mime_type="video/mp4")), ("media.0", "media_type")),
        ({"comment_text_required": True}, draft("", picture()), ("text", "text_required")),
        ({"max_comment_media": 0}, draft("x", picture()), ("media", "too_many_media")),
    ],
)
def test_a_comment_takes_its_own_files(changes, written, problem):
    below = {"max_comment_media": None, "comment_media_types": frozenset({"image/jpeg"}), "max_videos": 1, **changes}
    can = dataclasses.replace(PAPER, text_required=True, **below)
    comment = dataclasses.replace(written, role=Role.FIRST_COMMENT)

    assert codes(comment, can) == {problem}
    assert codes(draft("x", picture(), role=Role.FIRST_COMMENT), dataclasses.replace(can, max_comment_media=1)) == set()


def test_a_picture_alone_is_a_comment_where_posts_need_a_text():
    can = dataclasses.replace(PAPER, text_required=True, max_comment_media=1)

    assert codes(draft("", picture(), role=Role.FIRST_COMMENT), can) == set()
