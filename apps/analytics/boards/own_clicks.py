"""Clicks on our own short links, which Postroom counts itself: beside what networks tell, and in no sum with it.

They belong to the day on which somebody followed a link, whenever its post went out. No click is a figure too: what we
count is known, and so 0 is 0. Where there is no such link there is nothing to count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop

from apps.analytics.boards.choosing import EVERYTHING, Choice
from apps.analytics.boards.days import DAY
from apps.analytics.boards.figures import Number
from apps.analytics.selectors import span_of
from apps.core import clock
from apps.links import selectors as links
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace

LABEL: Final = gettext_noop("Clicks on our links")
MEANING: Final = gettext_noop("counted by Postroom as they come; networks count their own apart")


@dataclass(frozen=True, slots=True)
class OwnClicks:
    """By day, as they were counted at `taken_at`; a day that is not there had none."""

    taken_at: datetime
    days: Mapping[date, int] = field(default_factory=dict)

    def number(self, first: date, last: date, *, before: date) -> Number:
        """Of a span, and of as many days that begin at `before`."""
        length = span_of(first, last)
        now, earlier = (self._sum(begin, begin + DAY * (length - 1)) for begin in (first, before))
        return Number(now, length, length, before=earlier, now=now, taken_at=self.taken_at)

    def _sum(self, first: date, last: date) -> int:
        return sum(clicks for day, clicks in self.days.items() if first <= day <= last)

    def between(self, first: date, last: date) -> OwnClicks:
        return OwnClicks(self.taken_at, {day: clicks for day, clicks in self.days.items() if first <= day <= last})

    def and_(self, other: OwnClicks) -> OwnClicks:
        days = {day: self.days.get(day, 0) + other.days.get(day, 0) for day in {*self.days, *other.days}}
        return OwnClicks(max(self.taken_at, other.taken_at), days)


def own_clicks(
    workspaces: Sequence[Workspace], first: date, last: date, *, choice: Choice = EVERYTHING,
    accounts: Sequence[SocialAccount] | None = None,
) -> dict[UUID, OwnClicks]:  # fmt: skip
    """By workspace, where there are short links; one query. `accounts`: of these alone, and so of no link by hand."""
    rows = links.short_links(workspaces)
    if accounts is not None:
        rows = rows.filter(account__in=accounts)
    are_all, now = accounts is None and not choice.is_of_posts, clock.now()
    counted = links.clicks_by_workspace(choice.of_links(rows), of=workspaces, first=first, last=last, are_all=are_all)
    return {workspace_id: OwnClicks(now, days) for workspace_id, days in counted.items()}
