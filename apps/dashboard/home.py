"""Today in one workspace: what needs a person, what goes out, what is unfinished. And the very first day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.core.calendar import cell_of, reach
from apps.dashboard.accounts import Care, care_of_all, care_of_pauses, plans_of
from apps.dashboard.post_rows import WANTS_A_PERSON, PostRow, rows
from apps.dashboard.workspaces import here
from apps.platforms import registry
from apps.posts.models import Post
from apps.publishing.models import Publication
from apps.publishing.states import WAITING, PostState, State
from apps.social_accounts import selectors as social_accounts
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Membership, Workspace
from apps.usage import selectors as usage

DAYS_AHEAD: Final = 3
MOST: Final = 8
MANY: Final = 999
JUST: Final = 5
RECENT: Final = timedelta(days=2)
UNPLANNED: Final = (PostState.DRAFT, PostState.CANCELED)
ON_THE_PLAN: Final = (*sorted(WAITING), State.PUBLISHING, State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    label: str
    posts: list[PostRow]


@dataclass(frozen=True, slots=True)
class Count:
    label: str
    value: str
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """One of the four steps to the first post."""

    title: str
    text: str
    is_done: bool
    url: str
    action: str
    is_current: bool = False
    shows_networks: bool = False
    other_url: str = ""
    other_action: str = ""


@require_safe
@page("post.view")
def today(request: MemberRequest) -> HttpResponse:
    """Today, or the first steps where there is nothing yet to show of a day."""
    workspace = here(request)
    accounts = list(social_accounts.accounts_of(workspace.pk))
    posts = Post.objects.filter(workspace=workspace, deleted_at=None)
    if not accounts and not posts.exists():
        return redirect("dashboard:first_run")
    ailing = [account for account in accounts if social_accounts.health(account).level != "ok"]
    plans = plans_of(ailing)
    may_connect = request.member.may("account.connect")
    context = {
        **day_facts(workspace, clock.now()),
        "care": [
            *_limits_reached(request, workspace),
            *care_of_all(ailing, plans, may_connect),
            *care_of_pauses(workspace),
        ],
        "compose_url": reverse("dashboard:compose") if request.member.may("post.edit") else "",
        "calendar_url": reverse("dashboard:calendar"),
        "posts_url": reverse("publishing:list"),
    }
    return render(request, "dashboard/home.html", context)


@require_safe
@page("post.view")
def first_run(request: MemberRequest) -> HttpResponse:
    workspace = here(request)
    context = {
        "first_name": str(request.member.user).split("@")[0].split()[0],
        "steps": steps(request, workspace),
        "networks": list(registry.names()),
        "sandbox_url": settings.SANDBOX_URL,
    }
    return render(request, "dashboard/first_run.html", context)


def day_facts(workspace: Workspace, now: datetime) -> dict[str, object]:
    """All that the page says about posts. Each question walks an index over a few days or few rows, so that it takes as
    long in a workspace with a hundred thousand posts as in a new one."""
    zone = workspace.timezone
    first = cell_of(now, zone)
    begin, end = reach(first, first + timedelta(days=DAYS_AHEAD), zone)
    own = Publication.objects.filter(workspace=workspace)
    posts = Post.objects.filter(workspace=workspace, deleted_at=None)
    coming = posts.filter(pk__in=own.filter(state__in=ON_THE_PLAN, due_at__range=(begin - RECENT, end)).values("post"))
    recent = posts.filter(pk__in=own.filter(state=State.PUBLISHED, due_at__range=(now - RECENT, now)).values("post"))
    wanting = posts.filter(pk__in=own.filter(state__in=WANTS_A_PERSON).values("post"))
    ahead = own.filter(state__in=WAITING, due_at__gte=now).order_by("due_at")
    # Drafts without a time; one with a time stands on the calendar.
    edited = list(posts.filter(due_at=None).order_by("-updated_at")[: 2 * MOST])
    notes = {post.pk: _edited(post, zone) for post in edited}
    return {
        "today": first,
        "now": now,
        "zone": zone,
        "attention": rows(list(wanting.order_by("-due_at", "-id")[:MOST]), with_problems=True),
        "days": _days(rows(list(coming.order_by("due_at", "id")[: MOST * DAYS_AHEAD])), zone, now),
        "drafts": [row for row in rows(edited, notes=notes) if row.state in UNPLANNED][:MOST],
        "recent": rows(list(recent.order_by("-due_at", "-id")[:JUST])),
        "counts": [
            Count("Scheduled", _up_to_many(ahead.values("post").distinct()), "scheduled", _listed("scheduled")),
            Count("Needs attention", _up_to_many(wanting), "needs_attention", _listed("needs_attention")),
        ],
    }


def steps(request: MemberRequest, workspace: Workspace) -> list[Step]:
    """The way to the first post; the first that is not done is the current one."""
    member = request.member
    connected = social_accounts.accounts_of(workspace.pk).exists()
    written = Post.objects.filter(workspace=workspace).exists()
    # Who may not invite has nothing left to do here.
    alone = member.may("member.invite") and Membership.objects.count() < 2
    way = [
        ("Name your agency", f"{member.organization.name}, {_place(workspace.timezone)} time", True,
         reverse("tenants:organization") if member.may("organization.edit") else "", "Name your agency"),
        ("Connect a first account", "Yours or a client’s. You sign in at the network itself.", connected,
         reverse("social_accounts:connect"), "Connect account"),
        ("Write a post", "One text for all networks, with its own words where one needs them.", written,
         reverse("dashboard:compose"), "Write a post"),
        ("Invite your team", "Each person sees the workspaces you choose, and no other.", not alone,
         reverse("tenants:invite"), "Invite a member"),
    ]  # fmt: skip
    current = next((number for number, step in enumerate(way) if not step[2]), None)
    return [Step(*step, is_current=number == current, shows_networks=number == 1) for number, step in enumerate(way)]


def _limits_reached(request: MemberRequest, workspace: Workspace) -> list[Care]:
    """Limits that are nearly or wholly used up, for whoever plans posts here or answers for the organization."""
    member = request.member
    may_look = member.may("usage.view")
    if not (may_look or member.may("post.schedule")):
        return []
    url, label = (reverse("usage:usage"), "See the usage") if may_look else ("", "")
    found = usage.alarms(member.organization, workspace_id=workspace.pk)
    return [Care(one.tone, one.title, one.text, url, label) for one in found]


def _up_to_many(rows: QuerySet[Any, Any]) -> str:
    """A number that nobody counts beyond: "999+" is as good as the rest."""
    found = rows[: MANY + 1].count()
    return f"{MANY}+" if found > MANY else str(found)


def _days(coming: list[PostRow], zone: str, now: datetime) -> list[Day]:
    """Today and the next days, empty ones too: a day with nothing on it is news."""
    first = cell_of(now, zone)
    held: defaultdict[date, list[PostRow]] = defaultdict(list)
    for row in coming:
        if row.due_at is not None:
            # What should be out already and is not stands with today.
            held[max(cell_of(row.due_at, zone), first)].append(row)
    days = [first + timedelta(days=number) for number in range(DAYS_AHEAD)]
    labels = ["Today", "Tomorrow", *(f"{day:%a} {day.day} {day:%b}" for day in days[2:])]
    return [Day(day, label, held[day]) for day, label in zip(days, labels, strict=True)]


def _edited(post: Post, zone: str) -> str:
    day = cell_of(post.updated_at, zone)
    return f"edited {day:%a} {day.day} {day:%b}"


def _place(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _listed(shown: str) -> str:
    return f"{reverse('publishing:list')}?{urlencode({'state': shown})}"
