from __future__ import annotations

import pytest

from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.option_looks import option_choices, option_entry, option_note

STUDIO = Capabilities(
    max_text=100, counting=Counting.CODE_POINTS, formats=(Format("feed", "Post"), Format("reel", "Reel"))
)


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        (OptionKind.TEXT, "text"),
        (OptionKind.LONG_TEXT, "lines"),
        (OptionKind.LINES, "lines"),
        (OptionKind.URL, "url"),
        (OptionKind.NUMBER, "number"),
        (OptionKind.MOMENT, "text"),
    ],
)
def test_each_kind_has_its_own_way_of_being_entered(kind, entry):
    assert option_entry(Option("one", "One", kind=kind)) == entry


def test_a_switch_is_a_choice_between_no_and_yes():
    assert option_choices(Option("paid", "Paid", kind=OptionKind.SWITCH)) == (("", "No"), ("yes", "Yes"))


def test_a_note_says_which_formats_an_option_is_for_and_how_it_is_written():
    assert option_note(Option("title", "Title"), STUDIO) == ""
    assert option_note(Option("title", "Title", formats=("reel",)), STUDIO) == "for Reel"
    poll = Option("poll", "Choices", kind=OptionKind.LINES, formats=("feed",))
    assert option_note(poll, STUDIO) == "for Post; one on each line"


def test_what_lives_at_the_platform_is_chosen_from_what_it_named():
    board = Option("board", "Board", kind=OptionKind.REMOTE)
    assert option_choices(board) == (("", "Choose board"),)
    assert option_choices(board, {"board": [["7", "Garden"]]}) == (("", "Choose board"), ("7", "Garden"))
