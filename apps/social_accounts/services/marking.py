"""Saying of an account that it no longer works. Each mark is made once, with one event and a line in the diary."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.core.actors import SYSTEM
from apps.events import services as events
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.states import AccountState, GrantState


@transaction.atomic
def mark_disconnected(*, account_id: UUID, reason: str, asked_at: datetime | None = None) -> bool:
    """The platform does not accept the account's credential any more: a person has to reconnect. True if that is news.

    `asked_at` is from before the credential was read: tokens that came since then are not the ones that were refused.
    """
    account = SocialAccount.objects.locked(account_id)
    if account.state != AccountState.ACTIVE or _has_newer_tokens(account, asked_at):
        return False
    _mark(account, AccountState.NEEDS_REAUTH, reason)
    audit.record("account.signed_out", subject=account, actor=SYSTEM)
    Grant.objects.filter(pk=account.grant_id).update(state=GrantState.DEAD)
    events.emit("account.needs_reauth", subject=account, data={"platform": account.platform, "reason": reason})
    return True


@transaction.atomic
def mark_missing_permission(
    *, account_id: UUID, reason: str, scopes: tuple[str, ...] = (), asked_at: datetime | None = None
) -> bool:
    """The account is signed in but may not do what is asked of it: a person reconnects and allows more. `asked_at` is
    as in `mark_disconnected`."""
    account = SocialAccount.objects.locked(account_id)
    if account.state != AccountState.ACTIVE or _has_newer_tokens(account, asked_at):
        return False
    _mark(account, AccountState.MISSING_PERMISSION, reason)
    audit.record("account.missing_permission", subject=account, actor=SYSTEM, diff={"scopes": list(scopes)})
    events.emit(
        "account.needs_reauth",
        subject=account,
        data={"platform": account.platform, "reason": reason, "missing_scopes": list(scopes)},
    )
    return True


def _has_newer_tokens(account: SocialAccount, asked_at: datetime | None) -> bool:
    return asked_at is not None and account.grant is not None and account.grant.issued_at > asked_at


def _mark(account: SocialAccount, state: AccountState, reason: str) -> None:
    account.state, account.reason = state, reason[:500]
    account.save(update_fields=["state", "reason"])
