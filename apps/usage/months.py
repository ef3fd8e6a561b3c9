"""Months in addresses: `2026-11`."""

from __future__ import annotations

from typing import Final

from django.urls import register_converter

from apps.core.calendar import Month

PATTERN: Final = "2[0-9]{3}-(?:0[1-9]|1[0-2])"


class MonthConverter:
    regex = PATTERN

    def to_python(self, value: str) -> Month:
        year, month = value.split("-")
        return Month(int(year), int(month))

    def to_url(self, value: Month | str) -> str:
        return str(value)


register_converter(MonthConverter, "month")
