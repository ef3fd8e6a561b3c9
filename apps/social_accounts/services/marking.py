"""Saying of accounts that they no longer work, or work again: each mark is made once, with a line in the diary.

What happened at once is told at once: the accounts of a consent that has died are marked in one transaction with one
event. What an event tells is the same for one account and for many: see docs/events.md. The diary, which is never
rewritten, gets no words of a platform: they may name people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.core.actors import SYSTEM, Actor
from apps.core.subjects import Subject
from apps.events import services as events
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.states import CHECKED, PUBLISHES, AccountState, GrantState


@transaction.atomic
def mark_signed_out(
    *, account_ids: Collection[UUID], reason: str, asked_at: datetime | None = None, dead_grant_id: UUID | None = None
) -> list[SocialAccount]:
    """The platform does not accept the credential of these accounts any more: a person has to reconnect. Those to whom
    that is news; there is one event for all of them.

    A grant on which nothing lives any more is dead, and so is `dead_grant_id`. `asked_at` is from before the credential
    was read: tokens that came since then are not the ones that were refused. Whoever calls has made sure of every
    account: see `losing`.
    """
    accounts = _held(account_ids, CHECKED, asked_at)
    for account in accounts:
        _mark(account, AccountState.NEEDS_REAUTH, reason)
        audit.record("account.signed_out", subject=account, actor=SYSTEM)
    if accounts:
        dead = _bury({account.grant_id for account in accounts if account.grant_id}, dead_grant_id)
        tell("account.needs_reauth", accounts, grant=dead, reason=reason)
    return accounts


@transaction.atomic
def mark_missing_permission(
    *, account_id: UUID, reason: str, scopes: tuple[str, ...] = (), asked_at: datetime | None = None
) -> bool:
    """The account is signed in but may not do what is asked of it: a person reconnects and allows more. True if that is
    news."""
    accounts = _held([account_id], PUBLISHES, asked_at)
    for account in accounts:
        _mark(account, AccountState.MISSING_PERMISSION, reason)
        audit.record("account.missing_permission", subject=account, actor=SYSTEM, diff={"scopes": list(scopes)})
        tell("account.needs_reauth", [account], reason=reason, missing_scopes=list(scopes))
    return bool(accounts)


@transaction.atomic
def mark_disabled(
    *, account_ids: Collection[UUID], reason: str, asked_at: datetime | None = None
) -> list[SocialAccount]:
    """The platform says that these accounts are suspended, closed or hidden: their owner has to act there. Those to
    which that is news; there is one event for all of them."""
    accounts = _held(account_ids, PUBLISHES, asked_at)
    for account in accounts:
        _mark(account, AccountState.DISABLED, reason)
        audit.record("account.disabled", subject=account, actor=SYSTEM)
    if accounts:
        # Of several it is the sign-in behind them that is meant.
        tell("account.disabled", accounts, grant=accounts[0].grant if len(accounts) > 1 else None, reason=reason)
    return accounts


def recover(account: SocialAccount, *, actor: Actor = SYSTEM) -> None:
    """The account works again; its row is held by the caller's transaction."""
    was_broken = account.state not in PUBLISHES
    _mark(account, AccountState.ACTIVE, "")
    if was_broken:
        audit.record("account.recovered", subject=account, actor=actor)
        tell("account.recovered", [account])


def tell(name: str, accounts: Collection[SocialAccount], *, grant: Grant | None = None, **data: Any) -> None:
    """One event about all of these accounts; about their `grant`, where it is the grant that something happened to."""
    first, *_ = accounts
    subject: Subject = first
    if grant is not None:
        # A grant has no workspace of its own; where all that lived on it is in one, the event belongs there too.
        places = {account.workspace_id for account in accounts}
        grant.workspace_id = places.pop() if len(places) == 1 else None  # type: ignore[attr-defined]
        subject = grant
    events.emit(name, subject=subject, data={"platform": first.platform, "accounts": _listed(accounts), **data})


def _listed(accounts: Iterable[SocialAccount]) -> list[dict[str, str]]:
    return [
        {
            "id": str(account.pk),
            "workspace_id": str(account.workspace_id),
            "platform": account.platform,
            "handle": account.handle,
        }
        for account in accounts
    ]


def _held(account_ids: Collection[UUID], states: Collection[str], asked_at: datetime | None) -> list[SocialAccount]:
    """The accounts in these states, locked, but for those that have got newer tokens."""
    rows = SocialAccount.objects.filter(pk__in=account_ids, state__in=states).select_related("grant").order_by("pk")
    held = rows.select_for_update(of=("self",))
    return [account for account in held if not _has_newer_tokens(account, asked_at)]


def _has_newer_tokens(account: SocialAccount, asked_at: datetime | None) -> bool:
    return asked_at is not None and account.grant is not None and account.grant.issued_at > asked_at


def _bury(grant_ids: set[UUID], surely_dead: UUID | None) -> Grant | None:
    """Those grants are dead on which no account lives any more; one of them, for the event to be about."""
    alive = set(SocialAccount.objects.filter(grant__in=grant_ids, state__in=CHECKED).values_list("grant_id", flat=True))
    dead = Grant.objects.filter(pk__in=(grant_ids - alive) | {surely_dead} - {None})
    dead.update(state=GrantState.DEAD, refresh_at=None, refresh_started_at=None)
    buried: Grant | None = dead.order_by("pk").first()
    return buried


def _mark(account: SocialAccount, state: AccountState, reason: str) -> None:
    account.state, account.reason = state, reason[:500]
    account.save(update_fields=["state", "reason"])
