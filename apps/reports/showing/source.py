"""The frozen data that every section is read from, and what several of them say alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from apps.platforms import registry


@dataclass(frozen=True, slots=True)
class Source:
    """`accounts` are those of the data by id, `zone` is its time zone; `pictures` are addresses by name."""

    data: Mapping[str, Any]
    pictures: Mapping[str, str]
    zone: str
    accounts: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, data: Mapping[str, Any], pictures: Mapping[str, str]) -> Source:
        return cls(data, pictures, str(data["timezone"]), {one["id"]: one for one in data["accounts"]})

    def named(self, account_id: str) -> str:
        account = self.accounts[account_id]
        return f"{registry.label(account['platform'])} @{account['handle'].removeprefix('@')}"


def days(span: Mapping[str, str]) -> tuple[date, date]:
    return date.fromisoformat(span["first"]), date.fromisoformat(span["last"])


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
