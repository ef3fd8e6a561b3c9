"""Reads shaped for pages: accounts and how they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from apps.core import clock, tenancy
from apps.platforms import registry
from apps.platforms.capabilities import ConnectBy
from apps.social_accounts.models import OAuthApp, SocialAccount
from apps.social_accounts.states import AccountState

ENDS_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Health:
    """How an account is: `level` is "ok", "warn" or "bad"; `words` for the badge, `sign_in` for its column."""

    level: str
    words: str
    sign_in: str


@dataclass(frozen=True, slots=True)
class PlatformChoice:
    """A platform that can be connected, and what its form asks for."""

    platform: str
    note: str
    connected: int
    needs: str
    is_ready: bool
    missing: str
    is_open: bool = False
    value: str = ""
    error: str = ""
    method: str = "oauth"


@dataclass(frozen=True, slots=True)
class Concerned:
    """An account that a notice of its platform is about."""

    organization_id: UUID
    workspace_id: UUID
    account_id: UUID
    platform: str


def accounts_of(workspace_id: UUID) -> QuerySet[SocialAccount]:
    return (
        SocialAccount.objects.filter(workspace_id=workspace_id)
        .exclude(state=AccountState.DISCONNECTED)
        .select_related("grant", "connected_by")
    )


def health(account: SocialAccount, *, now: datetime | None = None) -> Health:
    """What the account's row says about it; the daily check keeps the row true."""
    if account.state == AccountState.NEEDS_REAUTH:
        return Health("bad", "Signed out", "Ended")
    if account.state == AccountState.MISSING_PERMISSION:
        return Health("warn", "Permission missing", "Lacks a permission")
    if account.state == AccountState.DISCONNECTED or account.grant is None:
        return Health("bad", "Disconnected", "Taken back")
    end = account.grant.ends_at
    if end is not None and end - (now or clock.now()) < ENDS_SOON:
        return Health("warn", "Ends soon", f"Ends {end:%a %-d %b}")
    return Health("ok", "Healthy", "Renews itself" if account.grant.expires_at else "Does not end")


def platform_choices(workspace_id: UUID) -> list[PlatformChoice]:
    """Every platform by its name, with the number of accounts that the workspace has there."""
    counts: dict[str, int] = {}
    for platform in accounts_of(workspace_id).values_list("platform", flat=True):
        counts[platform] = counts.get(platform, 0) + 1
    return [_choice(platform, counts.get(platform, 0)) for platform in sorted(registry.names(), key=registry.label)]


def _choice(platform: str, connected: int) -> PlatformChoice:
    ways = registry.capabilities(platform).connect_by
    needs = "bluesky" if ConnectBy.APP_PASSWORD in ways else "instance" if ConnectBy.INSTANCE_OAUTH in ways else ""
    label = registry.label(platform)
    return PlatformChoice(
        platform=platform,
        note=f"{connected} connected" if connected else "Not connected yet",
        connected=connected,
        needs=needs,
        is_ready=bool(needs) or _is_set_up(platform),
        missing=f"Whoever runs this server has to enter the {label} app's id and secret first.",
    )


def configured_app(platform: str) -> tuple[str, str]:
    """The client id and secret that the operator's settings give for a platform; empty where there are none."""
    app: tuple[str, str] = settings.PLATFORM_APPS.get(platform, ("", ""))
    return app


def concerned_by(*, platform: str, remote_id: str) -> list[Concerned]:
    """Every connected account, of whichever organization, that a platform means by `remote_id`: the account itself, or
    all that a person of that id has allowed us. One channel may be connected in several workspaces."""
    if not remote_id:
        return []
    means = Q(remote_id=remote_id) | Q(grant__remote_user_id=remote_id) | Q(grant__facts__app_scoped_id=remote_id)
    with tenancy.across_tenants("find the accounts that a platform's notice is about"):
        rows = SocialAccount.across_tenants.filter(means, of_platform(platform)).order_by("pk")
        rows = rows.exclude(state=AccountState.DISCONNECTED)
        return [Concerned(*row) for row in rows.values_list("organization_id", "workspace_id", "pk", "platform")]


def of_platform(platform: str) -> Q:
    """Accounts whose person `platform` knows: behind an Instagram account that was connected by Facebook's login stands
    a person of Facebook's."""
    own = Q(platform=platform)
    return own | Q(platform="instagram", grant__facts__login="facebook") if platform == "facebook" else own


def _is_set_up(platform: str) -> bool:
    return bool(configured_app(platform)[0]) or OAuthApp.objects.filter(platform=platform).exists()
