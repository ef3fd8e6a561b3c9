"""The numbers of a report, computed once. What comes out is data alone: no row, no address and no language in it.

They are those of the analytics pages, from the same rows (`apps.analytics.overview`). What was not told is None, and
each gap is listed with its reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, reduce
from statistics import median
from typing import Any, Final
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q

from apps.analytics.boards.audience import AudienceBoard, audiences_of
from apps.analytics.boards.days import Series, joined
from apps.analytics.boards.figures import Number, PostRow
from apps.analytics.boards.goals import Progress, progress_of_all
from apps.analytics.boards.own_clicks import OwnClicks
from apps.analytics.definitions import BOOKS, NOTHING
from apps.analytics.models import Goal
from apps.analytics.overview import Overview, Point, Trend, apart_among, overview, present, titles_of
from apps.approvals.models import Request
from apps.approvals.states import RequestState
from apps.core.calendar import cell_of, reach
from apps.media.models import Asset
from apps.posts.models import PartMedia
from apps.publishing.models import Publication
from apps.reports.periods import DAY, Period, compared
from apps.reports.plan import Kind, Plan, Section
from apps.tenants.models import Workspace
from apps.tenants.services import branding_of

FORMAT: Final = 1
MOST_GROUPS: Final = 8  # of a division of followers
MOST_PUBLISHED: Final = 400  # posts that the list of what was published names
SETTLED: Final = timedelta(days=3)  # a post has to have been out so long to be told that few cared for it
NOT_READ: Final = "not_read"
FIGURES: Final = ("followers", "views", "published", "post_views", "interactions")
ABOUT: Final = {"followers": "account", "views": "day", "post_views": "post", "interactions": "post"}


@dataclass(frozen=True)
class Compared(Overview):
    """Two periods of the same number of days, `shift` apart."""

    shift: timedelta = timedelta(0)

    @property
    def length(self) -> timedelta:
        return self.shift


@dataclass(frozen=True)
class Frozen:
    """`account_ids` are those of which it has figures. `thumbnails` are names of stored files, by the names that `data`
    has for them; they are read outside of any transaction. `assets` are what they are thumbnails of."""

    data: dict[str, Any]
    account_ids: list[str]
    thumbnails: dict[str, str] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)
    logo: bytes = b""


def freeze(*, workspace: Workspace, plan: Plan, period: Period, as_of: datetime) -> Frozen:
    """Everything that the plan asks for, as it is known now. The workspace's tenant is in context."""
    return _Freezer(workspace, plan, period, as_of).frozen()


def digest_of(data: Mapping[str, Any]) -> str:
    """SHA-256 of the data in one spelling."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(data: Any) -> Any:
    return json.loads(json.dumps(data, cls=DjangoJSONEncoder))


def compared_overview(workspace: Workspace, period: Period, before: Period | None) -> Compared:
    """The rows of the period, and of what it is compared with, if anything."""
    now = overview(workspace, first=period.first, last=period.last)
    rows = [now] if before is None else [overview(workspace, first=before.first, last=before.last), now]
    spans = [period] if before is None else [before, period]
    shift = period.first - before.first if before else DAY * period.days
    days = joined(
        (
            {pk: series.between(span.first, span.last) for pk, series in found.days.items()}
            for found, span in zip(rows, spans, strict=True)
        ),
        period.first - shift,
        period.last,
    )
    days = {pk: series for pk, series in days.items() if any(why is not None for why in series.missing)}
    posts = [post for found, span in zip(rows, spans, strict=True) for post in found.posts if post.day in span]
    named = {account.pk: account for found in rows for account in found.accounts}
    accounts = sorted(present(named.values(), days, posts), key=lambda one: (one.platform, one.handle))
    counted = [
        found.clicks.between(span.first, span.last)
        for found, span in zip(rows, spans, strict=True)
        if found.clicks is not None
    ]
    clicks = reduce(OwnClicks.and_, counted) if counted else None
    apart = apart_among(accounts)
    return Compared(period.first, period.last, accounts, days, posts, apart, clicks=clicks, shift=shift)


class _Freezer:
    def __init__(self, workspace: Workspace, plan: Plan, period: Period, as_of: datetime) -> None:
        self.workspace, self.plan, self.period, self.as_of = workspace, plan, period, as_of
        self.before = compared(period, plan.comparison)
        self.found = compared_overview(workspace, period, self.before)
        self.names = {account.pk: account for account in self.found.accounts}
        self._told = set(self.found.told)  # of whom a figure is in it; sections add those that they look up

    def frozen(self) -> Frozen:
        brand = branding_of(self.workspace.organization_id)
        data = {
            "format": FORMAT,
            "agency": self.workspace.organization.name,
            "client": self.workspace.name,
            "title": self.plan.title,
            "language": self.plan.language,
            "timezone": self.workspace.timezone,
            "colour": brand.colour,
            "names_product": brand.names_product,
            "as_of": self.as_of,
            "period": asdict(self.period),
            "compared": asdict(self.before) if self.before else None,
            "accounts": [self._account(account.pk) for account in self.found.accounts],
            "apart": sorted(self.found.apart & set(self.found.platform_of.values())),
            "sections": [self._section(section) for section in self.plan.sections],
        }
        assets = {name: row.asset for name, row in self._media.items()}
        return Frozen(_plain(data), sorted(map(str, self._told)), self._thumbnails, assets, bytes(brand.logo))

    def _section(self, section: Section) -> dict[str, Any]:
        payload = {
            Kind.FIGURES: self._figures,
            Kind.GOALS: self._goals,
            Kind.TRENDS: lambda: self._trends(section),
            Kind.NETWORKS: self._networks,
            Kind.AUDIENCE: self._audience,
            Kind.TOP: lambda: {"posts": self._posts(self.top(section.count))},
            Kind.FLOP: lambda: {"posts": self._posts(self.flop(section.count))},
            Kind.CALENDAR: self._calendar,
            Kind.APPROVALS: self._approvals,
            Kind.MEANINGS: self._meanings,
        }.get(section.kind)
        return {
            "kind": section.kind,
            "heading": section.heading,
            "text": section.text,
            **(payload() if payload else {}),
        }

    # --- figures ------------------------------------------------------------------------------------------------------

    def _figures(self) -> dict[str, Any]:
        rows = [self._number(name, getattr(self.found, name)) for name in FIGURES]
        rate = {"name": "rate", "value": self._rate(is_now=True), "before": self._rate(is_now=False)}
        clicks = self.found.own_clicks
        own = [self._number("own_clicks", clicks)] if clicks is not None else []
        return {"figures": [*rows, rate, *own]}

    def _number(self, name: str, number: Number) -> dict[str, Any]:
        sides = {"now": number.now, "before": number.before} if self.before else {"now": None, "before": None}
        return {
            "name": name, "value": number.value, "known": number.known, "of": number.of, "about": ABOUT.get(name, ""),
            "taken_at": number.taken_at, **sides,
        }  # fmt: skip

    def _rate(self, *, is_now: bool) -> float | None:
        """Interactions for each view, of posts that tell both."""
        if not is_now and self.before is None:
            return None
        own = [post for post in self.found.posts if post.account_id in self.found.summed]
        both = [
            post
            for post in own
            if self.found.is_now(post.day) is is_now and post.views and post.interactions is not None
        ]
        seen = sum(post.views or 0 for post in both)
        return sum(post.interactions or 0 for post in both) / seen if seen else None

    def _goals(self) -> dict[str, Any]:
        """What was to be reached on a day of the period, as it stood at the end of it."""
        mine = Goal.objects.filter(
            workspace=self.workspace, begins_on__lte=self.period.last, ends_on__gte=self.period.first
        )
        mine = mine.filter(Q(account=None) | Q(account__in=self.names))
        found = progress_of_all(self.workspace, list(mine.select_related("account")), yesterday=self.period.last)
        self._told.update(*(one.told for one in found))
        return {"goals": [_goal(one) for one in found]}

    def _trends(self, section: Section) -> dict[str, Any]:
        return {"trends": [{"name": name, **self._trend(Trend(name))} for name in section.trends]}

    def _trend(self, of: Trend) -> dict[str, Any]:
        before = self.found.trend(of, before=True) if self.before else []
        return {"points": [_point(one) for one in self.found.trend(of)], "before": [_point(one) for one in before]}

    def _networks(self) -> dict[str, Any]:
        return {"networks": [asdict(row) for row in self.found.platforms]}

    def _audience(self) -> dict[str, Any]:
        """Of accounts whose networks tell it, as they had told it by the end of the period."""
        found = audiences_of(self.found.accounts, until=self.period.last)
        self._told.update(one.account.pk for one in found if one.row)
        return {"audiences": [_audience(one) for one in found if one.is_offered]}

    # --- posts --------------------------------------------------------------------------------------------------------

    @cached_property
    def now(self) -> list[PostRow]:
        return [post for post in self.found.posts if self.found.is_now(post.day)]

    @cached_property
    def _ranked(self) -> list[PostRow]:
        told = [post for post in self.now if post.interactions is not None]
        return sorted(told, key=lambda post: (-(post.interactions or 0), post.published_at))

    def top(self, count: int) -> list[PostRow]:
        return self._ranked[:count]

    def flop(self, count: int) -> list[PostRow]:
        """Those with the fewest, of posts that are not among as many best ones and had time to be seen."""
        rest = [post for post in self._ranked[count:] if post.taken_at and post.taken_at - post.published_at >= SETTLED]
        return rest[: -count - 1 : -1]

    def _posts(self, posts: Sequence[PostRow]) -> list[dict[str, Any]]:
        return [
            {
                **self._post(post),
                "views": post.views,
                "interactions": post.interactions,
                "taken_at": post.taken_at,
                **self._picture(post),
            }
            for post in posts
        ]

    def _picture(self, post: PostRow) -> dict[str, str]:
        name = str(self._post_ids.get(post.publication_id, ""))
        return {"picture": name if name in self._thumbnails else "", "alt": self._alts.get(name, "")}

    def _post(self, post: PostRow) -> dict[str, Any]:
        return {
            "title": self._titles.get(post.publication_id, (None, ""))[1][:200],
            "platform": self.found.platform_of.get(post.account_id, ""),
            "account": str(post.account_id),
            "published_at": post.published_at,
            "url": self._urls.get(post.publication_id, ""),
        }

    @cached_property
    def _titles(self) -> dict[UUID, tuple[UUID, str]]:
        return titles_of(self.now)

    @cached_property
    def _post_ids(self) -> dict[UUID, UUID]:
        return {publication_id: post_id for publication_id, (post_id, _) in self._titles.items()}

    @cached_property
    def _urls(self) -> dict[UUID, str]:
        rows = Publication.objects.filter(pk__in=[post.publication_id for post in self.now])
        return {pk: url for pk, url in rows.values_list("pk", "remote_url") if url.startswith("https://")}

    @cached_property
    def _shown(self) -> set[UUID]:
        """The posts that are shown with a picture."""
        lists = {Kind.TOP: self.top, Kind.FLOP: self.flop}
        wanted = [lists[one.kind](one.count) for one in self.plan.sections if one.kind in lists]
        ids = {post.publication_id for posts in wanted for post in posts}
        return {post_id for publication_id, post_id in self._post_ids.items() if publication_id in ids}

    @cached_property
    def _media(self) -> dict[str, Any]:
        rows = PartMedia.objects.filter(part__post__in=self._shown, part__position=0).select_related("asset", "part")
        found: dict[str, Any] = {}
        for row in rows.order_by("position"):
            if row.asset.thumbnail.name:
                found.setdefault(str(row.part.post_id), row)
        return found

    @cached_property
    def _thumbnails(self) -> dict[str, str]:
        return {name: row.asset.thumbnail.name for name, row in self._media.items()}

    @cached_property
    def _alts(self) -> dict[str, str]:
        return {name: row.alt or row.asset.alt for name, row in self._media.items()}

    def _calendar(self) -> dict[str, Any]:
        """Each post once, with the networks that it went to, in the order of its first appearance."""
        found: dict[UUID, dict[str, Any]] = {}
        for post in sorted(self.now, key=lambda one: one.published_at):
            known = self._post(post)
            entry = found.setdefault(self._post_ids.get(post.publication_id, post.publication_id), {
                "title": known["title"], "published_at": post.published_at, "url": known["url"], "platforms": [],
            })  # fmt: skip
            if known["platform"] not in entry["platforms"]:
                entry["platforms"].append(known["platform"])
        rows = list(found.values())
        return {"published": rows[:MOST_PUBLISHED], "left_out": max(len(rows) - MOST_PUBLISHED, 0)}

    # --- what stands around the figures -------------------------------------------------------------------------------

    def _approvals(self) -> dict[str, Any]:
        zone = self.workspace.timezone
        begin, end = reach(self.period.first, self.period.last, zone)
        rows = Request.objects.filter(workspace=self.workspace, closed_at__gte=begin, closed_at__lt=end)
        told = rows.values_list("state", "created_at", "closed_at", "number")
        closed = [row for row in told if cell_of(row[2], zone) in self.period]
        approved = [row for row in closed if row[0] == RequestState.APPROVED]
        spans = [(ended - asked).total_seconds() for _, asked, ended, _ in approved]
        return {
            "approved": len(approved),
            "changes": sum(1 for row in closed if row[0] == RequestState.CHANGES_REQUESTED),
            "rejected": sum(1 for row in closed if row[0] == RequestState.REJECTED),
            "at_once": sum(1 for row in approved if row[3] == 1),
            "seconds": median(spans) if spans else None,
        }

    def _meanings(self) -> dict[str, Any]:
        platforms = sorted(set(self.found.platform_of.values()))
        fresh = [{"account": str(pk), "until": self.found.until.get(pk)} for pk in self.names]
        return {"meanings": [_book(name) for name in platforms], "fresh": fresh, "gaps": list(self._gaps())}

    def _gaps(self) -> Iterator[dict[str, Any]]:
        """The days of each account that were not told, and why."""
        last = min(self.period.last, cell_of(self.as_of, self.workspace.timezone) - DAY)
        for pk, account in self.names.items():
            begins = max(self.period.first, cell_of(account.created_at, self.workspace.timezone))
            if begins > last:
                continue
            days = self.found.days[pk].between(begins, last) if pk in self.found.days else Series.blank(begins, last)
            why = (NOT_READ if reason is None else reason for reason in days.missing)
            for run in _runs((days.day(place), reason) for place, reason in enumerate(why)):
                yield {"account": str(pk), **run}

    def _account(self, pk: UUID) -> dict[str, Any]:
        account = self.names[pk]
        return {"id": str(pk), "platform": account.platform, "handle": account.handle, "name": account.name}


def _runs(days: Iterable[tuple[date, str]]) -> Iterator[dict[str, Any]]:
    """Days in a row that are missing for the same reason."""
    run: dict[str, Any] | None = None
    for day, reason in days:
        if run and reason == run["why"]:
            run["last"] = day
            continue
        if run:
            yield run
        run = {"first": day, "last": day, "why": reason} if reason else None
    if run:
        yield run


def _point(point: Point) -> dict[str, Any]:
    return asdict(point)


def _goal(one: Progress) -> dict[str, Any]:
    goal = one.goal
    return {
        "aim": goal.aim, "target": goal.target, "begins_on": goal.begins_on, "ends_on": goal.ends_on,
        "account": str(goal.account_id) if goal.account_id else None,
        "value": one.value, "known": one.known, "of": one.of, "began_at": one.began_at, "share": one.share,
        "time": one.time, "expected": one.expected, "forecast": one.forecast, "pace": one.pace.value,
        "until": one.until,
    }  # fmt: skip


def _audience(one: AudienceBoard) -> dict[str, Any]:
    row = one.row
    return {
        "account": str(one.account.pk), "missing": one.missing, "day": row.day if row else None,
        "taken_at": row.taken_at if row else None,
        "divisions": [
            {
                "by": division.by, "told": division.told, "left_out": max(len(division.groups) - MOST_GROUPS, 0),
                "groups": [asdict(group) for group in division.groups[:MOST_GROUPS]],
            }
            for division in one.divisions
        ],
    }  # fmt: skip


def _book(platform: str) -> dict[str, Any]:
    book = BOOKS.get(platform, NOTHING)
    rows = [
        {"of": of, "metric": metric.value, "name": one.name, "words": one.words}
        for of, told in (("account", book.accounts), ("post", book.posts))
        for metric, one in told.items()
    ]
    return {"platform": platform, "days_in": book.days_in, "rows": rows}
