"""What becomes of a row whose worker died: back in line if nothing was sent, looked for if something may have been."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from apps.core import tenancy
from apps.publishing.engine import ledger
from apps.publishing.engine.timing import looked_for_at
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.publishing.states import Outcome, State

logger = logging.getLogger(__name__)

AT_ONCE: Final = 200
# A row that takes its worker down every time must not take all workers down for ever.
MOST_DEATHS: Final = 12
DEATHS_WITHIN: Final = timedelta(hours=1)
DEADLY: Final = (
    "Sending this stopped the worker again and again. Postroom has stopped trying; its operator can see why."
)
MAY_BE_OUT: Final = "The worker stopped while this was being sent. Postroom looks for the post before it acts again."


def expire(*, now: datetime) -> int:
    """Free the rows whose lease is over, and return how many there were. Safe to call at any time, by anybody."""
    freed = 0
    for model in (Publication, FollowUp):
        with tenancy.across_tenants("find claims whose worker is gone"):
            rows = list(model.across_tenants.expired(now).order_by("lease_until")[:AT_ONCE])
        freed += sum(_free(row, now) for row in rows)
    return freed


def _free(row: Publication | FollowUp, now: datetime) -> bool:
    with tenancy.scope(organization_id=row.organization_id, workspace_ids={row.workspace_id}), transaction.atomic():
        mine = type(row).objects.filter(pk=row.pk, fence=row.fence).expired(now)
        search_at = looked_for_at(now)
        changes = {"problem": Outcome.UNCERTAIN.value, "problem_words": MAY_BE_OUT, "searches_made": 0}
        freed = mine.filter(intent_at__isnull=False).update(
            state=State.UNCERTAIN, next_try_at=search_at, updated_at=now, **changes
        ) or _give_up_deadly(row, now) or mine.filter(intent_at=None).update(
            state=State.SCHEDULED, next_try_at=now, updated_at=now
        )  # fmt: skip
        if freed:
            ledger.close_abandoned([row], now=now)
            logger.warning("The lease of %s %s (fence %s) ran out", row._meta.verbose_name, row.pk, row.fence)
        return bool(freed)


def _give_up_deadly(row: Publication | FollowUp, now: datetime) -> int:
    about = {"follow_up": row} if isinstance(row, FollowUp) else {"publication": row, "follow_up": None}
    deaths = Attempt.objects.filter(outcome=Outcome.ABANDONED, started_at__gte=now - DEATHS_WITHIN, **about).count()
    if deaths < MOST_DEATHS:
        return 0
    mine = type(row).objects.filter(pk=row.pk, fence=row.fence).expired(now)
    changes = {"problem": Outcome.ABANDONED.value, "problem_words": DEADLY}
    return mine.filter(intent_at=None).update(state=State.FAILED, updated_at=now, **changes)
