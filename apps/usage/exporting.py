"""Rows for spreadsheets, in which a name that begins like a formula stays a name."""

from __future__ import annotations

from typing import Final

from apps.usage.selectors import Invoiced

COLUMNS: Final = ("month", "workspace", "external_ref", "workspace_id", "meter", "amount")
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def safe_row(line: Invoiced) -> list[str]:
    return [
        line.month,
        _safe(line.workspace),
        _safe(line.external_ref),
        str(line.workspace_id),
        line.meter,
        str(line.amount),
    ]


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULAS) else text
