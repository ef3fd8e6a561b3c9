"""Keeping the rules of retention. Each finds what is over its time; nothing is deleted for want of a connection."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce

from apps.approvals import services as approvals
from apps.compliance import erasing
from apps.compliance.models import DataRequest
from apps.compliance.retention import RULES, Act, Rule, What
from apps.compliance.states import RequestState
from apps.core import tenancy
from apps.social_accounts import services as social_accounts
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.services.erasing import ERASED
from apps.social_accounts.states import CHECKED, PUBLISHES, AccountState
from apps.webhooks import services as webhooks

logger = logging.getLogger(__name__)

BATCH: Final = 100
# Signed out at the platform is disconnected there, whatever we call it.
GONE: Final = (AccountState.NEEDS_REAUTH, AccountState.DISCONNECTED)
WHY: Final = "find what has been kept for as long as it may be"


def keep_rules(*, now: datetime) -> int:
    """Apply every rule to what is over its time; how many things were refreshed or deleted."""
    done = 0
    for rule in RULES:
        try:
            done += _APPLY[rule.what](rule, now)
        except Exception:  # Whatever is wrong with one rule, the others are kept.
            logger.exception("The rule about %s %s could not be kept", rule.platform, rule.what)
    return done


def _accounts(rule: Rule, now: datetime) -> int:
    with tenancy.across_tenants(WHY):
        rows = SocialAccount.across_tenants.filter(_over(rule, now), platform=rule.platform)
        rows = rows.annotate(verified_at=Coalesce("checked_at", "connected_at")).exclude(remote_id__startswith=ERASED)
        if rule.what is What.UNVERIFIED:
            rows = rows.filter(verified_at__lt=now - rule.after)
        found = list(rows.values_list("organization_id", "pk", "state")[:BATCH])
    return sum(_settle(rule, *row) for row in found)


def _over(rule: Rule, now: datetime) -> Q:
    if rule.what is What.UNVERIFIED:
        return Q()
    return Q(state__in=GONE, updated_at__lt=now - rule.after)


def _settle(rule: Rule, organization_id: UUID, account_id: UUID, state: str) -> bool:
    """Refresh one account, or delete it; False if neither could be done now."""
    try:
        if rule.act is Act.REFRESH_OR_DELETE and state in CHECKED:
            social_accounts.check_account(organization_id=organization_id, account_id=account_id)
            state = _state_of(organization_id, account_id)
        if state in PUBLISHES:
            return True  # It was verified, or its platform is ill and is asked again.
        _erase(organization_id, account_id)
    except Exception:  # Whatever is wrong with one account, the others have their turn.
        logger.exception("The rule about %s %s could not be kept for %s", rule.platform, rule.what, account_id)
        return False
    return True


def _state_of(organization_id: UUID, account_id: UUID) -> str:
    with tenancy.scope(organization_id=organization_id):
        return str(SocialAccount.objects.values_list("state", flat=True).get(pk=account_id))


def _erase(organization_id: UUID, account_id: UUID) -> None:
    """The account, and the grant behind it unless another account lives on that."""
    with tenancy.scope(organization_id=organization_id):
        account = SocialAccount.objects.get(pk=account_id)
        others: Any = SocialAccount.objects.filter(grant_id=account.grant_id).exclude(pk=account_id)
        grants = [account.grant_id] if account.grant_id and not others.exists() else []
    erasing.erase(
        platform=account.platform, organization_id=organization_id, account_ids=[account_id], grant_ids=grants
    )


def _notices(rule: Rule, now: datetime) -> int:
    return webhooks.forget_old(now=now, after=rule.after)


def _receipts(rule: Rule, now: datetime) -> int:
    return DataRequest.objects.filter(state=RequestState.DONE, done_at__lt=now - rule.after).delete()[0]


def _guests(rule: Rule, now: datetime) -> int:
    """A span of nothing keeps them until somebody has them forgotten."""
    return approvals.forget_old_guests(now=now, after=rule.after) if rule.after else 0


_APPLY: Final[Mapping[What, Callable[[Rule, datetime], int]]] = {
    What.UNVERIFIED: _accounts,
    What.DISCONNECTED: _accounts,
    What.NOTICES: _notices,
    What.RECEIPTS: _receipts,
    What.GUESTS: _guests,
}
