"""What the post room forgets: what is old, and what is about somebody who asked to be forgotten."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from apps.core import tenancy
from apps.social_accounts.models import Sender
from apps.webhooks.models import Delivery, InboundNotice
from apps.webhooks.services.fanning import KEPT as DELIVERIES_KEPT
from apps.webhooks.states import DeliveryState, EndpointState, NoticeState


def forget_old(*, now: datetime, after: timedelta) -> int:
    """Delete notices that were settled and came longer ago than `after`; how many. Platforms repeat themselves for
    three days at most, so that by then nothing comes twice because of it."""
    old = InboundNotice.objects.filter(received_at__lt=now - after).exclude(state=NoticeState.WAITING)
    return old.delete()[0]


def forget_deliveries(*, now: datetime) -> int:
    """Delete deliveries of long ago, with what was answered, that were settled or wait for an endpoint that is told
    nothing; how many."""
    settled = ~Q(state=DeliveryState.WAITING) | ~Q(endpoint__state=EndpointState.ACTIVE)
    with tenancy.across_tenants("forget deliveries of long ago"):
        old = Delivery.across_tenants.filter(settled, created_at__lt=now - DELIVERIES_KEPT)
        return int(old.delete()[0])


def forget_identity(
    *, platform: str, remote_ids: Collection[str], organization_id: UUID | None = None, sender: Sender | None = None
) -> int:
    """Delete notices about these accounts; how many. Where one organization forgets, those that another's app signed
    are not its own to forget; where that was asked for through its own app, only what that app signed is."""
    about = InboundNotice.objects.filter(platform=platform, remote_user_id__in=remote_ids)
    if sender is not None:
        about = about.filter(of_organization=sender.organization_id, of_app=sender.app_id)
    elif organization_id is not None:
        about = about.filter(Q(of_organization=None) | Q(of_organization=organization_id))
    return about.delete()[0]


def forget_organization(*, organization_id: UUID) -> int:
    """Delete every notice that an app of this organization signed; how many."""
    return InboundNotice.objects.filter(of_organization=organization_id).delete()[0]
