"""Taking an account out of use: its tokens are given back where the platform can, and erased here."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.encryption import CannotOpen
from apps.events import services as events
from apps.governor.lanes import Lane
from apps.platforms.contract import SHARED_CONSENT, Credential
from apps.platforms.errors import PlatformError
from apps.social_accounts.adapters import adapter_of
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.services.credentials import credential_of
from apps.social_accounts.states import AccountState
from apps.tenants.callers import Seat

logger = logging.getLogger(__name__)


def disconnect(*, member: Seat, account_id: UUID) -> SocialAccount:
    """Stop publishing to the account and forget its tokens; its posts and its history stay. Safe to repeat."""
    with member.scope(), transaction.atomic():
        account = SocialAccount.objects.locked(account_id)
        grant, was_connected = account.grant, account.state != AccountState.DISCONNECTED
        account.state, account.reason, account.grant = AccountState.DISCONNECTED, "", None
        account.save()
        credential = _erase(grant) if grant else None
        if was_connected:
            audit.record("account.disconnected", subject=account, actor=member.actor)
            events.emit("account.disconnected", subject=account, data={"platform": account.platform})
    if credential is not None:
        _give_back(account, credential)
    return account


def _erase(grant: Grant) -> Credential | None:
    """Delete the grant, unless another account lives on it; answers with what it held."""
    if SocialAccount.objects.filter(grant=grant).exists():
        return None
    try:
        credential = credential_of(grant)
    except CannotOpen:  # Its key is lost: nothing can be given back, and all the more it can be forgotten.
        logger.warning("The tokens of grant %s cannot be opened and are not given back", grant.pk)
        credential = None
    grant.delete()
    return credential


def _ends_others(credential: Credential, *, is_test: bool) -> bool:
    person = credential.facts.get(SHARED_CONSENT)
    if not person:
        return False
    with tenancy.across_tenants("see whether a consent is shared with other accounts"):
        return Grant.across_tenants.filter(**{f"facts__{SHARED_CONSENT}": person}, is_test=is_test).exists()


def _give_back(account: SocialAccount, credential: Credential) -> None:
    """Where giving one consent back ends others of the same person, the last of them is given back."""
    if _ends_others(credential, is_test=account.is_test):
        logger.info("A consent at %s is forgotten and not given back: others would end with it", account.platform)
        return
    try:
        adapter = adapter_of(account, lane=Lane.REFRESH)
        adapter.revoke(credential)
    except PlatformError as error:
        # Our copy is gone, and that is what was promised; the platform's own copy ends with its lifetime.
        logger.info("%s did not take back a token: %s", account.platform, error.words)
