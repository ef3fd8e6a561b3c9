"""New tokens before the old ones end: one refresher at a time, and the new pair stored before anything uses it."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.core import clock, tenancy
from apps.platforms.contract import Credential
from apps.platforms.errors import Disconnected, PlatformError, Uncertain
from apps.social_accounts.adapters import adapter_for
from apps.social_accounts.errors import LostRefresh
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.services.credentials import credential_of, replace_tokens
from apps.social_accounts.services.marking import mark_disconnected
from apps.social_accounts.states import GrantState

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than any refresh request may take
SOON = timedelta(minutes=5)  # a token that ends within this is refreshed before it is used
LIFE_LEFT = 0.2  # refresh when less than this share of the token's life is left
SIGNED_OUT = "The platform no longer accepts this sign-in. Reconnect the account."


def refresh_expiring(*, now: datetime) -> int:
    """Refresh every grant with little of its life left; the number of grants that were tried."""
    with tenancy.across_tenants("find grants whose tokens end soon"):
        candidates = list(
            Grant.across_tenants.filter(state__in=[GrantState.ACTIVE, GrantState.SUSPECT], expires_at__isnull=False)
            .filter(Q(refresh_started_at=None) | Q(refresh_started_at__lt=now - LEASE))
            .values_list("organization_id", "pk", "issued_at", "expires_at")
        )
    due = [(org, pk) for org, pk, issued_at, expires_at in candidates if _is_near_its_end(issued_at, expires_at, now)]
    random.shuffle(due)  # Those of a server that is down must not keep the others waiting each time.
    for organization_id, grant_id in due:
        try:
            refresh_grant(organization_id=organization_id, grant_id=grant_id)
        except Exception:  # Whatever is wrong with one grant, the others are refreshed.
            logger.exception("Grant %s could not be refreshed", grant_id)
    return len(due)


def refresh_if_needed(*, organization_id: UUID, grant_id: UUID) -> None:
    """Refresh now if the token ends within minutes. Called before sending, outside of any transaction."""
    with tenancy.scope(organization_id=organization_id):
        expires_at = Grant.objects.values_list("expires_at", flat=True).get(pk=grant_id)
    if expires_at is not None and expires_at - clock.now() < SOON:
        refresh_grant(organization_id=organization_id, grant_id=grant_id)


def refresh_grant(*, organization_id: UUID, grant_id: UUID) -> bool:
    """Refresh one grant unless somebody is at it. True if it has new tokens.

    A lost answer, or a first refusal, leaves the grant `suspect`: its access token is used as long as it lives, and the
    refresh is tried again with the same token, which works if the platform never saw the first try. A refusal of a
    suspect grant is final: it is dead, and its accounts are marked. Failures and silence of the platform never are.
    """
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        grant = _take(grant_id)
        credential = credential_of(grant) if grant else None
    if grant is None or credential is None:
        return False
    try:
        fresh = adapter_for(grant.platform).refresh(credential)
    except Uncertain as error:
        _suspect(organization_id, grant, error)
        return False
    except Disconnected as error:
        end = _bury if grant.state == GrantState.SUSPECT else _suspect
        end(organization_id, grant, error)
        return False
    except PlatformError as error:
        logger.info("Refresh of grant %s waits: %s", grant.pk, error.words)
        _let_go(organization_id, grant)
        return False
    return _keep(organization_id, grant, fresh)


def _is_near_its_end(issued_at: datetime, expires_at: datetime, now: datetime) -> bool:
    life = max(expires_at - issued_at, timedelta(minutes=1))
    # A little jitter, so that grants of one day do not all come due in one minute.
    return expires_at - now < life * (LIFE_LEFT + random.uniform(0, 0.02))  # noqa: S311


def _take(grant_id: UUID) -> Grant | None:
    """Mark that this worker refreshes; the conditional UPDATE lets one win."""
    now = clock.now()
    free = Q(refresh_started_at=None) | Q(refresh_started_at__lt=now - LEASE)
    if not Grant.objects.filter(free, pk=grant_id).exclude(state=GrantState.DEAD).update(refresh_started_at=now):
        return None
    return Grant.objects.select_related("app").get(pk=grant_id)


def _keep(organization_id: UUID, grant: Grant, fresh: Credential) -> bool:
    try:
        with tenancy.scope(organization_id=organization_id), transaction.atomic():
            replace_tokens(grant, fresh)
    except LostRefresh:
        # A person reconnected meanwhile; their tokens are newer.
        return False
    return True


def _ours(grant: Grant) -> QuerySet[Grant]:
    """The row, as long as nobody has changed its tokens and nobody else has taken the refresh over."""
    rows: QuerySet[Grant] = Grant.objects.filter(
        pk=grant.pk, version=grant.version, refresh_started_at=grant.refresh_started_at
    )
    return rows


def _suspect(organization_id: UUID, grant: Grant, error: PlatformError) -> None:
    with tenancy.scope(organization_id=organization_id):
        _ours(grant).update(state=GrantState.SUSPECT, refresh_started_at=None)
    logger.warning("A refresh of grant %s told nothing for certain: %s", grant.pk, error.words)


def _let_go(organization_id: UUID, grant: Grant) -> None:
    with tenancy.scope(organization_id=organization_id):
        _ours(grant).update(refresh_started_at=None)


def _bury(organization_id: UUID, grant: Grant, error: PlatformError) -> None:
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        if not _ours(grant).update(state=GrantState.DEAD, refresh_started_at=None):
            return
        for account_id in SocialAccount.objects.filter(grant=grant).values_list("pk", flat=True):
            mark_disconnected(account_id=account_id, reason=error.words or SIGNED_OUT)
