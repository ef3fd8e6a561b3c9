"""Is an account still ours? One cheap read a day says so, at the account's own hour, and the page shows when."""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.core import clock, tenancy
from apps.governor.lanes import Lane
from apps.platforms.contract import Profile
from apps.platforms.errors import Disconnected, MissingPermission, PlatformError, Throttled, TokenExpired
from apps.social_accounts import lives
from apps.social_accounts.adapters import adapter_of
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.services.credentials import credential_for
from apps.social_accounts.services.forecasting import foretell
from apps.social_accounts.services.losing import lose_access
from apps.social_accounts.services.marking import mark_missing_permission, recover
from apps.social_accounts.services.refreshing import refresh_grant, refresh_if_needed
from apps.social_accounts.states import CHECKED, AccountState

logger = logging.getLogger(__name__)

BATCH: Final = 60  # a minute: six times what ten thousand accounts need, and no flood after an outage
SECONDS: Final = 50.0
MOST_FAILURES: Final = 3  # of one platform in a row: it is left alone until the next round
PAUSE: Final = timedelta(hours=1)  # after which a platform that could not be asked is asked again


def check_accounts(*, now: datetime, limit: int = BATCH, seconds: float = SECONDS) -> int:
    """Check accounts whose hour has come, for so long; the number that was tried. One that cannot be asked comes back
    after a pause, so that a platform that is down does not keep the others waiting."""
    with tenancy.across_tenants("find accounts whose daily check is due"):
        rows = SocialAccount.across_tenants.filter(check_at__lte=now, state__in=CHECKED).order_by("check_at")
        due = list(rows.values_list("organization_id", "pk", "platform")[:limit])
    until, failures, tried = time.monotonic() + seconds, Counter[str](), 0
    for organization_id, account_id, platform in due:
        if time.monotonic() > until:
            break
        if failures[platform] >= MOST_FAILURES:
            continue
        tried += 1
        try:
            was_asked = check_account(organization_id=organization_id, account_id=account_id)
        except Exception:  # Whatever is wrong with one account, the others are checked.
            logger.exception("Account %s could not be checked", account_id)
            _later(organization_id, account_id, clock.now() + PAUSE)
            continue
        failures[platform] = 0 if was_asked else failures[platform] + 1
    return tried


def check_account(*, organization_id: UUID, account_id: UUID) -> bool:
    """Ask the platform who the account is, and keep what it says; False where it could not be asked, which changes
    nothing."""
    with tenancy.scope(organization_id=organization_id):
        account = SocialAccount.objects.get(pk=account_id)
        if account.grant_id is None:
            return True
        foretell(account.grant_id, now=clock.now())
    refresh_if_needed(organization_id=organization_id, grant_id=account.grant_id)
    read_at = clock.now()
    try:
        profile = _read(organization_id, account_id)
    except TokenExpired as error:
        # Its time was up before its date; new tokens, then one more look.
        ours = {"organization_id": organization_id, "grant_id": account.grant_id}
        if not refresh_grant(**ours, is_refused=True, read_at=read_at):
            return _not_now(organization_id, account_id, error)
        try:
            profile = _read(organization_id, account_id)
        except PlatformError as again:
            return _not_now(organization_id, account_id, again)
    except PlatformError as error:
        return _not_now(organization_id, account_id, error)
    if profile is not None:
        _keep(organization_id, account_id, profile)
    return True


def _not_now(organization_id: UUID, account_id: UUID, error: PlatformError) -> bool:
    logger.info("Account %s could not be checked: %s", account_id, error.words)
    _later(organization_id, account_id, _again_at(error))
    return False


def _again_at(error: PlatformError) -> datetime:
    again_at = clock.now() + PAUSE * random.uniform(0.8, 1.2)  # noqa: S311
    named = error.retry_at if isinstance(error, Throttled) else None
    return max(again_at, named) if named else again_at


def _later(organization_id: UUID, account_id: UUID, at: datetime) -> None:
    with tenancy.scope(organization_id=organization_id):
        SocialAccount.objects.filter(pk=account_id).update(check_at=at)


def _read(organization_id: UUID, account_id: UUID) -> Profile | None:
    """What the platform says of the account; None where it refused it, which is marked. Raises what tells nothing, and
    TokenExpired."""
    asked_at = clock.now()
    try:
        with tenancy.scope(organization_id=organization_id):
            account = SocialAccount.objects.select_related("grant__app", "grant__organization_app").get(pk=account_id)
            credential = credential_for(account)
        return adapter_of(account, lane=Lane.HEALTH).check(credential)
    except (Disconnected, NotConnected) as error:
        lose_access(organization_id=organization_id, account_id=account_id, error=error, asked_at=asked_at)
    except MissingPermission as error:
        with tenancy.scope(organization_id=organization_id):
            mark_missing_permission(account_id=account_id, reason=error.words, scopes=error.scopes, asked_at=asked_at)
    _later(organization_id, account_id, lives.next_check(account_id, after=clock.now()))
    return None


def _keep(organization_id: UUID, account_id: UUID, profile: Profile) -> None:
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        account = SocialAccount.objects.locked(account_id)
        account.checked_at = clock.now()
        account.check_at = lives.next_check(account.pk, after=account.checked_at)
        account.introduce(handle=profile.handle, name=profile.name, url=profile.url)
        account.limits = {**account.limits, **profile.limits}
        account.save(update_fields=["checked_at", "check_at", "handle", "name", "url", "limits"])
        if account.state == AccountState.DISABLED:
            recover(account)
