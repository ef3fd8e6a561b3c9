"""The dashboard of a workspace: one reading of its rows, from which every number of the page is counted.

Whatever is shown as a total is the sum of the same rows that the tables show. What was not told is left out and said to
be: a number comes with how many days, accounts or posts it is about. The change to the period before compares like with
like, which is what is known on both sides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from apps.analytics.boards.choosing import EVERYTHING, Choice
from apps.analytics.boards.days import DAY, Series, days_between, newest
from apps.analytics.boards.figures import Number, PlatformRow, PostRow
from apps.analytics.boards.own_clicks import OwnClicks, own_clicks
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
from apps.social_accounts.states import AccountState
from apps.tenants.models import Workspace

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


@dataclass(frozen=True)
class Overview:
    """The rows of two periods of the same length, `first` to `last` and the one before.

    `days` has the accounts of which anything is known, with a place for every day of both periods."""

    first: date
    last: date
    accounts: Sequence[SocialAccount]
    days: Mapping[UUID, Series]
    posts: Sequence[PostRow]
    apart: frozenset[str] = field(default_factory=frozenset)
    zone: str = "UTC"
    clicks: OwnClicks | None = None  # None: there are no links of ours, or nobody asked
    unsummed: frozenset[str] = field(default_factory=frozenset)  # of those apart: not even their own sum

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

    @cached_property
    def summed_days(self) -> list[Series]:
        return [series for pk, series in self.days.items() if pk in self.summed]

    @property
    def begins(self) -> int:
        """The place of the first day; those of the period before it come before."""
        return self.length // DAY

    # --- the tiles ----------------------------------------------------------------------------------------------------

    @cached_property
    def followers(self) -> Number:
        begin = self.begins
        sides = [(_last(one.followers, begin), _last(one.followers[:begin]), one) for one in self.summed_days]
        both = [(now[1], before[1]) for now, before, _ in sides if now and before]
        return Number(
            value=total([now[1] for now, _, _ in sides if now]),
            known=sum(1 for now, _, _ in sides if now),
            of=len(self.summed),
            now=total([now for now, _ in both]),
            before=total([before for _, before in both]),
            taken_at=newest(one.taken_at[now[0]] for now, _, one in sides if now),
        )

    @cached_property
    def views(self) -> Number:
        """Of accounts, day by day."""
        begin, length = self.begins, span_of(self.first, self.last)
        known: list[int] = []
        pairs: list[tuple[int, int]] = []
        taken: list[str | None] = []
        telling = 0
        for one in self.summed_days:
            now, before = one.views[begin:], one.views[:begin]
            known += [value for value in now if value is not None]
            pairs += [
                (value, earlier)
                for value, earlier in zip(now, before, strict=False)
                if value is not None and earlier is not None
            ]
            taken += [at for at, value in zip(one.taken_at[begin:], now, strict=True) if value is not None]
            telling += any(value is not None for value in one.views)
        return Number(
            value=total(known),
            known=len(known),
            of=telling * length,
            now=total([now for now, _ in pairs]),
            before=total([before for _, before in pairs]),
            taken_at=newest(taken),
        )

    @cached_property
    def published(self) -> Number:
        now, before = self._posts
        if self.unsummed and not self.summed:
            return Number(None)  # There may well be posts, and they are not nought.
        return Number(len(now), len(now), len(now), before=len(before), now=len(now))

    @cached_property
    def post_views(self) -> Number:
        return self._of_posts(lambda post: post.views)

    @cached_property
    def interactions(self) -> Number:
        return self._of_posts(lambda post: post.interactions)

    @cached_property
    def own_clicks(self) -> Number | None:
        """On our own short links, of the days of the period; None where there are none."""
        if self.clicks is None:
            return None
        return self.clicks.number(self.first, self.last, before=self.first - self.length)

    def _of_posts(self, figure: Callable[[PostRow], int | None]) -> Number:
        now, before = self._posts
        known, known_before = ([post for post in side if figure(post) is not None] for side in (now, before))
        # A sum of some is not comparable with a sum of others.
        is_whole = len(known) == len(now) and len(known_before) == len(before)
        value, earlier = (total([figure(post) for post in side]) for side in (known, known_before))
        newest = _newest(post.taken_at for post in known)
        sides = {"now": value, "before": earlier} if is_whole else {}
        return Number(value, len(known), len(now), taken_at=newest, **sides)

    @cached_property
    def _posts(self) -> tuple[list[PostRow], list[PostRow]]:
        """Those that may be in one sum, of the period and of the one before."""
        summed = [post for post in self.posts if post.account_id in self.summed]
        sides: tuple[list[PostRow], list[PostRow]] = ([], [])
        for post in summed:
            sides[0 if self.first <= post.day <= self.last else 1].append(post)
        return sides

    # --- the tables ---------------------------------------------------------------------------------------------------

    @cached_property
    def platforms(self) -> list[PlatformRow]:
        names = sorted(set(self.platform_of.values()))
        return sorted((self._platform(name) for name in names), key=lambda row: (-row.posts, row.platform))

    def _platform(self, name: str) -> PlatformRow:
        row = self.row_of(name, frozenset(pk for pk, platform in self.platform_of.items() if platform == name))
        return row.counts_alone() if name in self.unsummed else row

    def row_of(self, name: str, own: frozenset[UUID]) -> PlatformRow:
        """The figures of some accounts of one platform."""
        begin = self.begins
        days = [self.days[pk] for pk in own if pk in self.days]
        posts = [post for pk in own for post in self._posts_of.get(pk, ())]
        both = [post for post in posts if post.views and post.interactions is not None]
        seen = total([post.views for post in both])
        done = total([post.interactions for post in both])
        levels = [_last(one.followers, begin) for one in days]
        taken = newest(at for one in days for at in one.taken_at[begin:])
        told = [last for one in days if (last := _last_told(one, begin)) is not None]
        return PlatformRow(
            platform=name,
            accounts=len(own),
            followers=total([level[1] for level in levels if level]),
            views=total([value for one in days for value in one.views[begin:]]),
            posts=len(posts),
            post_views=total([post.views for post in posts]),
            interactions=total([post.interactions for post in posts]),
            rate=done / seen if seen and done is not None else None,
            until=max(told, default=None),
            taken_at=_newest([taken, *(post.taken_at for post in posts)]),
        )

    @cached_property
    def _posts_of(self) -> dict[UUID, list[PostRow]]:
        """Posts of the period, by account."""
        found: dict[UUID, list[PostRow]] = defaultdict(list)
        for post in self.posts:
            if self.is_now(post.day):
                found[post.account_id].append(post)
        return found

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
        return times_of(self._posts[0], self.usual, self.zone)

    # --- the drawing --------------------------------------------------------------------------------------------------

    def trend(self, of: Trend, *, before: bool = False) -> list[Point]:
        first = self.first - self.length if before else self.first
        length = span_of(self.first, self.last)
        if of is Trend.INTERACTIONS:
            return [self._posts_on(first + DAY * step) for step in range(length)]
        begin = 0 if before else self.begins
        return self._points[of][begin : begin + length]

    def _posts_on(self, day: date) -> Point:
        posts = self._posts_by_day.get(day, [])
        known = [post.interactions for post in posts if post.interactions is not None]
        return _point(day, sum(known), len(known), len(posts)) if posts else Point(day, 0)

    @cached_property
    def _posts_by_day(self) -> dict[date, list[PostRow]]:
        found: dict[date, list[PostRow]] = defaultdict(list)
        for side in self._posts:
            for post in side:
                found[post.day].append(post)
        return found

    @cached_property
    def _points(self) -> dict[Trend, list[Point]]:
        """Of the figures that accounts have, every day of both periods."""
        first, days = self.first - self.length, self.begins + span_of(self.first, self.last)
        views, followers = ([one.views for one in self.summed_days], [one.followers for one in self.summed_days])
        return {Trend.VIEWS: _points_of(views, first, days), Trend.FOLLOWERS: _points_of(followers, first, days)}

    # --- how fresh it is, and of whom ---------------------------------------------------------------------------------

    @cached_property
    def told(self) -> frozenset[UUID]:
        """The accounts of which any figure is known, of either period."""
        days = {pk for pk, series in self.days.items() if "" in series.missing}
        return frozenset(days | {post.account_id for post in self.posts if post.taken_at is not None})

    @cached_property
    def until(self) -> dict[UUID, date]:
        """The last day that was told, by account."""
        told = {pk: _last_told(series, 0) for pk, series in self.days.items()}
        return {pk: day for pk, day in told.items() if day is not None}


def overview(
    workspace: Workspace, *, first: date, last: date, choice: Choice = EVERYTHING, with_clicks: bool = True
) -> Overview:
    """Read the rows of a span and of the one before; four queries, however much there is, and three without clicks on
    our own links."""
    before = first - DAY * span_of(first, last)
    rows = rows_between(workspace, before, last, choice)
    if not with_clicks:
        return rows.board(first, last)
    whose = rows.accounts if choice.accounts or choice.networks else None
    clicks = own_clicks([workspace], before, last, choice=choice, accounts=whose)
    return replace(rows.board(first, last), clicks=clicks.get(workspace.pk))


@dataclass(frozen=True)
class Rows:
    """What was read of a workspace, from which boards of any days between are made without another query."""

    accounts: Sequence[SocialAccount]
    days: Mapping[UUID, Series]
    posts: Sequence[PostRow]
    zone: str
    are_chosen: bool = False  # somebody asks about these accounts

    def board(self, first: date, last: date, *, account_id: UUID | None = None) -> Overview:
        """The board of a span and of the one before, of one account or of all."""
        before = first - DAY * span_of(first, last)
        cut = {pk: one.between(before, last) for pk, one in self.days.items() if account_id in (None, pk)}
        days = {pk: one for pk, one in cut.items() if any(why is not None for why in one.missing)}
        posts = [row for row in self.posts if before <= row.day <= last and account_id in (None, row.account_id)]
        mine = [one for one in self.accounts if account_id in (None, one.pk)]
        accounts = mine if self.are_chosen or account_id else present(mine, days, posts)
        return Overview(first, last, accounts, days, posts, apart_among(accounts), self.zone)


def present(accounts: Iterable[SocialAccount], days: Collection[UUID], posts: Iterable[PostRow]) -> list[SocialAccount]:
    """Those that are connected, and those of which there are days or posts. Others are history: nobody waits for their
    figures."""
    known = {*days, *(post.account_id for post in posts)}
    return [one for one in accounts if one.state != AccountState.DISCONNECTED or one.pk in known]


def apart_among(accounts: Iterable[SocialAccount]) -> frozenset[str]:
    """The platforms whose figures are in no sum with those of the others; who is alone is in nobody's company."""
    return kept_apart() if {account.platform for account in accounts} - kept_apart() else frozenset()


def rows_between(workspace: Workspace, first: date, last: date, choice: Choice = EVERYTHING) -> Rows:
    """Three queries, however much there is."""
    of_workspace = SocialAccount.objects.filter(workspace=workspace)
    accounts = list(choice.of_accounts(of_workspace).order_by("platform", "handle"))
    whose = accounts if choice.accounts or choice.networks else None
    days = {} if choice.is_of_posts else _days(workspace, first, last, whose)
    posts = _posts(workspace, first, last, choice, whose)
    return Rows(accounts, days, posts, workspace.timezone, are_chosen=bool(choice.accounts))


Whose = Sequence[SocialAccount] | None  # None: of every account


def _days(workspace: Workspace, first: date, last: date, whose: Whose) -> dict[UUID, Series]:
    told, brought = (model.objects.filter(workspace=workspace) for model in (AccountDay, UploadedDay))
    if whose is not None:
        told, brought = told.filter(account__in=whose), brought.filter(account__in=whose)
    return days_between(told, brought, first, last)


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


def _point(day: date, part: int, known: int, of: int) -> Point:
    return Point(day, part if known == of else None, part if known else None, known, of)


def _points_of(columns: Sequence[Sequence[int | None]], first: date, days: int) -> list[Point]:
    """The sum of each day. Who tells the figure at all is expected to from the first day on that they did."""
    part, known, of = [0] * days, [0] * days, [0] * days
    for column in columns:
        began = False
        for place, value in enumerate(column):
            if value is not None:
                began = True
                part[place] += value
                known[place] += 1
            if began:
                of[place] += 1
    dates = (first + DAY * step for step in range(days))
    told = zip(dates, part, known, of, strict=True)
    return [_point(day, *sums) if sums[-1] else Point(day, None) for day, *sums in told]


def _last(column: Sequence[int | None], begin: int = 0) -> tuple[int, int] | None:
    """The place and the value of what was told last, from `begin` on."""
    for place in range(len(column) - 1, begin - 1, -1):
        if (value := column[place]) is not None:
            return place, value
    return None


def _last_told(series: Series, begin: int) -> date | None:
    places = range(len(series.missing) - 1, begin - 1, -1)
    return next((series.day(place) for place in places if series.is_told(place)), None)


def _newest(instants: Iterable[datetime | None]) -> datetime | None:
    return max((instant for instant in instants if instant is not None), default=None)


def titles_of(posts: Sequence[PostRow]) -> dict[UUID, tuple[UUID, str]]:
    """For each publication its post, and what that is called or begins with; one query."""
    words = Part.objects.filter(post=OuterRef("post"), position=0).values("text")[:1]
    rows = Publication.objects.filter(pk__in=[post.publication_id for post in posts]).annotate(words=Subquery(words))
    told = rows.values_list("pk", "post_id", "post__title", "words")
    return {pk: (post_id, title or text or "") for pk, post_id, title, text in told}
