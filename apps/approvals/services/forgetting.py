"""Forgetting guests whom nothing needs any more: what they decided stays in its chain by their id, which names nobody
once the name is gone. Decisions of members are kept in the same way."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.approvals.models import Guest, Request, ReviewedPost, ReviewLink
from apps.approvals.services.linking import forget_guest
from apps.approvals.services.requesting import withdraw
from apps.approvals.states import RequestState
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.core.querysets import within_reach
from apps.publishing.models import Publication
from apps.publishing.states import OPEN, State

logger = logging.getLogger(__name__)
BATCH: Final = 100
PLANNED: Final = OPEN - {State.FAILED}


def forget_old_guests(*, now: datetime, after: timedelta) -> int:
    """Forget the names and addresses of guests whose last link ended so long ago, for nobody says anything without one;
    how many. Nobody is forgotten while a post that they were shown waits for a decision or for its hour, for that would
    take their voice out of what is still open; in an archived workspace nothing waits."""
    since = now - after
    with tenancy.across_tenants("find guests who have been kept for as long as they may be"):
        found = list(_old_guests(since).order_by("id").values_list("organization_id", "workspace_id", "pk"))
    done = 0
    for organization_id, workspace_id, guest_id in found:
        if done == BATCH:
            break
        try:
            with tenancy.scope(organization_id=organization_id, workspace_ids={workspace_id}):
                done += _forget(guest_id, since)
        except Exception:  # Whatever is wrong with one, the others are forgotten.
            logger.exception("Guest %s could not be forgotten", guest_id)
    return done


@transaction.atomic
def _forget(guest_id: UUID, since: datetime) -> bool:
    """Unless they were invited anew since they were found. What waits in their archived workspace is withdrawn, so that
    without their voice it is not approved."""
    Guest.objects.locked(guest_id)
    if not _old_guests(since).filter(pk=guest_id).exists():
        return False
    shown = ReviewedPost.objects.filter(link__guest=guest_id).values("post")
    waiting = Request.objects.filter(post__in=shown, state=RequestState.PENDING, post__deleted_at=None)
    for request_id in waiting.order_by("post_id").values_list("pk", flat=True):
        withdraw(request_id=request_id, actor=SYSTEM)
    forget_guest(guest_id=guest_id, actor=SYSTEM)
    return True


def _old_guests(since: datetime) -> QuerySet[Guest]:
    old = within_reach(Guest).filter(forgotten_at=None, created_at__lt=since)
    return old.exclude(_has_link(since) | Q(workspace__archived_at=None) & _is_needed())


def _has_link(since: datetime) -> Exists:
    over_later = Q(revoked_at=None, expires_at__gte=since) | Q(revoked_at__gte=since)
    return Exists(within_reach(ReviewLink).filter(over_later, guest=OuterRef("pk")))


def _is_needed() -> Exists:
    waits = within_reach(Request).filter(post=OuterRef("post"), state=RequestState.PENDING, post__deleted_at=None)
    planned = within_reach(Publication).filter(post=OuterRef("post"), state__in=PLANNED)
    shown = within_reach(ReviewedPost).filter(link__guest=OuterRef("pk"))
    return Exists(shown.filter(Exists(waits) | Exists(planned)))
