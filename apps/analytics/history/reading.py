"""A file of figures, read whole before anything of it is kept: each fault is named by its row and its column.

The first row names the columns, in any order. A cell that is empty is a figure that was not told, and no nought. Rows
are counted as a spreadsheet shows them: the names are row 1.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from apps.analytics.metrics import COLUMNS, MOST
from apps.platforms.insights import Metric

ACCOUNTS, POSTS = "accounts", "posts"
KEYS: Final[Mapping[str, tuple[str, ...]]] = {ACCOUNTS: ("day",), POSTS: ("post", "day")}
TEXTS: Final[Mapping[str, tuple[str, ...]]] = {ACCOUNTS: (), POSTS: ("published", "text")}
LONGEST: Final = {"post": 500, "text": 10_000}
EARLIEST: Final = date(2000, 1, 1)
DECIMALS: Final = frozenset({Metric.WATCH_SECONDS.value})
_WHOLE: Final = re.compile(r"\d{1,19}")
_DECIMAL: Final = re.compile(r"\d{1,15}(?:\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a cell; `column` is empty where it is the whole row, and `row` 0 where it is the file."""

    row: int
    column: str
    words: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file says, as values that JSON keeps; or why it cannot be kept, and then nothing of it is."""

    rows: Sequence[Mapping[str, Any]]
    mistakes: Sequence[Mistake]


def columns_of(kind: str) -> tuple[str, ...]:
    return (*KEYS[kind], *TEXTS[kind], *COLUMNS)


def template(kind: str) -> str:
    """A file to fill in."""
    out = io.StringIO()
    csv.writer(out).writerow(columns_of(kind))
    return out.getvalue()


def read(content: bytes, kind: str, *, until: date, most: int) -> Sheet:
    """Read a file of `kind`, with days up to `until` and up to `most` rows."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _nothing("Save the file as CSV in UTF-8.")
    if "\0" in text:
        return _nothing("This is no CSV file.")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        names = [name.strip().casefold() for name in next(lines, [])]
        if mistakes := list(_in_names(names, kind)):
            return Sheet((), mistakes)
        return _body(lines, names, kind, until=until, most=most)
    except csv.Error as error:
        return Sheet((), [Mistake(lines.line_num, "", f"This row cannot be read: {error}.")])


def _nothing(words: str) -> Sheet:
    return Sheet((), [Mistake(0, "", words)])


def _delimiter(text: str) -> str:
    """What stands between the names: spreadsheets of many countries write a semicolon."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _in_names(names: Sequence[str], kind: str) -> Iterator[Mistake]:
    known = columns_of(kind)
    for name in KEYS[kind]:
        if name not in names:
            yield Mistake(1, name, "This column is missing.")
    for place, name in enumerate(names):
        if name not in known:
            yield Mistake(1, name[:60], "There is no such column. Take the names from the template.")
        elif name in names[:place]:
            yield Mistake(1, name, "This column is there twice.")
    if not set(names) & set(COLUMNS):
        yield Mistake(1, "", "No column has figures.")


def _body(lines: Any, names: Sequence[str], kind: str, *, until: date, most: int) -> Sheet:
    rows: list[Mapping[str, Any]] = []
    mistakes: list[Mistake] = []
    seen: dict[tuple[Any, ...], int] = {}
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= most:
            mistakes.append(Mistake(number, "", f"A file has up to {most:,} rows. Part it in two."))
            break
        row, wrong = _row(number, cells, names, kind, until)
        key = tuple(row.get(name) for name in KEYS[kind])
        if not wrong and key in seen:
            wrong = [Mistake(number, KEYS[kind][-1], f"Row {seen[key]} is about the same.")]
        seen.setdefault(key, number)
        mistakes += wrong
        rows.append(row)
    if not rows and not mistakes:
        return _nothing("The file has no rows.")
    return Sheet(() if mistakes else rows, mistakes)


def _row(
    number: int, cells: Sequence[str], names: Sequence[str], kind: str, until: date
) -> tuple[dict[str, Any], list[Mistake]]:
    if len(cells) > len(names):
        return {}, [Mistake(number, "", f"It has {len(cells)} cells under {len(names)} names.")]
    row: dict[str, Any] = {}
    wrong = []
    for name, cell in zip(names, [*cells, *[""] * (len(names) - len(cells))], strict=True):
        try:
            value = _value(name, cell.strip(), is_key=name in KEYS[kind], until=until)
        except ValueError as error:
            wrong.append(Mistake(number, name, str(error)))
            continue
        if value is not None:
            row[name] = value
    if not wrong and not set(row) & set(COLUMNS):
        wrong.append(Mistake(number, "", "It has no figure."))
    return row, wrong


def _value(name: str, text: str, *, is_key: bool, until: date) -> Any:
    """What a cell says; None where it is empty. Raises ValueError in words for whoever wrote it."""
    if not text:
        if is_key:
            raise ValueError("It is empty.")
        return None
    if name in ("day", "published"):
        return _day(text, until)
    if name in LONGEST:
        if len(text) > LONGEST[name]:
            raise ValueError(f"It has more than {LONGEST[name]:,} characters.")
        return text
    if not (_DECIMAL if name in DECIMALS else _WHOLE).fullmatch(text) or float(text) > MOST:
        raise ValueError("Write a number in digits alone, such as 1204.")
    return float(text) if name in DECIMALS else int(text)


def _day(text: str, until: date) -> str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ValueError("Write the day as 2026-11-30.") from None
    if len(text) != 10 or found < EARLIEST:
        raise ValueError("Write the day as 2026-11-30, from the year 2000 on.")
    if found > until:
        raise ValueError(f"It is after {until.isoformat()}, the last day that is over there.")
    return text
