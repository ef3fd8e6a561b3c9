"""What the context processor tells every page: the look this browser chose, and for members the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from apps.core import tenancy
from apps.publishing.notices import StopNotice, notices
from apps.social_accounts.adapters import has_sandbox
from apps.tenants.members import Member
from apps.watch import alarm
from apps.watch.alarm import Alarm

THEMES: Final = ("light", "dark")
THEME_COOKIE: Final = "theme"
KEYS_COOKIE: Final = "single_keys"

# Label, address, icon, the permission it takes, and the beginnings of the views that it stands for.
PAGES: Final = (
    ("Today", "dashboard:home", "home", "post.view", ("dashboard:home", "dashboard:first_run")),
    ("Calendar", "dashboard:calendar", "calendar", "post.view", ("dashboard:calendar", "dashboard:month")),
    (
        "Posts",
        "publishing:list",
        "posts",
        "post.view",
        ("publishing:", "posts:", "dashboard:compose", "dashboard:edit"),
    ),
    ("Approvals", "approvals:index", "approve", "approval.view", ("approvals:",)),
    ("Queues", "queues:index", "rows", "queue.view", ("queues:",)),
    ("Media", "dashboard:library", "media", "media.view", ("dashboard:library", "dashboard:asset", "dashboard:shelf")),
    ("Accounts", "dashboard:accounts", "accounts", "account.view", ("dashboard:account", "social_accounts:")),
    ("Analytics", "analytics:overview", "analytics", "analytics.view", ("analytics:", "links:")),
    ("Reports", "reports:index", "document", "report.view", ("reports:",)),
    ("On time", "watch:on_time", "scheduled", "post.view", ("watch:on_time",)),
)
ORGANIZATION_PAGES: Final = (
    ("Workspaces", "tenants:workspaces", "clients", "organization.enter", ("tenants:workspace",)),
    ("All clients", "agency:analytics", "analytics", "organization.view", ("agency:",)),
    ("Members", "tenants:members", "members", "member.view", ("tenants:member", "tenants:invite")),
    ("Apps", "connections:apps", "key", "app.edit", ("connections:",)),
    ("Emergency stop", "stops:index", "stop", "publishing.stop", ("stops:",)),
    ("On time", "watch:organization", "scheduled", "organization.view", ("watch:organization",)),
    ("API keys", "tenants:keys", "key", "key.view", ("tenants:key",)),
    ("Webhooks", "hooks:list", "link", "webhook.view", ("hooks:",)),
    ("Organization", "tenants:organization", "settings", "organization.view", ("tenants:organization",)),
    ("Usage", "usage:usage", "analytics", "usage.view", ("usage:",)),
    ("Audit trail", "tenants:audit", "rows", "audit.view", ("tenants:audit",)),
    ("Your data", "compliance:exports", "save", "organization.export", ("compliance:export",)),
)
TABS: Final = ("Today", "Calendar", "Posts", "Accounts")


@dataclass(frozen=True, slots=True)
class NavItem:
    """A way to go; `warning` says what waits there, `key` is its shortcut."""

    label: str
    url: str
    icon: str
    is_current: bool = False
    is_new: bool = False
    count: int = 0
    warning: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """An organization or a workspace that one can switch to."""

    id: UUID
    name: str
    is_current: bool
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the shell that every page has, with or without a member."""

    theme: str
    single_keys: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """All that layouts/app.html shows around a page."""

    theme: str
    single_keys: bool
    path: str
    here_name: str
    organization_name: str
    zone: str
    user_name: str
    user_email: str
    workspaces: tuple[Place, ...]
    organizations: tuple[Place, ...]
    nav: tuple[NavItem, ...]
    organization_nav: tuple[NavItem, ...]
    tabs: tuple[NavItem, ...]
    actions: tuple[NavItem, ...]
    compose_url: str
    # Asked for by the shell alone: pieces of pages cost no query.
    stops: Callable[[], Sequence[StopNotice]]
    paused: Alarm | None = None
    # What is done here is only a test; without a sandbox there is nothing that it could go to.
    is_test: bool = False
    has_sandbox: bool = True
    no_posts: tuple[()] = ()

    switch_url = property(lambda self: reverse("tenants:switch"))
    workspaces_url = property(lambda self: reverse("tenants:workspaces"))
    profile_url = property(lambda self: reverse("tenants:profile"))
    security_url = property(lambda self: reverse("mfa_index"))
    preferences_url = property(lambda self: reverse("dashboard:preferences"))
    sign_out_url = property(lambda self: reverse("account_logout"))
    search_url = property(lambda self: reverse("dashboard:search"))
    alarm_url = property(lambda self: alarm.address(self.zone))


def shell(request: HttpRequest) -> dict[str, object]:
    """The context processor: `shell`, with everything for pages behind `tenants.access.page`, the frame for others."""
    frame = frame_of(request)
    member = getattr(request, "member", None)
    return {"shell": shell_of(request, member, frame) if member else frame}


def frame_of(request: HttpRequest) -> Frame:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return Frame(theme=theme if theme in THEMES else "", single_keys=request.COOKIES.get(KEYS_COOKIE) != "off")


def shell_of(request: HttpRequest, member: Member, frame: Frame) -> Shell:
    """Needs no query but for what is stopped: a member knows their places."""
    view = request.resolver_match.view_name if request.resolver_match else ""
    nav = tuple(_items(PAGES, view, member)) if member.workspace else ()
    compose_url = reverse("dashboard:compose") if member.workspace and member.may("post.edit") else ""
    write = (NavItem("New post", compose_url, "plus", is_new=True, key="C"),) if compose_url else ()
    tabs = [item for item in nav if item.label in TABS]
    zone = member.workspace.timezone if member.workspace else member.organization.timezone
    return Shell(
        theme=frame.theme,
        single_keys=frame.single_keys,
        path=request.get_full_path(),
        here_name=member.workspace.name if member.workspace else member.organization.name,
        organization_name=member.organization.name,
        zone=zone,
        user_name=str(member.user),
        user_email=member.user.email,
        workspaces=tuple(Place(one.pk, one.name, one == member.workspace, one.is_test) for one in member.workspaces),
        organizations=tuple(Place(one.pk, one.name, one == member.organization) for one in member.organizations),
        nav=nav,
        organization_nav=tuple(_items(ORGANIZATION_PAGES, view, member)),
        tabs=(*tabs[:2], *write, *tabs[2:]),
        actions=(*write, *nav),
        compose_url=compose_url,
        stops=cache(partial(_stops, member)),
        paused=alarm.alarm_now(zone),
        is_test=member.workspace is not None and member.workspace.is_test,
        has_sandbox=has_sandbox(),
    )


def _stops(member: Member) -> Sequence[StopNotice]:
    """Read in the member's tenant; a page that tells of an error is rendered outside of it."""
    if tenancy.current().organization_id == member.organization.pk:
        return notices(member)
    with member.scope():
        return notices(member)


def _items(pages: Iterable[Any], view: str, member: Member) -> Iterable[NavItem]:
    for label, name, icon, permission, own in pages:
        if member.may(permission):
            yield NavItem(label, reverse(name), icon, is_current=view.startswith(own))
