"""The dashboard of a workspace: one reading of its rows, from which every number of the page is counted.

Whatever is shown as a total is the sum of the same rows that the tables show. What was not told is left out and said to
be: a number comes with how many days, accounts or posts it is about. The change to the period before compares like with
like, which is what is known on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Value

from apps.analytics.boards.choosing import EVERYTHING, Choice
from apps.analytics.boards.times import Times, times_of
from apps.analytics.boards.usual import flops_of, usual_of
from apps.analytics.charting import Point as Point
from apps.analytics.metrics import INTERACTIONS, total
from apps.analytics.models import AccountDay, Reading, UploadedDay
from apps.analytics.retention import kept_apart
from apps.analytics.selectors import span_of
from apps.core.calendar import cell_of, reach
from apps.platforms.insights import Metric
from apps.posts.models import Part
from apps.publishing.models import Publication
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace

DAY: Final = timedelta(days=1)
TOP: Final = 5
POST_COLUMNS: Final = (
    "publication_id", "account_id", "published_at", "latest__taken_at",
    *(f"latest__{metric.value}" for metric in (Metric.VIEWS, *INTERACTIONS)),
)  # fmt: skip


class Trend(StrEnum):
    """What the drawing may show."""

    VIEWS = "views"
    FOLLOWERS = "followers"
    INTERACTIONS = "interactions"


@dataclass(frozen=True, slots=True)
class Day:
    """An account on a day, as it holds."""

    account_id: UUID
    day: date
    taken_at: datetime
    missing: str
    views: int | None
    followers: int | None


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post on an account with its newest figures; `taken_at` None: nothing was told of it."""

    publication_id: UUID
    account_id: UUID
    day: date
    published_at: datetime
    taken_at: datetime | None
    views: int | None
    interactions: int | None


@dataclass(frozen=True, slots=True)
class Number:
    """A figure with what it is about: `known` of `of` things that could have told it. `before` and `now` are the two
    sides that the change compares; None where nothing can be compared."""

    value: int | None
    known: int = 0
    of: int = 0
    before: int | None = None
    now: int | None = None
    taken_at: datetime | None = None

    @property
    def change(self) -> int | None:
        return self.now - self.before if self.now is not None and self.before is not None else None


@dataclass(frozen=True, slots=True)
class PlatformRow:
    platform: str
    accounts: int
    followers: int | None
    views: int | None
    posts: int
    post_views: int | None
    interactions: int | None
    rate: float | None  # interactions for each view, of posts that tell both
    until: date | None  # the last day that was told
    taken_at: datetime | None


@dataclass(frozen=True)
class Overview:
    """The rows of two periods of the same length, `first` to `last` and the one before."""

    first: date
    last: date
    accounts: Sequence[SocialAccount]
    days: Sequence[Day]
    posts: Sequence[PostRow]
    apart: frozenset[str] = field(default_factory=frozenset)
    zone: str = "UTC"

    @property
    def length(self) -> timedelta:
        return DAY * span_of(self.first, self.last)

    def is_now(self, day: date) -> bool:
        return self.first <= day <= self.last

    @cached_property
    def platform_of(self) -> dict[UUID, str]:
        return {account.pk: account.platform for account in self.accounts}

    @cached_property
    def summed(self) -> frozenset[UUID]:
        """The accounts whose figures may be in one sum."""
        return frozenset(pk for pk, platform in self.platform_of.items() if platform not in self.apart)

    # --- the tiles ----------------------------------------------------------------------------------------------------

    @cached_property
    def followers(self) -> Number:
        now, before = (self._last_followers(self.summed, is_now=side) for side in (True, False))
        both = now.keys() & before.keys()
        return Number(
            value=total([day.followers for day in now.values()]),
            known=len(now),
            of=len(self.summed),
            now=total([now[pk].followers for pk in both]),
            before=total([before[pk].followers for pk in both]),
            taken_at=_newest(day.taken_at for day in now.values()),
        )

    @cached_property
    def views(self) -> Number:
        """Of accounts, day by day."""
        now, before = self._views(is_now=True), self._views(is_now=False)
        both = now.keys() & {(pk, day + self.length) for pk, day in before}
        telling = {pk for pk, _ in (*now, *before)}
        return Number(
            value=total([day.views for day in now.values()]),
            known=len(now),
            of=len(telling) * span_of(self.first, self.last),
            now=total([now[key].views for key in both]),
            before=total([before[pk, day - self.length].views for pk, day in both]),
            taken_at=_newest(day.taken_at for day in now.values()),
        )

    @cached_property
    def published(self) -> Number:
        now, before = self._posts(is_now=True), self._posts(is_now=False)
        return Number(len(now), len(now), len(now), before=len(before), now=len(now))

    @cached_property
    def post_views(self) -> Number:
        return self._of_posts(lambda post: post.views)

    @cached_property
    def interactions(self) -> Number:
        return self._of_posts(lambda post: post.interactions)

    def _of_posts(self, figure: Callable[[PostRow], int | None]) -> Number:
        now, before = self._posts(is_now=True), self._posts(is_now=False)
        known, known_before = ([post for post in side if figure(post) is not None] for side in (now, before))
        # A sum of some is not comparable with a sum of others.
        is_whole = len(known) == len(now) and len(known_before) == len(before)
        value, earlier = (total([figure(post) for post in side]) for side in (known, known_before))
        newest = _newest(post.taken_at for post in known)
        sides = {"now": value, "before": earlier} if is_whole else {}
        return Number(value, len(known), len(now), taken_at=newest, **sides)

    def _posts(self, *, is_now: bool) -> list[PostRow]:
        return [post for post in self.posts if post.account_id in self.summed and self.is_now(post.day) is is_now]

    def _views(self, *, is_now: bool) -> dict[tuple[UUID, date], Day]:
        return {
            (row.account_id, row.day): row
            for row in self.days
            if row.views is not None and row.account_id in self.summed and self.is_now(row.day) is is_now
        }

    def _last_followers(self, accounts: frozenset[UUID], *, is_now: bool) -> dict[UUID, Day]:
        found: dict[UUID, Day] = {}
        for row in self.days:  # in the order of days
            if row.followers is not None and row.account_id in accounts and self.is_now(row.day) is is_now:
                found[row.account_id] = row
        return found

    # --- the tables ---------------------------------------------------------------------------------------------------

    @cached_property
    def platforms(self) -> list[PlatformRow]:
        names = sorted(set(self.platform_of.values()))
        return sorted((self._platform(name) for name in names), key=lambda row: (-row.posts, row.platform))

    def _platform(self, name: str) -> PlatformRow:
        return self.row_of(name, frozenset(pk for pk, platform in self.platform_of.items() if platform == name))

    def row_of(self, name: str, own: frozenset[UUID]) -> PlatformRow:
        """The figures of some accounts of one platform."""
        days = [row for row in self.days if row.account_id in own and self.is_now(row.day)]
        posts = [post for post in self.posts if post.account_id in own and self.is_now(post.day)]
        both = [post for post in posts if post.views and post.interactions is not None]
        seen = total([post.views for post in both])
        done = total([post.interactions for post in both])
        return PlatformRow(
            platform=name,
            accounts=len(own),
            followers=total([row.followers for row in self._last_followers(own, is_now=True).values()]),
            views=total([row.views for row in days]),
            posts=len(posts),
            post_views=total([post.views for post in posts]),
            interactions=total([post.interactions for post in posts]),
            rate=done / seen if seen and done is not None else None,
            until=max((row.day for row in days if not row.missing), default=None),
            taken_at=_newest([*(row.taken_at for row in days), *(post.taken_at for post in posts)]),
        )

    @cached_property
    def top(self) -> list[PostRow]:
        """Posts of the period with the most interactions; one that tells none is not among them."""
        told = [post for post in self.posts if post.interactions is not None and self.is_now(post.day)]
        return sorted(told, key=lambda post: (-(post.interactions or 0), post.published_at))[:TOP]

    @cached_property
    def usual(self) -> dict[UUID, float]:
        """What posts of each account do, of both periods: the more there are, the less one of them changes it."""
        return usual_of(self.posts)

    @cached_property
    def flops(self) -> list[tuple[PostRow, float]]:
        """Posts of the period that did least against what is usual for their account, and how many times that."""
        return flops_of([post for post in self.posts if self.is_now(post.day)], self.usual, TOP)

    @cached_property
    def times(self) -> Times:
        """When posts of the period did well. Whose figures stand apart are in no mean with those of others."""
        return times_of(self._posts(is_now=True), self.usual, self.zone)

    # --- the drawing --------------------------------------------------------------------------------------------------

    def trend(self, of: Trend, *, before: bool = False) -> list[Point]:
        first = self.first - self.length if before else self.first
        days = [first + DAY * step for step in range(span_of(self.first, self.last))]
        if of is Trend.INTERACTIONS:
            return [self._posts_on(day) for day in days]
        return [self._accounts_on(day, of) for day in days]

    def _posts_on(self, day: date) -> Point:
        posts = [post for post in self.posts if post.day == day and post.account_id in self.summed]
        known = [post.interactions for post in posts if post.interactions is not None]
        return _point(day, known, len(posts)) if posts else Point(day, 0)

    def _accounts_on(self, day: date, of: Trend) -> Point:
        told = self._told[of]
        expected = [pk for pk, begins in self._begins[of].items() if begins <= day]
        known = [told[pk, day] for pk in expected if (pk, day) in told]
        return _point(day, known, len(expected)) if expected else Point(day, None)

    @cached_property
    def _told(self) -> dict[Trend, dict[tuple[UUID, date], int]]:
        """What was told on each day, for the figures that accounts have."""
        return {
            of: {
                (row.account_id, row.day): value
                for row in self.days
                if row.account_id in self.summed and (value := getattr(row, of.value)) is not None
            }
            for of in (Trend.VIEWS, Trend.FOLLOWERS)
        }

    @cached_property
    def _begins(self) -> dict[Trend, dict[UUID, date]]:
        """From which day on an account that tells the figure at all is expected to."""
        begins: dict[Trend, dict[UUID, date]] = {of: {} for of in self._told}
        for of, told in self._told.items():
            for pk, day in sorted(told, key=lambda key: key[1]):
                begins[of].setdefault(pk, day)
        return begins

    # --- how fresh it is ----------------------------------------------------------------------------------------------

    @cached_property
    def until(self) -> dict[UUID, date]:
        """The last day that was told, by account."""
        found: dict[UUID, date] = {}
        for row in self.days:
            if not row.missing:
                found[row.account_id] = row.day
        return found


def overview(workspace: Workspace, *, first: date, last: date, choice: Choice = EVERYTHING) -> Overview:
    """Read the rows of a span and of the one before; three queries, however much there is."""
    before = first - DAY * span_of(first, last)
    rows = rows_between(workspace, before, last, choice)
    return rows.board(first, last)


@dataclass(frozen=True)
class Rows:
    """What was read of a workspace, from which boards of any days between are made without another query."""

    accounts: Sequence[SocialAccount]
    days: Sequence[Day]
    posts: Sequence[PostRow]
    zone: str

    def board(self, first: date, last: date, *, account_id: UUID | None = None) -> Overview:
        """The board of a span and of the one before, of one account or of all."""
        before = first - DAY * span_of(first, last)
        accounts = [one for one in self.accounts if account_id in (None, one.pk)]
        platforms = {account.platform for account in accounts}
        # Who is alone is in nobody's company.
        apart = kept_apart() if platforms - kept_apart() else frozenset()
        days = [row for row in self.days if before <= row.day <= last and account_id in (None, row.account_id)]
        posts = [row for row in self.posts if before <= row.day <= last and account_id in (None, row.account_id)]
        return Overview(first, last, accounts, days, posts, apart, self.zone)


def rows_between(workspace: Workspace, first: date, last: date, choice: Choice = EVERYTHING) -> Rows:
    """Three queries, however much there is."""
    of_workspace = SocialAccount.objects.filter(workspace=workspace)
    accounts = list(choice.of_accounts(of_workspace).order_by("platform", "handle"))
    whose = accounts if choice.accounts or choice.networks else None
    days = [] if choice.is_of_posts else _days(workspace, first, last, whose)
    return Rows(accounts, days, _posts(workspace, first, last, choice, whose), workspace.timezone)


Whose = Sequence[SocialAccount] | None  # None: of every account


def _days(workspace: Workspace, first: date, last: date, whose: Whose) -> list[Day]:
    rows = AccountDay.objects.filter(workspace=workspace, day__gte=first, day__lte=last)
    brought = UploadedDay.objects.filter(workspace=workspace, day__gte=first, day__lte=last)
    if whose is not None:
        rows, brought = rows.filter(account__in=whose), brought.filter(account__in=whose)
    return [Day(*row) for row in days_told(rows, brought, DAY_COLUMNS)]


DAY_COLUMNS: Final = ("account_id", "day", "taken_at", "missing", "views", "followers")


def days_told(told: QuerySet[Any], brought: QuerySet[Any], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """The days of accounts in their order, in one query: as the platform told them, and where it told nothing, as
    somebody has uploaded them. `columns` begin with `DAY_COLUMNS`."""
    first, last = (
        rows.annotate(_turn=Value(turn)).values_list(*columns, "_turn") for turn, rows in enumerate((told, brought))
    )
    found: dict[Any, tuple[Any, ...]] = {}
    for *row, _ in sorted(first.union(last, all=True), key=lambda row: row[-1]):
        key = (row[0], row[1])
        if key not in found or found[key][3]:
            found[key] = tuple(row)
    return sorted(found.values(), key=lambda row: (row[1], row[0]))


def _posts(workspace: Workspace, first: date, last: date, choice: Choice, whose: Whose) -> list[PostRow]:
    zone = workspace.timezone
    rows = readings_between(workspace, first, last)
    if whose is not None:
        rows = rows.filter(account__in=whose)
    told = choice.of_readings(rows).order_by("published_at", "pk").values_list(*POST_COLUMNS)
    found = [post_row(row, zone) for row in told]
    return [post for post in found if first <= post.day <= last]


def readings_between(workspace: Workspace, first: date, last: date) -> QuerySet[Reading]:
    """Those of posts that went out on these days, and of some around: `cell_of` decides."""
    begin, end = reach(first, last, workspace.timezone)
    rows: QuerySet[Reading] = Reading.objects.filter(
        workspace=workspace, publication__isnull=False, published_at__gte=begin, published_at__lt=end
    )
    return rows


def post_row(row: Sequence[Any], zone: str) -> PostRow:
    """The row of `POST_COLUMNS`, on its day in the zone."""
    publication_id, account_id, published_at, taken_at, views, *interactions = row
    day = cell_of(published_at, zone)
    return PostRow(publication_id, account_id, day, published_at, taken_at, views, total(interactions))


def _point(day: date, known: Sequence[int], of: int) -> Point:
    part = sum(known) if known else None
    return Point(day, part if len(known) == of else None, part, len(known), of)


def _newest(instants: Iterable[datetime | None]) -> datetime | None:
    return max((instant for instant in instants if instant is not None), default=None)


def titles_of(posts: Sequence[PostRow]) -> dict[UUID, tuple[UUID, str]]:
    """For each publication its post, and what that is called or begins with; one query."""
    words = Part.objects.filter(post=OuterRef("post"), position=0).values("text")[:1]
    rows = Publication.objects.filter(pk__in=[post.publication_id for post in posts]).annotate(words=Subquery(words))
    told = rows.values_list("pk", "post_id", "post__title", "words")
    return {pk: (post_id, title or text or "") for pk, post_id, title, text in told}
