"""The accounts of a client and how they are: what social_accounts knows, beside what publishing has planned on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.audit.models import Entry
from apps.core import clock
from apps.core.actors import ActorKind
from apps.core.calendar import cell_of
from apps.dashboard.risks import AHEAD, forecast
from apps.platforms import registry
from apps.publishing import services as publishing
from apps.publishing.models import Publication
from apps.publishing.risks import risks
from apps.publishing.states import WAITING, State
from apps.social_accounts import selectors
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.pauses import Pause, pauses_of
from apps.social_accounts.states import PUBLISHES, AccountState
from apps.tenants.access import MemberRequest, page
from apps.tenants.members import Member
from apps.tenants.models import Workspace
from apps.tenants.selectors import names_of_actors

HISTORY = 20
MOST_NOTICES = 2
MOST_NAMES = 3
# What the diary's verbs are called on the page: title, tone, icon.
STORY: Mapping[str, tuple[str, str, str]] = {
    "account.connected": ("Connected", "ok", "link"),
    "account.reconnected": ("Reconnected", "ok", "link"),
    "account.signed_out": ("Signed out", "bad", "failed"),
    "account.missing_permission": ("Permission missing", "warn", "attention"),
    "account.disabled": ("Disabled at the platform", "bad", "failed"),
    "account.recovered": ("Works again", "ok", "check"),
    "account.disconnected": ("Disconnected", "bad", "x"),
}


@dataclass(frozen=True, slots=True)
class Plans:
    """What hangs on an account."""

    planned: int = 0
    held: int = 0
    last_post_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountRow:
    url: str
    name: str
    handle: str
    platform: str
    kind: str
    health: str
    health_words: str
    sign_in: str
    connected_by: str
    planned: int
    last_post_at: datetime | None
    reconnect_url: str
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class AccountPage:
    name: str
    handle: str
    platform: str
    kind: str
    url: str
    health: str
    health_words: str
    reason: str
    sign_in: str
    connected_at: datetime
    connected_by: str
    checked_at: datetime | None
    server: str
    scopes: list[str]
    planned: int
    held: int
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class AccountEvent:
    title: str
    text: str
    at: datetime
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class Care:
    """An account or a limit that needs somebody, and the one step that mends it."""

    tone: str
    title: str
    text: str
    action_url: str
    action_label: str


@require_safe
@page("account.view")
def accounts(request: MemberRequest) -> HttpResponse:
    """The accounts of the current workspace."""
    workspace = request.member.workspace
    if workspace is None:
        raise PermissionDenied("No workspace of this organization is open to you at the moment.")
    now = clock.now()
    found = list(selectors.accounts_of(workspace.pk))
    plans = plans_of(found)
    risky = risks(now=now, until=now + AHEAD, workspace_ids={workspace.pk})
    may_connect = request.member.may("account.connect")
    context = {
        "accounts": [_row(account, plans.get(account.pk, Plans()), may_connect) for account in found],
        "zone": workspace.timezone,
        "now": now,
        "forecast": forecast(found, risky, zone=workspace.timezone, now=now),
        "risks_url": reverse("dashboard:risks"),
        "checked_at": max((account.checked_at for account in found if account.checked_at), default=None),
        "care": [*care_of_all(found, plans, may_connect), *care_of_pauses(workspace)],
        "connect_url": reverse("social_accounts:connect") if may_connect else "",
    }
    return render(request, "social_accounts/list.html", context)


@require_safe
@page("account.view")
def account(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """One account: how it is, what hangs on it, and what became of it so far."""
    found = get_object_or_404(SocialAccount.objects.select_related("grant", "connected_by", "workspace"), pk=account_id)
    request.member.require("account.view", found.workspace_id)
    may_connect = request.member.may_in(found.workspace_id, "account.connect")
    may_disconnect = request.member.may_in(found.workspace_id, "account.disconnect")
    is_connected = found.state != AccountState.DISCONNECTED
    context = {
        "account": _page(found, plans_of([found]).get(found.pk, Plans())),
        "zone": found.workspace.timezone,
        "list_url": reverse("dashboard:accounts"),
        "events": _history(found),
        **_waiting(request.member, found),
        "figures_url": reverse("analytics:account", args=[found.pk]),
        "imports_url": reverse("analytics:imports", args=[found.pk]),
        "stop_url": (
            reverse("stops:account", args=[found.pk])
            if is_connected and request.member.may_in(found.workspace_id, "publishing.stop")
            else ""
        ),
        "check_url": reverse("social_accounts:check", args=[found.pk]) if may_connect and is_connected else "",
        "reconnect_url": reverse("social_accounts:reconnect", args=[found.pk]) if may_connect else "",
        "reconnect_link_url": reverse("social_accounts:reconnect_link", args=[found.pk]) if may_connect else "",
        "disconnect_url": (
            reverse("social_accounts:disconnect", args=[found.pk]) if may_disconnect and is_connected else ""
        ),
    }
    return render(request, "social_accounts/account.html", context)


def _waiting(member: Member, account: SocialAccount) -> dict[str, object]:
    """What waited for the account, and what this member may do with it."""
    now, place = clock.now(), account.workspace_id
    return {
        "waiting": publishing.waiting(account.pk, now=now),
        "works": account.state in PUBLISHES,
        "mend_url": reverse("publishing:mend", args=[account.pk]),
        "may_send": member.may_in(place, "publication.retry"),
        "may_move": member.may_in(place, "post.schedule"),
        "may_skip": member.may_in(place, "post.cancel"),
        "soonest": cell_of(now, account.workspace.timezone).isoformat(),
    }


def plans_of(accounts: Iterable[SocialAccount]) -> dict[UUID, Plans]:
    """What is planned and held on each account, and when it last published; one query."""
    rows = (
        Publication.objects.filter(account__in=[account.pk for account in accounts])
        .values("account_id")
        .annotate(
            planned=Count("pk", filter=Q(state__in=[*WAITING, State.HELD])),
            held=Count("pk", filter=Q(state=State.HELD)),
            last=Max("published_at"),
        )
    )
    return {row["account_id"]: Plans(row["planned"], row["held"], row["last"]) for row in rows}


def care_of_all(accounts: Iterable[SocialAccount], plans: Mapping[UUID, Plans], may_connect: bool) -> list[Care]:
    """A notice for each account that needs somebody, or one for them all where there are many: nobody reads a page of
    notices."""
    ailing = [one for one in accounts if selectors.health(one).level != "ok"]
    found = [care for one in ailing if (care := care_for(one, plans.get(one.pk, Plans()), may_connect))]
    if len(found) <= MOST_NOTICES:
        return found
    posts = sum(plans.get(one.pk, Plans()).planned for one in ailing)
    waits = f"{posts} planned post{'s' * (posts != 1)} at risk. " if posts else ""
    return [
        Care(
            tone="bad" if any(care.tone == "bad" for care in found) else "warn",
            title=f"{len(found)} accounts need you",
            text=f"{waits}Those that hang on one sign-in come back together, with one reconnect.",
            action_url=reverse("dashboard:risks"),
            action_label="See what is at risk",
        )
    ]


def care_of_pauses(workspace: Workspace) -> list[Care]:
    """A notice for each network that Postroom leaves alone just now, with what waits for it; nobody has to act."""
    return [_care_of_pause(pause, ZoneInfo(workspace.timezone or "UTC")) for pause in pauses_of(workspace.pk)]


def _care_of_pause(pause: Pause, zone: ZoneInfo) -> Care:
    names = [f"@{account.handle}" for account in pause.accounts]
    whose = ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")
    is_over = pause.until <= clock.now()
    again = "The next post tries." if is_over else f"Postroom tries again at {pause.until.astimezone(zone):%H:%M}."
    return Care(
        tone="warn",
        title=f"{pause.label} is not answering as it should",
        text=f"{whose}: posts wait, and none is lost. {again}",
        action_url="",
        action_label="",
    )


def care_for(account: SocialAccount, plans: Plans, may_connect: bool) -> Care | None:
    """What to tell of an account that is broken; None for one that is well."""
    health = selectors.health(account)
    if health.level == "ok":
        return None
    waits = f"{plans.planned} planned post{'s' * (plans.planned != 1)} at risk. " if plans.planned else ""
    return Care(
        tone=health.level,
        title=f"{registry.label(account.platform)} @{account.handle}: {health.words.lower()}",
        text=f"{waits}{account.reason or health.sign_in}",
        action_url=reverse("dashboard:account", args=[account.pk]) if may_connect else "",
        action_label="Look and reconnect" if may_connect else "",
    )


def _row(account: SocialAccount, plans: Plans, may_connect: bool) -> AccountRow:
    health = selectors.health(account)
    return AccountRow(
        url=reverse("dashboard:account", args=[account.pk]),
        name=account.name or account.handle,
        handle=account.handle,
        platform=account.platform,
        kind=account.kind,
        health=health.level,
        health_words=health.words,
        sign_in=health.sign_in,
        connected_by=str(account.connected_by or ""),
        planned=plans.planned,
        last_post_at=plans.last_post_at,
        reconnect_url=reverse("social_accounts:reconnect", args=[account.pk])
        if may_connect and health.level != "ok"
        else "",
        is_test=account.is_test,
    )


def _page(account: SocialAccount, plans: Plans) -> AccountPage:
    health = selectors.health(account)
    return AccountPage(
        name=account.name or account.handle,
        handle=account.handle,
        platform=account.platform,
        kind=account.kind,
        url=account.url,
        health=health.level,
        health_words=health.words,
        reason=account.reason,
        sign_in=health.sign_in,
        connected_at=account.connected_at,
        connected_by=str(account.connected_by or ""),
        checked_at=account.checked_at,
        server=account.grant.server if account.grant else "",
        scopes=list(account.grant.scopes) if account.grant else [],
        planned=plans.planned,
        held=plans.held,
        is_test=account.is_test,
    )


def _history(account: SocialAccount) -> list[AccountEvent]:
    entries = list(Entry.objects.filter(subject_id=account.pk, verb__in=STORY)[:HISTORY])
    names = names_of_actors(entries)
    return [
        AccountEvent(
            title=STORY[entry.verb][0],
            # What a person did is told with their name; what a platform ended with its reason, for as long as that
            # holds: the diary keeps no words of a platform.
            text=_by(entry, names) or (account.reason if place == 0 else ""),
            at=entry.created_at,
            tone=STORY[entry.verb][1],
            icon=STORY[entry.verb][2],
        )
        for place, entry in enumerate(entries)
    ]


def _by(entry: Entry, names: Mapping[UUID, str]) -> str:
    """Who did it, where it was not Postroom itself."""
    if entry.actor_kind == ActorKind.GUEST:
        return "by somebody with a portal link"
    name = names.get(entry.actor_id) if entry.actor_id else None
    return f"by {name}" if name else ""
