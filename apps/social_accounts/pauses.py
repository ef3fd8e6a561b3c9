"""Which accounts are left alone just now, because their platform, app or sign-in fails again and again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from apps.governor import services as governor
from apps.governor.services import OpenBreaker
from apps.platforms import registry
from apps.platforms.contract import OAuthClient
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.states import PUBLISHES

Key = tuple[str, str, str]  # platform, kind of breaker, its id


@dataclass(frozen=True, slots=True)
class Pause:
    """A breaker that is open, and accounts that wait behind it. `until` is over while one request is to try."""

    platform: str
    label: str
    is_of_app: bool
    since: datetime
    until: datetime
    accounts: tuple[SocialAccount, ...]


def pauses_of(workspace_id: UUID) -> list[Pause]:
    """The pauses that hold accounts of this workspace; one round trip, and a query only where something is open."""
    if not (breakers := governor.open_breakers()):
        return []
    platforms = {breaker.platform for breaker in breakers}
    accounts = SocialAccount.objects.filter(workspace_id=workspace_id, platform__in=platforms, state__in=PUBLISHES)
    found = list(accounts.select_related("grant__app", "grant__organization_app"))
    pauses = [_pause(breaker, found) for breaker in breakers]
    return [pause for pause in pauses if pause.accounts]


def concerned_by(key: Key, accounts: Iterable[SocialAccount]) -> tuple[SocialAccount, ...]:
    """Those of `accounts` (with their grants and apps) whose calls go through this breaker."""
    return tuple(account for account in accounts if account.grant and key in _keys_of(account.grant))


def _pause(breaker: OpenBreaker, accounts: Sequence[SocialAccount]) -> Pause:
    key = (breaker.platform, breaker.kind, breaker.id)
    return Pause(
        platform=breaker.platform,
        label=registry.label(breaker.platform),
        is_of_app=breaker.kind == "app",
        since=breaker.since,
        until=breaker.until,
        accounts=concerned_by(key, accounts),
    )


def _keys_of(grant: Grant) -> tuple[Key, Key]:
    platform, issuer = grant.platform, grant.issuer
    client = OAuthClient(issuer.client_id) if issuer else None
    host = urlsplit(grant.server).hostname or ""
    token = governor.token_digest(platform, remote_user_id=grant.remote_user_id, client=client)
    app = governor.app_digest(platform, client_id=client.client_id if client else "", server=host)
    return (platform, "token", token), (platform, "app", app)
