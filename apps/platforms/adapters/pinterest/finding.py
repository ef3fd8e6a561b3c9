"""Looking for a Pin whose answer was lost, on its board and among all of the account's.

Nothing but its words, its place and its time tell a Pin from others. That there is none is certain only when both lists
were read back to before it was sent. They come newest first in practice, which is not documented: where they do not,
only their end is the end. Pinterest may write a link in another way, so that what is merely alike is left to a person.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.pinterest import abilities, boards, content, permits, publishing
from apps.platforms.adapters.pinterest.boards import Place
from apps.platforms.adapters.pinterest.line import Line, Page, is_id, text_in
from apps.platforms.calls import Call
from apps.platforms.contract import Finding, Trace, Verdict

MARGIN: Final = timedelta(seconds=60)
LONGEST_SKEW: Final = timedelta(minutes=10)  # a difference of clocks beyond this is not believed
SETTLED: Final = timedelta(minutes=3)  # until then Pinterest may still be fetching the pictures
PAGE, MAX_PAGES = "100", 3


class Likeness(StrEnum):
    SAME = "same"
    UNLIKE = "unlike"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class _Listing:
    """What a list came to: Pins that equal the lost one by id, how many could be it, whether all of it was read."""

    what: str
    same: dict[str, dict[str, Any]]
    doubtful: frozenset[str]
    seen: int
    is_complete: bool

    @property
    def words(self) -> str:
        extent = "all" if self.is_complete else "the newest"
        return (
            f"{self.what}: {extent} {self.seen} since then compared, {len(self.same)} equal this one, "
            f"{len(self.doubtful)} could be it"
        )


def find(line: Line, trace: Trace) -> Finding:
    place = boards.place_of(trace.draft)
    on_board = _read(line, trace, place, permits.BOARD_PINS, "the board")
    of_account = _read(line, trace, place, permits.PINS, "the account's Pins")
    looked = (on_board.words, of_account.words)
    same, doubtful = {**of_account.same, **on_board.same}, on_board.doubtful | of_account.doubtful
    if len(same) == 1 and not doubtful:
        (pin,) = same.values()
        return Finding(Verdict.FOUND, publishing.receipt_of(line, pin), looked)
    is_settled = trace.quiet_for(line.clock()) >= SETTLED
    if not same and not doubtful and is_settled and on_board.is_complete and of_account.is_complete:
        return Finding(Verdict.ABSENT, None, looked)
    return Finding(Verdict.UNCLEAR, None, looked)


# --- the lists --------------------------------------------------------------------------------------------------------


def _read(line: Line, trace: Trace, place: Place, call: Call, what: str) -> _Listing:
    same: dict[str, dict[str, Any]] = {}
    doubtful: set[str] = set()
    seen, is_complete = 0, False
    for page, since, is_complete in _stretches(line, trace, place, call):  # noqa: B007 - the last one counts
        for pin in page.items:
            seen += 1
            remote_id = text_in(pin, "id")
            if remote_id in trace.known_remote_ids:
                continue
            likeness = _likeness(pin, trace, place, since)
            if likeness is Likeness.SAME:
                same[remote_id] = pin
            elif likeness is Likeness.DOUBTFUL:
                doubtful.add(remote_id)
    return _Listing(what, same, frozenset(doubtful), seen, is_complete)


def _stretches(line: Line, trace: Trace, place: Place, call: Call) -> Iterator[tuple[Page, datetime, bool]]:
    """Pages, each with the time from which on a Pin may be ours by Pinterest's clock, and whether it is far enough."""
    newest = None
    for page in line.pages(call, id=place.board, most=MAX_PAGES, page_size=PAGE):
        skew = wire.server_skew(page.answer.headers, now=line.clock())
        since = trace.sent_at - MARGIN + max(min(skew, timedelta(0)), -LONGEST_SKEW)
        times = [wire.instant(pin.get("created_at")) for pin in page.items]
        dated = [*([newest] if newest else []), *(at for at in times if at is not None)]
        is_sorted = None not in times and dated == sorted(dated, reverse=True)
        reaches_back = bool(times) and is_sorted and dated[-1] < since
        yield page, since, reaches_back or not page.bookmark
        if reaches_back:
            return
        newest = dated[-1] if dated else newest


# --- comparing --------------------------------------------------------------------------------------------------------


def _likeness(pin: dict[str, Any], trace: Trace, place: Place, since: datetime) -> Likeness:
    at = wire.instant(pin.get("created_at"))
    if (at is not None and at < since) or pin.get("is_owner") is False:
        return Likeness.UNLIKE
    ours = content.texts(trace.draft)
    if _plain(pin.get("title")) != _plain(ours["title"]) or _plain(pin.get("description")) != _plain(trace.draft.text):
        return Likeness.UNLIKE
    alike = (
        at is not None,
        bool(any(ours.values()) or trace.draft.link),  # without a word it is like any other without one
        is_id(text_in(pin, "id")),
        _plain(pin.get("alt_text")) == _plain(ours["alt_text"]),
        _address(pin.get("link")) == _address(trace.draft.link),
        Place(text_in(pin, "board_id"), text_in(pin, "board_section_id")) == place,
        text_in(pin, "creative_type") == abilities.CREATIVE_TYPES[abilities.kind_of(trace.draft)],
    )
    return Likeness.SAME if all(alike) else Likeness.DOUBTFUL


def _plain(text: object) -> str:
    return " ".join(unicodedata.normalize("NFC", text if isinstance(text, str) else "").split())


def _address(link: object) -> str:
    return _plain(link).rstrip("/")
