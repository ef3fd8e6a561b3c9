"""The months that snapshots lie in: made ahead, and given up when the deployment keeps no more."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.conf import settings

from apps.analytics.models import AccountDay, AccountSnapshot, PostTotal, PublicationSnapshot
from apps.analytics.partitioning import drop_months, make_months
from apps.core import tenancy

AHEAD: Final = 3
WHY: Final = "figures that are older than the deployment keeps"


def keep_months(*, today: date) -> None:
    """Make the months of the near future; drop those that are older than `ANALYTICS_KEEP_MONTHS` (0: none are)."""
    make_months(today, month_from(today, AHEAD))
    if settings.ANALYTICS_KEEP_MONTHS:
        forget_before(month_from(today, -settings.ANALYTICS_KEEP_MONTHS))


def forget_before(first: date) -> None:
    """Delete the figures of days, and of posts that went out, before `first`, which begins a month."""
    drop_months(first)
    begin = datetime.combine(first, time(), UTC)
    days: dict[str, Any] = {"day__lt": first}
    posts: dict[str, Any] = {"published_at__lt": begin}
    with tenancy.across_tenants(WHY):
        # What lies in no month of its own goes row by row; so does all of it where there are no months.
        for model, old in (
            (AccountSnapshot, days),
            (PublicationSnapshot, posts),
            (AccountDay, days),
            (PostTotal, posts),
        ):
            model.across_tenants.filter(**old).delete()


def month_from(day: date, months: int) -> date:
    """The first of the month that is so many after that of `day`."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
