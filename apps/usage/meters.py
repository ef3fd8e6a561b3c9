"""What is counted, and for whom: each meter's counters, as data that booking, pages and the gate read alike.

Months and days are the calendar's in the organization's own time zone. What is planned counts where it is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final

from django.db import models


class Meter(models.TextChoices):
    PUBLICATIONS = "publications", "Publications"
    IMPORTS = "imports", "Imports"


class Limit(models.TextChoices):
    """What a plan limits at any moment, rather than by month or day. The value is the plan's field."""

    WORKSPACES = "workspaces", "workspaces"
    ACCOUNTS = "accounts", "connected accounts"
    SEATS = "seats", "members"
    STORAGE = "storage_bytes", "bytes for the files of each workspace"
    WEBHOOKS = "webhooks", "webhook endpoints"
    KEYS = "keys", "API keys"


class Span(Enum):
    MONTH = "month"
    DAY = "day"

    def period(self, day: date) -> str:
        """How a counter names the month or day: 2026-11, 2026-11-30."""
        return f"{day:%Y-%m}" if self is Span.MONTH else day.isoformat()

    def first(self, day: date) -> date:
        return day.replace(day=1) if self is Span.MONTH else day

    def resets_on(self, day: date) -> date:
        """The first day that is not in it any more."""
        if self is Span.DAY:
            return day + timedelta(days=1)
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


class Whose(Enum):
    ORGANIZATION = "organization"
    WORKSPACE = "workspace"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Counter:
    """One number that a meter keeps: for each organization, workspace or account, by month or by day."""

    whose: Whose
    span: Span


_BY_MONTH: Final = (Counter(Whose.ORGANIZATION, Span.MONTH), Counter(Whose.WORKSPACE, Span.MONTH))
COUNTERS: Final[Mapping[Meter, tuple[Counter, ...]]] = {
    Meter.PUBLICATIONS: (*_BY_MONTH, Counter(Whose.ACCOUNT, Span.DAY)),
    Meter.IMPORTS: (*_BY_MONTH, Counter(Whose.ACCOUNT, Span.MONTH)),
}
