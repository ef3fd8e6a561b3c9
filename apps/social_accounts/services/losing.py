"""An account was refused: is it that account alone, or the consent that it hangs on with others?

A Page whose token is refused may have been lost alone, while the person's other Pages go on; or the person has removed
Postroom, and everything that hangs on the sign-in is dead. The platform is asked before the others are condemned,
outside of any transaction, and one that is ill condemns nobody. Then all that was refused is marked at once.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from apps.core import tenancy
from apps.core.encryption import CannotOpen
from apps.governor.lanes import Lane
from apps.platforms.contract import channel_secret
from apps.platforms.errors import AccountDisabled, Disconnected, PlatformError, TokenExpired
from apps.social_accounts.adapters import adapter_of
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.services.credentials import credential_for, credential_of
from apps.social_accounts.services.marking import mark_disabled, mark_signed_out
from apps.social_accounts.states import CHECKED, PUBLISHES

logger = logging.getLogger(__name__)

ENDED = "Its sign-in has ended. Reconnect the account."


def lose_access(
    *, organization_id: UUID, account_id: UUID, error: Disconnected | NotConnected, asked_at: datetime | None = None
) -> list[SocialAccount]:
    """Mark the account that was refused with `error`, and whatever hangs on the same sign-in and is refused too; the
    accounts to which that is news. Asks the platform: call it outside of any transaction."""
    words = error.words if isinstance(error, Disconnected) else ENDED
    if isinstance(error, AccountDisabled):
        with tenancy.scope(organization_id=organization_id):
            return mark_disabled(account_ids=[account_id], reason=words, asked_at=asked_at)
    with tenancy.scope(organization_id=organization_id):
        account = SocialAccount.objects.select_related("grant__app", "grant__organization_app").get(pk=account_id)
        others = _others(account)
    refused = others if isinstance(error, NotConnected) else _refused_too(account, others)
    with tenancy.scope(organization_id=organization_id):
        lost = [account_id, *(other.pk for other in refused)]
        return mark_signed_out(account_ids=lost, reason=words, asked_at=asked_at)


def bury(*, organization_id: UUID, grant: Grant, reason: str, asked_at: datetime) -> None:
    """The platform has refused the grant for good: mark all that lived on it, and of its family what is refused too."""
    with tenancy.scope(organization_id=organization_id):
        own = list(SocialAccount.objects.filter(grant=grant, state__in=CHECKED).values_list("pk", flat=True))
        cousins = _of_family(grant)
    refused = [account.pk for account in cousins if _is_refused(account)]
    with tenancy.scope(organization_id=organization_id):
        lost = [*own, *refused]
        mark_signed_out(account_ids=lost, reason=reason, asked_at=asked_at, dead_grant_id=grant.pk)


def _others(account: SocialAccount) -> list[SocialAccount]:
    """What publishes through the same consent, or through the same sign-in of another platform."""
    if account.grant is None:
        return []
    same = Q(grant=account.grant_id) | (Q(grant__family=account.grant.family) & ~Q(grant__family=""))
    rows = SocialAccount.objects.filter(same, state__in=PUBLISHES).exclude(pk=account.pk)
    return list(rows.select_related("grant__app", "grant__organization_app").order_by("pk"))


def _of_family(grant: Grant) -> list[SocialAccount]:
    if not grant.family:
        return []
    rows = SocialAccount.objects.filter(grant__family=grant.family, state__in=PUBLISHES).exclude(grant=grant)
    return list(rows.select_related("grant__app", "grant__organization_app").order_by("pk"))


def _refused_too(account: SocialAccount, others: Sequence[SocialAccount]) -> Collection[SocialAccount]:
    if not others or _parent_answers(account):
        return []
    return [other for other in others if _is_refused(other)]


def _parent_answers(account: SocialAccount) -> bool:
    """Whether the consent as a whole still works, where the account has a token of its own besides."""
    try:
        credential = credential_of(account.grant) if account.grant else None
        if credential is None or channel_secret(account.remote_id) not in credential.extra:
            return False
        adapter_of(account, lane=Lane.HEALTH).check(credential)
    except (PlatformError, CannotOpen):
        return False
    return True


def _is_refused(account: SocialAccount) -> bool:
    """Ask the platform who the account is. Only its clear word counts; a token that is merely old is no loss."""
    try:
        adapter_of(account, lane=Lane.HEALTH).check(credential_for(account))
    except (AccountDisabled, TokenExpired, CannotOpen):
        return False
    except (Disconnected, NotConnected):
        return True
    except PlatformError as error:
        logger.info("Account %s could not be asked whether it was lost too: %s", account.pk, error.words)
    return False
