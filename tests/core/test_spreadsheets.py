"""Whatever file it is in, a text that begins like a formula is text to a spreadsheet."""

from __future__ import annotations

from uuid import UUID

import pytest

from apps.analytics import exporting as figures
from apps.approvals.log import exporting as log
from apps.core.spreadsheets import safe_text
from apps.reports import sheets
from apps.usage import exporting as usage
from apps.usage.selectors import Invoiced

EVIL = (
    "=1+1", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u3000=1", "\u200b=1", "\ufeff=1",
    "＝1", "＋1", "－1", "＠SUM(A1)", " ＝1",
)  # fmt: skip
PLAIN = ("", "Rye", "a=1", "1-2", "'=1", "5", " a")


def _invoiced(text: str) -> str:
    return usage.safe_row(Invoiced("2026-11", text, "", UUID(int=0), "posts", 1))[1]


CELLS = {
    "core": safe_text, "reports": sheets.safe, "analytics": figures._cell, "approvals": log._cell, "usage": _invoiced,
}  # fmt: skip


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_no_text_is_a_formula(cell):
    assert [cell(text) for text in EVIL] == [f"'{text}" for text in EVIL]
    assert [cell(text) for text in PLAIN] == list(PLAIN)


def test_numbers_stay_numbers():
    assert sheets.safe(-2) == -2
    assert figures._cell(-2) == "-2"
