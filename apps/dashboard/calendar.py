"""The calendar month: every post of a workspace that has a time, in the cell that its wall clock names.

The number of queries is constant, and the month reads no more of a post than a cell shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID

from django.db.models import Case, IntegerField, Sum, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.core.calendar import Month, cell_of, clock_change, reach
from apps.dashboard.post_rows import main_texts, platforms_of, title_of, titles_of
from apps.dashboard.workspaces import here
from apps.posts.models import Post
from apps.publishing.models import Publication
from apps.publishing.states import PostState, State, post_state
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace

CHIPS_IN_A_CELL: Final = 3
WEEKDAYS: Final = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
YEARS: Final = range(2000, 2100)
# What the chips above the month let through.
FILTERS: Final[Mapping[str, tuple[str, str, frozenset[str]]]] = {
    "": ("All", "", frozenset(PostState.values)),
    "scheduled": (
        "Scheduled",
        "scheduled",
        frozenset({PostState.SCHEDULED, PostState.PUBLISHING, PostState.UNCERTAIN}),
    ),
    "approval": ("Waiting for approval", "awaiting_approval", frozenset({PostState.AWAITING_APPROVAL})),
    "attention": (
        "Needs attention",
        "needs_attention",
        frozenset({PostState.NEEDS_ATTENTION, PostState.HELD, PostState.FAILED, PostState.PARTIALLY_PUBLISHED}),
    ),
    "published": ("Published", "published", frozenset({PostState.PUBLISHED})),
    "draft": ("Drafts", "draft", frozenset({PostState.DRAFT})),
}
# The states of a post's publications as one number, so that the database hands over one row for each post.
BITS: Final = {state: 1 << place for place, state in enumerate(State)}
STATES_OF_ROWS: Final = Sum(
    Case(*(When(state=state, then=Value(bit)) for state, bit in BITS.items()), output_field=IntegerField()),
    distinct=True,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A post on the calendar, as far as counting and placing it needs."""

    post_id: UUID
    due_at: datetime
    day: date
    state: str


@dataclass(frozen=True, slots=True)
class Chip:
    url: str
    title: str
    state: str
    at: datetime
    platforms: list[str]


@dataclass(frozen=True, slots=True)
class Cell:
    date: date
    is_today: bool
    is_past: bool
    is_outside: bool
    is_weekend: bool
    is_first: bool
    note: str
    chips: list[Chip]
    more_count: int
    more_url: str
    compose_url: str


@dataclass(frozen=True, slots=True)
class Filter:
    label: str
    value: str
    count: int
    state: str
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class MonthPage:
    """What templates/dashboard/_month.html shows."""

    title: str
    zone: str
    now: datetime
    url: str
    previous_url: str
    previous_title: str
    next_url: str
    next_title: str
    today_url: str
    compose_url: str
    review_url: str
    weekdays: list[str]
    filters: list[Filter]
    earlier_url: str
    earlier_count: int
    is_empty: bool
    cells: list[Cell]


@require_safe
@page("post.view")
def this_month(request: MemberRequest) -> HttpResponse:
    today = cell_of(clock.now(), here(request).timezone)
    address = reverse("dashboard:month", args=[today.year, today.month])
    return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)


@require_safe
@page("post.view")
def month(request: MemberRequest, year: int, month: int) -> HttpResponse:
    """The month on a page, or for htmx the month alone."""
    if year not in YEARS or month not in range(1, 13):
        raise Http404("No such month")
    shown = request.GET.get("show", "")
    facts = month_page(
        here(request),
        Month(year, month),
        shown=shown if shown in FILTERS else "",
        may_write=request.member.may("post.edit"),
        may_send=request.member.may("approval.request"),
        whole="whole" in request.GET,
    )
    template = "dashboard/_month_swap.html" if request.htmx else "dashboard/calendar.html"  # type: ignore[attr-defined]
    return render(request, template, {"month": facts})


def month_page(
    workspace: Workspace,
    month: Month,
    *,
    shown: str = "",
    may_write: bool = False,
    may_send: bool = False,
    whole: bool = False,
) -> MonthPage:
    """Five queries: what stands where in which state, and titles, texts and networks of the posts that are shown.

    On a phone the month is an agenda from yesterday on, unless the `whole` of it is wanted.
    """
    zone, now = workspace.timezone, clock.now()
    today = cell_of(now, zone)
    entries = entries_of(workspace, month)
    wanted = FILTERS[shown][2]
    days: defaultdict[date, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.state in wanted:
            days[entry.day].append(entry)
    chips = _chips(days)
    waits = any(entry.state == PostState.AWAITING_APPROVAL for entry in entries if entry.day in month)
    compose = reverse("dashboard:compose") if may_write else ""
    begin = date.min if whole else today - timedelta(days=1)
    return MonthPage(
        title=_title(month),
        zone=zone,
        now=now,
        url=_address(month, shown),
        previous_url=_address(month - 1, shown),
        previous_title=_title(month - 1),
        next_url=_address(month + 1, shown),
        next_title=_title(month + 1),
        today_url=_address(Month.of(today), shown),
        compose_url=compose,
        review_url=f"{reverse('approvals:link_new')}?month={month}" if may_send and waits else "",
        weekdays=WEEKDAYS,
        filters=_filters(month, entries, shown),
        earlier_url=_address(month, shown, whole=True),
        earlier_count=sum(len(held) for day, held in days.items() if day in month and day < begin),
        is_empty=not any(day in month for day in days),
        cells=[
            _cell(day, days[day], chips, month=month, zone=zone, today=today, begin=begin, compose=compose)
            for day in month.days()
        ],
    )


def entries_of(workspace: Workspace, month: Month) -> list[Entry]:
    """Every post that stands in the grid of `month`, in order; two queries, no more of a row than placing needs."""
    days, zone = month.days(), workspace.timezone
    begin, end = reach(days[0], days[-1], zone)
    due = Post.objects.filter(workspace=workspace, deleted_at=None, due_at__gte=begin, due_at__lt=end)
    own = Publication.objects.filter(post__in=due.values("pk")).order_by()
    masks = dict(own.values("post_id").annotate(mask=STATES_OF_ROWS).values_list("post_id", "mask"))
    rows = due.order_by("due_at", "id").values_list("id", "due_at", "review")
    placed = ((post_id, due_at, review, cell_of(due_at, zone)) for post_id, due_at, review in rows)
    return [
        Entry(post_id, due_at, day, _state(masks.get(post_id, 0), review))
        for post_id, due_at, review, day in placed
        if days[0] <= day <= days[-1]
    ]


@cache
def _state(mask: int, review: str) -> str:
    return post_state([state for state, bit in BITS.items() if mask & bit], review).value


def _chips(days: Mapping[date, list[Entry]]) -> dict[UUID, Chip]:
    shown = [entry for held in days.values() for entry in held[: _fitting(held)]]
    ids = [entry.post_id for entry in shown]
    titles, texts, platforms = titles_of(ids), main_texts(ids), platforms_of(ids)
    return {
        entry.post_id: Chip(
            url=reverse("publishing:post", args=[entry.post_id]),
            title=title_of(titles[entry.post_id], texts.get(entry.post_id, "")),
            state=entry.state,
            at=entry.due_at,
            platforms=platforms.get(entry.post_id, []),
        )
        for entry in shown
    }


def _fitting(held: list[Entry]) -> int:
    """How many chips a cell shows: all, or one less than fit, for the line that says how many more there are."""
    return len(held) if len(held) <= CHIPS_IN_A_CELL else CHIPS_IN_A_CELL - 1


def _cell(
    day: date,
    held: list[Entry],
    chips: Mapping[UUID, Chip],
    *,
    month: Month,
    zone: str,
    today: date,
    begin: date,
    compose: str,
) -> Cell:
    fitting = _fitting(held)
    may_plan = compose and day >= today
    return Cell(
        date=day,
        is_today=day == today,
        is_past=day < begin,
        is_outside=day not in month,
        is_weekend=day.weekday() >= 5,
        is_first=day.day == 1,
        note=clock_change(day, zone),
        chips=[chips[entry.post_id] for entry in held[:fitting]],
        more_count=len(held) - fitting,
        more_url=_list_address(day),
        compose_url=f"{compose}?{urlencode({'date': day.isoformat()})}" if may_plan else "",
    )


def _filters(month: Month, entries: Iterable[Entry], shown: str) -> list[Filter]:
    counts = Counter(entry.state for entry in entries if entry.day in month)
    return [
        Filter(
            label=label,
            value=value,
            count=sum(counts[name] for name in states),
            state=state,
            url=_address(month, value),
            is_on=value == shown,
        )
        for value, (label, state, states) in FILTERS.items()
    ]


def _title(month: Month) -> str:
    return f"{month.first:%B} {month.year}"


def _address(month: Month, shown: str, *, whole: bool = False) -> str:
    address = reverse("dashboard:month", args=[month.year, month.month])
    asked = {**({"show": shown} if shown else {}), **({"whole": "1"} if whole else {})}
    return f"{address}?{urlencode(asked)}" if asked else address


def _list_address(day: date) -> str:
    return f"{reverse('publishing:list')}?{urlencode({'day': day.isoformat()})}"
