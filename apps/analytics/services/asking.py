"""A question to a platform on behalf of an account, and what each refusal means for figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from apps.analytics.states import Missing
from apps.core import clock, tenancy
from apps.governor.lanes import Lane
from apps.platforms.contract import Adapter, Credential
from apps.platforms.errors import (
    Disconnected,
    Gone,
    MissingPermission,
    NotOffered,
    NotSent,
    PlatformError,
    Throttled,
    TokenExpired,
    Uncertain,
)
from apps.platforms.insights import Metrics
from apps.social_accounts import services as social_accounts
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState

T = TypeVar("T")
# Known to be of no use: the platform is not asked with it.
SIGNED_OUT: Final = frozenset({AccountState.NEEDS_REAUTH, AccountState.DISCONNECTED, AccountState.DISABLED})


@dataclass(frozen=True, slots=True)
class Answer:
    """What was told, or why nothing was; then `is_final` says that asking again would change nothing."""

    told: Metrics | None = None
    missing: str = ""
    words: str = ""
    is_final: bool = True
    retry_at: datetime | None = None


def ask(account: SocialAccount, question: Callable[[Adapter, Credential], Metrics]) -> Answer:
    """Put the question; refusals are answers too. Called outside of any transaction."""
    try:
        return Answer(told=put(account, question, lane=Lane.ANALYTICS))
    except (PlatformError, NotConnected) as error:
        return answer_of(error)


def put(account: SocialAccount, question: Callable[[Adapter, Credential], T], *, lane: Lane) -> T:
    """Put the question, with new tokens where they have run out; raises what the platform refuses with. An account that
    turns out to be signed out is marked."""
    asked_at = clock.now()
    try:
        return _put(account, question, lane)
    except Disconnected as error:
        own = {"organization_id": account.organization_id, "account_id": account.pk}
        social_accounts.lose_access(**own, error=error, asked_at=asked_at)
        raise


def _put(account: SocialAccount, question: Callable[[Adapter, Credential], T], lane: Lane) -> T:
    if account.grant_id is None or account.state in SIGNED_OUT:
        raise NotConnected(f"{account} has to be reconnected")
    own = {"organization_id": account.organization_id, "grant_id": account.grant_id}
    social_accounts.refresh_if_needed(**own)
    adapter = social_accounts.adapter_of(account, lane=lane)
    read_at = clock.now()
    try:
        return question(adapter, _credential(account))
    except TokenExpired:
        # Its time was up before its date; new tokens, then one more try.
        if not social_accounts.refresh_grant(**own, is_refused=True, read_at=read_at):
            raise
        return question(adapter, _credential(account))


def _credential(account: SocialAccount) -> Credential:
    with tenancy.scope(organization_id=account.organization_id):
        rows = SocialAccount.objects.select_related("grant__app", "grant__organization_app")
        return social_accounts.credential_for(rows.get(pk=account.pk))


def answer_of(error: PlatformError | NotConnected) -> Answer:
    """What the refusal means: ask later, or take it for the answer."""
    match error:
        case NotConnected():
            return Answer(missing=Missing.SIGNED_OUT, words=str(error))
        case Disconnected():
            return Answer(missing=Missing.SIGNED_OUT, words=error.words)
        case Throttled():
            return Answer(missing=Missing.THROTTLED, words=error.words, is_final=False, retry_at=error.retry_at)
        case NotSent() | TokenExpired() | Uncertain():
            return Answer(missing=Missing.UNREACHABLE, words=error.words, is_final=False)
        case Gone():
            return Answer(missing=Missing.GONE, words=error.words)
        case NotOffered():
            return Answer(missing=Missing.NOT_OFFERED, words=error.words)
        case MissingPermission():
            # It may well publish: what lacks the right to read figures is not broken.
            return Answer(missing=Missing.NO_PERMISSION, words=error.words)
        case _:
            return Answer(missing=Missing.REFUSED, words=error.words)
