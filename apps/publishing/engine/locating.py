"""The public address of a post that is live. Not finding it changes nothing but the link on a page."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from apps.core import clock, tenancy
from apps.governor.lanes import Lane
from apps.platforms.contract import Adapter, Credential, Receipt
from apps.publishing.claim import Claim
from apps.publishing.engine.rows import rows_of
from apps.publishing.models import BY_HAND, FORGOTTEN, Publication
from apps.publishing.states import State
from apps.social_accounts import services as social_accounts

logger = logging.getLogger(__name__)

WITHIN: Final = timedelta(days=1)  # after that the platform will not tell any more
PAUSE: Final = timedelta(minutes=5)


def locate(claim: Claim, receipt: Receipt, adapter: Adapter, credential: Credential) -> None:
    """Ask for the address of what was just published, if the answer did not have it."""
    if receipt.remote_url:
        return
    if url := _ask(adapter, receipt, credential):
        with claim.scope():
            rows_of(claim).filter(pk=claim.row_id, remote_url="").update(remote_url=url)


def locate_missing(*, now: datetime, limit: int = 50) -> int:
    """Ask again for addresses that are still missing; the number found."""
    with tenancy.across_tenants("find posts without an address"):
        missing = Publication.across_tenants.filter(
            state=State.PUBLISHED, remote_url="", next_try_at__lte=now, published_at__gte=now - WITHIN
        )
        missing = missing.exclude(Q(remote_id__startswith=BY_HAND) | Q(remote_id__startswith=FORGOTTEN))
        rows = list(missing.order_by("next_try_at").values("pk", "organization_id", "workspace_id")[:limit])
    return sum(_locate(now=now, **row) for row in rows)


def _locate(*, now: datetime, pk: UUID, organization_id: UUID, workspace_id: UUID) -> bool:
    with tenancy.scope(organization_id=organization_id, workspace_ids={workspace_id}):
        # Whoever moves the hour asks; others find nothing to do.
        mine = Publication.objects.filter(pk=pk, remote_url="", next_try_at__lte=now)
        if not mine.update(next_try_at=now + PAUSE):
            return False
        publication = Publication.objects.select_related("account__grant__app", "account__grant__organization_app").get(
            pk=pk
        )
        try:
            credential = social_accounts.credential_for(publication.account)
        except Exception:  # It is signed out: there is nobody to ask as.
            return False
    adapter = social_accounts.adapter_of(
        publication.account, lane=Lane.RECONCILE, timeout=settings.PUBLISH_REQUEST_TIMEOUT
    )
    receipt = Receipt(publication.remote_id, published_at=publication.published_at, facts=publication.remote_facts)
    url = _ask(adapter, receipt, credential)
    with tenancy.scope(organization_id=organization_id, workspace_ids={workspace_id}):
        return bool(url) and bool(Publication.objects.filter(pk=pk, remote_url="").update(remote_url=url))


def _ask(adapter: Adapter, receipt: Receipt, credential: Credential) -> str:
    try:
        return adapter.locate(receipt, credential)[:1000]
    except Exception as error:  # The post is live whatever this is.
        logger.info("The address of %s is not known yet: %s (%s)", receipt.remote_id, type(error).__name__, clock.now())
        return ""
