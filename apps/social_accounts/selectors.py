"""Reads shaped for pages: accounts and how they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from apps.core import clock, tenancy
from apps.core.secrets import Secret
from apps.platforms import registry
from apps.platforms.capabilities import ConnectBy
from apps.social_accounts.adapters import has_sandbox, sandbox_of
from apps.social_accounts.errors import NO_SANDBOX
from apps.social_accounts.models import OAuthApp, OrganizationApp, Sender, SocialAccount
from apps.social_accounts.states import AccountState
from apps.tenants.models import Workspace

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


def in_use() -> QuerySet[SocialAccount]:
    """Accounts that take a place: all but those that a person has disconnected."""
    rows: QuerySet[SocialAccount] = SocialAccount.objects.exclude(state=AccountState.DISCONNECTED)
    return rows


def accounts_in_use() -> int:
    """How many take a place in the plan: those of tests take none."""
    return in_use().filter(is_test=False).count()


def accounts_of(workspace_id: UUID) -> QuerySet[SocialAccount]:
    return (
        SocialAccount.objects.filter(workspace_id=workspace_id)
        .exclude(state=AccountState.DISCONNECTED)
        .select_related("grant", "connected_by")
    )


def health(account: SocialAccount, *, now: datetime | None = None) -> Health:
    """What the account's row says about it; the daily check keeps the row true."""
    if account.state == AccountState.DISABLED:
        return Health("bad", "Disabled there", "Works again once its owner has acted")
    if account.state == AccountState.NEEDS_REAUTH:
        return Health("bad", "Signed out", "Ended")
    if account.state == AccountState.MISSING_PERMISSION:
        return Health("warn", "Permission missing", "Lacks a permission")
    if account.state == AccountState.DISCONNECTED or account.grant is None:
        return Health("bad", "Disconnected", "Taken back")
    end = account.grant.ends_at
    if end is not None and end - (now or clock.now()) < ENDS_SOON:
        return Health("warn", "Ends soon", _day(end))
    if end is not None:
        return Health("ok", "Healthy", _day(end))
    return Health("ok", "Healthy", "Renews itself" if account.grant.refresh_at else "Does not end")


def _day(end: datetime) -> str:
    return f"Ends {end:%a %-d %b}"


def platform_choices(workspace_id: UUID) -> list[PlatformChoice]:
    """Every platform by its name, with the number of accounts that the workspace has there."""
    counts: dict[str, int] = {}
    for platform in accounts_of(workspace_id).values_list("platform", flat=True):
        counts[platform] = counts.get(platform, 0) + 1
    is_test = Workspace.objects.filter(pk=workspace_id, is_test=True).exists()
    ready = ready_platforms(is_test=is_test)
    names = sorted(registry.names(), key=registry.label)
    return [_choice(platform, counts.get(platform, 0), ready, is_test=is_test) for platform in names]


def ready_platforms(*, is_test: bool) -> frozenset[str]:
    """Where the organization in context can connect accounts, for a test or in earnest."""
    if is_test:
        return frozenset(registry.names()) if has_sandbox() else frozenset()
    own = platforms_with_own_app()
    return frozenset(one for one in registry.names() if needs_address(one) or one in own or is_set_up(one))


def needs_address(platform: str) -> str:
    """What has to be typed before a consent there: "instance", "bluesky" (handle or app password) or nothing."""
    ways = registry.capabilities(platform).connect_by
    return "bluesky" if ConnectBy.APP_PASSWORD in ways else "instance" if ConnectBy.INSTANCE_OAUTH in ways else ""


def platforms_with_own_app() -> frozenset[str]:
    """Where the organization in context has an app of its own."""
    return frozenset(OrganizationApp.objects.filter(replaced_at=None).values_list("platform", flat=True))


def _choice(platform: str, connected: int, ready: Collection[str], *, is_test: bool) -> PlatformChoice:
    label = registry.label(platform)
    missing = f"Whoever runs this server, or an admin of your organization, has to enter a {label} app first."
    return PlatformChoice(
        platform=platform,
        note=f"{connected} connected" if connected else "Not connected yet",
        connected=connected,
        needs=needs_address(platform),
        is_ready=platform in ready,
        missing=NO_SANDBOX if is_test else missing,
        value=sandbox_of(platform) if is_test and needs_address(platform) == "instance" else "",
    )


def configured_app(platform: str) -> tuple[str, str]:
    """The client id and secret that the operator's settings give for a platform; empty where there are none."""
    app: tuple[str, str] = settings.PLATFORM_APPS.get(platform, ("", ""))
    return app


def test_app(platform: str) -> tuple[str, str]:
    """Which app Postroom is at the simulation that tests are sent to."""
    app: tuple[str, str] = settings.PLATFORM_TEST_APPS.get(platform, ("", ""))
    return app


def concerned_by(*, platform: str, remote_id: str, sender: Sender | None = None) -> list[Concerned]:
    """Every connected account, of whichever organization, that a platform means by `remote_id`: the account itself, or
    all that a person of that id has allowed us. One channel may be connected in several workspaces.

    With a `sender`, those of its organization alone whose sign-in hangs on its app."""
    if not remote_id:
        return []
    means = Q(remote_id=remote_id) | Q(grant__remote_user_id=remote_id) | Q(grant__facts__app_scoped_id=remote_id)
    with tenancy.across_tenants("find the accounts that a platform's notice is about"):
        rows = SocialAccount.across_tenants.filter(means, of_platform(platform)).order_by("pk")
        # What the platform itself says is never about an account of the simulation, whose ids anybody may choose.
        rows = rows.filter(hung_on(sender), is_test=False).exclude(state=AccountState.DISCONNECTED)
        return [Concerned(*row) for row in rows.values_list("organization_id", "workspace_id", "pk", "platform")]


def hung_on(sender: Sender | None) -> Q:
    """Accounts that an app speaks for; every one where it is the operator's."""
    if sender is None:
        return Q()
    return Q(organization_id=sender.organization_id, grant__organization_app_id=sender.app_id)


def of_platform(platform: str) -> Q:
    """Accounts whose person `platform` knows: behind an Instagram account that was connected by Facebook's login stands
    a person of Facebook's."""
    own = Q(platform=platform)
    return own | Q(platform="instagram", grant__facts__login="facebook") if platform == "facebook" else own


def webhook_secrets_of(platform: str, client_id: str) -> tuple[Secret, ...]:
    """What may sign the platform's notices besides the secret of this app, the newest first. The settings name it for
    the operator's app: one that somebody else entered is not given it."""
    operators, _ = configured_app(platform)
    is_operators = operators in {"", client_id}
    named: tuple[str, ...] = settings.PLATFORM_WEBHOOK_SECRETS.get(platform, ()) if is_operators else ()
    return tuple(Secret(text) for text in named)


def is_set_up(platform: str) -> bool:
    """Whether the operator has an app there."""
    return bool(configured_app(platform)[0]) or OAuthApp.objects.real().filter(platform=platform).exists()


def also_to_say(account: SocialAccount) -> list[str]:
    """What whoever has just connected `account` should know besides; call it in their own scope, for of clients that
    they may not see nothing is told."""
    return [words for words in (_left_out(account), _elsewhere(account)) if words]


def _left_out(account: SocialAccount) -> str:
    """Accounts of the same sign-in that the new one does not cover."""
    if account.grant is None:
        return ""
    hung = Q(grant=account.grant_id) | (Q(grant__family=account.grant.family) & ~Q(grant__family=""))
    out = SocialAccount.objects.filter(hung, workspace=account.workspace_id, state=AccountState.NEEDS_REAUTH)
    found = out.exclude(pk=account.pk).order_by("platform", "handle")
    names = ", ".join(f"{registry.label(one.platform)} @{one.handle}" for one in found)
    return f"The new sign-in does not cover {names}. Reconnect with somebody who may act there." if names else ""


def _elsewhere(account: SocialAccount) -> str:
    """Other clients of the organization with the same account."""
    same = SocialAccount.objects.filter(platform=account.platform, remote_id=account.remote_id, is_test=account.is_test)
    others = same.exclude(workspace=account.workspace_id).exclude(state=AccountState.DISCONNECTED)
    clients = ", ".join(others.values_list("workspace__name", flat=True).order_by("workspace__name"))
    return f"@{account.handle} is connected for {clients} too. Each client has a sign-in of its own." if clients else ""
