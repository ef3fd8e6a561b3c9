"""Saying of an account that it no longer works. Each mark is made once, with one event."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from apps.events import services as events
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.states import AccountState, GrantState


@transaction.atomic
def mark_disconnected(*, account_id: UUID, reason: str) -> bool:
    """The platform does not accept the account's credential any more: a person has to reconnect. True if that is
    news."""
    account = SocialAccount.objects.locked(account_id)
    if account.state != AccountState.ACTIVE:
        return False
    _mark(account, AccountState.NEEDS_REAUTH, reason)
    Grant.objects.filter(pk=account.grant_id).update(state=GrantState.DEAD)
    events.emit("account.needs_reauth", subject=account, data={"platform": account.platform, "reason": reason})
    return True


@transaction.atomic
def mark_missing_permission(*, account_id: UUID, reason: str, scopes: tuple[str, ...] = ()) -> bool:
    """The account is signed in but may not do what is asked of it: a person reconnects and allows more."""
    account = SocialAccount.objects.locked(account_id)
    if account.state != AccountState.ACTIVE:
        return False
    _mark(account, AccountState.MISSING_PERMISSION, reason)
    events.emit(
        "account.needs_reauth",
        subject=account,
        data={"platform": account.platform, "reason": reason, "missing_scopes": list(scopes)},
    )
    return True


def _mark(account: SocialAccount, state: AccountState, reason: str) -> None:
    account.state, account.reason = state, reason[:500]
    account.save(update_fields=["state", "reason"])
