"""Forgetting guests whom nothing needs any more: what they decided stays in its chain by their id, which names nobody
once the name is gone. Decisions of members are kept in the same way."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q

from apps.approvals.models import Guest, Request, ReviewedPost, ReviewLink
from apps.approvals.services.linking import forget_guest
from apps.approvals.states import RequestState
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.publishing.models import Publication
from apps.publishing.states import OPEN

logger = logging.getLogger(__name__)
BATCH: Final = 100


def forget_old_guests(*, now: datetime, after: timedelta) -> int:
    """Forget the names and addresses of guests whose last link ended so long ago, for nobody says anything without one;
    how many. Nobody is forgotten while a post that they were shown waits for a decision or for its hour, for that would
    take their voice out of what is still open."""
    with tenancy.across_tenants("find guests who have been kept for as long as they may be"):
        since = now - after
        old = Guest.across_tenants.filter(forgotten_at=None, created_at__lt=since)
        old = old.exclude(_has_link(since) | _is_needed())
        found = list(old.order_by("id").values_list("organization_id", "workspace_id", "pk")[:BATCH])
    done = 0
    for organization_id, workspace_id, guest_id in found:
        try:
            with tenancy.scope(organization_id=organization_id, workspace_ids={workspace_id}):
                forget_guest(guest_id=guest_id, actor=SYSTEM)
            done += 1
        except Exception:  # Whatever is wrong with one, the others are forgotten.
            logger.exception("Guest %s could not be forgotten", guest_id)
    return done


def _has_link(since: datetime) -> Exists:
    over_later = Q(revoked_at=None, expires_at__gte=since) | Q(revoked_at__gte=since)
    return Exists(ReviewLink.across_tenants.filter(over_later, guest=OuterRef("pk")))


def _is_needed() -> Exists:
    waits = Request.across_tenants.filter(post=OuterRef("post"), state=RequestState.PENDING, post__deleted_at=None)
    planned = Publication.across_tenants.filter(post=OuterRef("post"), state__in=OPEN)
    shown = ReviewedPost.across_tenants.filter(link__guest=OuterRef("pk"))
    return Exists(shown.filter(Exists(waits) | Exists(planned)))
