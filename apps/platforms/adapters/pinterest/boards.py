"""The boards of an account, and their sections: what a Pin is put on.

https://developers.pinterest.com/docs/api/v5/boards-list. Boards of a group are among them, and boards for advertising,
which take no Pins of ours. A section is chosen as "board/section", so that it never goes to another board.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from apps.platforms.adapters.pinterest import permits
from apps.platforms.adapters.pinterest.line import Line, is_id, text_in
from apps.platforms.contract import Draft
from apps.platforms.errors import MissingPermission, NotSent, Rejected

PAGE: Final = "250"
MAX_PAGES: Final = 8
MAX_BOARDS_WITH_SECTIONS: Final = 100  # each of them is a request


@dataclass(frozen=True, slots=True)
class Place:
    """Where a Pin goes; `section` "" is the board itself."""

    board: str
    section: str = ""

    @property
    def fields(self) -> dict[str, str]:
        return {"board_id": self.board} | ({"board_section_id": self.section} if self.section else {})


def place_of(draft: Draft) -> Place:
    """Raises Rejected where no board is chosen, or a section of another one."""
    board = draft.options.get("board", "")
    of_board, slash, section = draft.options.get("section", "").rpartition("/")
    if not is_id(board):
        raise Rejected("Choose the board that this goes to on Pinterest.", field="options.board")
    if section and ((slash and of_board != board) or not is_id(section)):
        raise Rejected("This section is on another board: choose one of this board.", field="options.section")
    return Place(board, section)


def check(line: Line, place: Place) -> None:
    """Look the board up before the hour, so that one that is gone is told in time; raises Rejected."""
    is_whole = False
    for page in line.pages(permits.BOARDS, most=MAX_PAGES, page_size=PAGE):
        is_whole = not page.bookmark
        board = next((one for one in page.items if text_in(one, "id") == place.board), None)
        if board is None:
            continue
        if board.get("is_ads_only") is True:
            raise Rejected("This board is for advertising only: choose another one.", field="options.board")
        if place.section and place.section not in dict(_sections(line, place.board)):
            raise Rejected("This section is no longer on the board: choose another one.", field="options.section")
        return
    if is_whole:
        raise Rejected("This board is no longer there: choose another one.", field="options.board")


def board_choices(line: Line) -> tuple[tuple[str, str], ...]:
    """(id, name) of the boards that the account may pin to; secret ones where the consent covers them."""
    return tuple((text_in(one, "id"), _name(one)) for one in _usable(line))


def section_choices(line: Line) -> tuple[tuple[str, str], ...]:
    """("board/section", names of both); a board whose sections cannot be read has none."""
    found: list[tuple[str, str]] = []
    for board in _usable(line)[:MAX_BOARDS_WITH_SECTIONS]:
        board_id = text_in(board, "id")
        try:
            found += [(f"{board_id}/{id}", f"{_name(board)}: {name}") for id, name in _sections(line, board_id)]
        except (NotSent, Rejected, MissingPermission):
            continue
    return tuple(found)


def _usable(line: Line) -> list[dict[str, Any]]:
    held = line.credential.scopes if line.credential else ()
    may_be_secret = not held or permits.SECRET_WRITE in held
    return [
        board
        for page in line.pages(permits.BOARDS, most=MAX_PAGES, page_size=PAGE)
        for board in page.items
        if is_id(text_in(board, "id"))
        and board.get("is_ads_only") is not True
        and (may_be_secret or text_in(board, "privacy") != "SECRET")
    ]


def _sections(line: Line, board_id: str) -> Iterator[tuple[str, str]]:
    for page in line.pages(permits.SECTIONS, id=board_id, most=MAX_PAGES, page_size=PAGE):
        for one in page.items:
            if is_id(text_in(one, "id")):
                yield text_in(one, "id"), text_in(one, "name") or text_in(one, "id")


def _name(board: dict[str, Any]) -> str:
    return text_in(board, "name") or text_in(board, "id")
