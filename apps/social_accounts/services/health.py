"""Is an account still ours? One cheap read a day says so, and the page shows when it was asked."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.core import clock, tenancy
from apps.platforms.contract import Profile
from apps.platforms.errors import Disconnected, MissingPermission, PlatformError, TokenExpired
from apps.social_accounts.adapters import adapter_for
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.services.credentials import credential_for
from apps.social_accounts.services.marking import mark_disconnected, mark_missing_permission
from apps.social_accounts.services.refreshing import refresh_grant, refresh_if_needed
from apps.social_accounts.states import AccountState

logger = logging.getLogger(__name__)

EVERY = timedelta(days=1)
BATCH = 200


def check_accounts(*, now: datetime, limit: int = BATCH) -> int:
    """Check accounts that were not looked at for a day; the number that was tried.

    In no order: those of a platform that is down, which stay due, must not keep the others waiting.
    """
    with tenancy.across_tenants("find accounts whose daily check is due"):
        due = list(
            SocialAccount.across_tenants.filter(
                Q(checked_at=None) | Q(checked_at__lt=now - EVERY), state=AccountState.ACTIVE
            )
            .order_by("?")
            .values_list("organization_id", "pk")[:limit]
        )
    for organization_id, account_id in due:
        try:
            check_account(organization_id=organization_id, account_id=account_id)
        except Exception:  # Whatever is wrong with one account, the others are checked.
            logger.exception("Account %s could not be checked", account_id)
    return len(due)


def check_account(*, organization_id: UUID, account_id: UUID) -> None:
    """Ask the platform who the account is, and keep what it says. A platform that is ill changes nothing."""
    with tenancy.scope(organization_id=organization_id):
        account = SocialAccount.objects.select_related("grant__app").get(pk=account_id)
    if account.grant_id is None:
        return
    refresh_if_needed(organization_id=organization_id, grant_id=account.grant_id)
    asked_at = clock.now()
    try:
        profile = _read(organization_id, account_id)
    except (Disconnected, NotConnected) as error:
        with tenancy.scope(organization_id=organization_id):
            mark_disconnected(account_id=account_id, reason=getattr(error, "words", str(error)), asked_at=asked_at)
    except MissingPermission as error:
        with tenancy.scope(organization_id=organization_id):
            mark_missing_permission(account_id=account_id, reason=error.words, scopes=error.scopes, asked_at=asked_at)
    except PlatformError as error:
        logger.info("Account %s could not be checked: %s", account_id, error.words)
    else:
        _keep(organization_id, account_id, profile)


def _read(organization_id: UUID, account_id: UUID, *, may_refresh: bool = True) -> Profile:
    with tenancy.scope(organization_id=organization_id):
        account = SocialAccount.objects.select_related("grant__app").get(pk=account_id)
        credential = credential_for(account)
    try:
        return adapter_for(account.platform).check(credential)
    except TokenExpired:
        # Its time was up before its date; new tokens, then one more look.
        if not may_refresh or not refresh_grant(organization_id=organization_id, grant_id=account.grant_id):
            raise
        return _read(organization_id, account_id, may_refresh=False)


def _keep(organization_id: UUID, account_id: UUID, profile: Profile) -> None:
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        account = SocialAccount.objects.locked(account_id)
        account.checked_at = clock.now()
        account.introduce(handle=profile.handle, name=profile.name, url=profile.url)
        account.limits = {**account.limits, **profile.limits}
        account.save(update_fields=["checked_at", "handle", "name", "url", "limits"])
