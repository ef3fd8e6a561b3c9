"""What becomes of a row whose worker died: back in line if nothing was sent, looked for if something may have been."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from apps.core import tenancy
from apps.publishing.engine import ledger
from apps.publishing.engine.rows import tell_of
from apps.publishing.engine.timing import looked_for_at
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.publishing.querysets import SendingQuerySet
from apps.publishing.states import Outcome, State

logger = logging.getLogger(__name__)

AT_ONCE: Final = 200
# A row that takes its worker down every time must not take all workers down for ever. A death is noticed when its lease
# is over, so that many of them take as many leases.
MOST_DEATHS: Final = 12
LEASES_LOOKED_BACK: Final = 2 * MOST_DEATHS
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
        # A worker that stands still in the middle of writing holds its row: the others do not wait for it.
        is_at_hand = bool(_mine(row, now).skipping_locked().values_list("pk", flat=True))
        freed = is_at_hand and (_look_for(row, now) or _give_up_deadly(row, now) or _put_back(row, now))
        if freed:
            ledger.close_abandoned([row], now=now)
            logger.warning("The lease of %s %s (fence %s) ran out", row._meta.verbose_name, row.pk, row.fence)
        return freed


def _look_for(row: Publication | FollowUp, now: datetime) -> bool:
    changes = {"state": State.UNCERTAIN, "next_try_at": looked_for_at(now), "searches_made": 0, "updated_at": now}
    return _end(row, now, was_sent=True, problem=Outcome.UNCERTAIN.value, problem_words=MAY_BE_OUT, **changes)


def _give_up_deadly(row: Publication | FollowUp, now: datetime) -> bool:
    about = {"follow_up": row} if isinstance(row, FollowUp) else {"publication": row, "follow_up": None}
    since = now - LEASES_LOOKED_BACK * settings.PUBLISH_LEASE
    deaths = Attempt.objects.filter(outcome=Outcome.ABANDONED, started_at__gte=since, **about).count()
    if deaths < MOST_DEATHS:
        return False
    changes = {"state": State.FAILED, "updated_at": now}
    return _end(row, now, was_sent=False, problem=Outcome.ABANDONED.value, problem_words=DEADLY, **changes)


def _put_back(row: Publication | FollowUp, now: datetime) -> bool:
    # What was being prepared keeps its hour; what was due is due.
    hour = {} if row.state == State.STAGING else {"next_try_at": now}
    changes: dict[str, Any] = {"state": State.SCHEDULED, "updated_at": now, **hour}
    return bool(_mine(row, now).filter(intent_at=None).update(**changes))


def _end(row: Publication | FollowUp, now: datetime, *, was_sent: bool, **changes: Any) -> bool:
    """Move it on, and tell what has become of it."""
    if not _mine(row, now).filter(intent_at__isnull=not was_sent).update(**changes):
        return False
    tell_of(row, changes["state"], problem=changes["problem"], words=changes["problem_words"])
    return True


def _mine(row: Publication | FollowUp, now: datetime) -> SendingQuerySet[Any]:
    """The row, unless somebody else has had it since."""
    rows: SendingQuerySet[Any] = type(row).objects.filter(pk=row.pk, fence=row.fence)
    return rows.expired(now)
