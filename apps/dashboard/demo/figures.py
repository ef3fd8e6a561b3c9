"""The demo's figures: 90 days of what its networks would have told, kept by the same services that keep real answers.

They are believable rather than flattering: followers grow with a week's rhythm, a day is corrected when its network has
counted to the end, a night or two failed, and some posts did badly. The same clients have the same past every time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.analytics import services as analytics
from apps.analytics.definitions import BOOKS, settles_after
from apps.analytics.ladder import LADDER
from apps.analytics.metrics import LEVELS
from apps.analytics.states import Aim, Format, Missing
from apps.core import clock
from apps.core.calendar import cell_of
from apps.dashboard.demo.content import LABELS, Client
from apps.platforms.insights import Metric, Metrics
from apps.posts.models import Label
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount
from apps.tenants.members import Member
from apps.tenants.models import Workspace

DAY: Final = timedelta(days=1)
DAYS: Final = 90
# How many follow at the beginning, and how many views a day each of them makes.
SIZES: Final[Mapping[str, tuple[int, float]]] = {
    "instagram": (4200, 0.55), "facebook": (2600, 0.35), "linkedin": (900, 0.5), "mastodon": (640, 0.0),
    "bluesky": (410, 0.0),
}  # fmt: skip
NOBODY_READ: Final = (37, 38)  # days back: two nights on which nobody was at work
FAILED: Final = (12, 61)  # and two on which a network could not be reached
# What a day has of each view: the rest of what networks tell follows from how often things were seen.
OF_A_VIEW: Final[Mapping[Metric, float]] = {
    Metric.REACH: 0.62, Metric.LIKES: 0.041, Metric.COMMENTS: 0.0045, Metric.SHARES: 0.003, Metric.SAVES: 0.006,
    Metric.CLICKS: 0.012, Metric.VIDEO_VIEWS: 0.2, Metric.WATCH_SECONDS: 1.9, Metric.PROFILE_VIEWS: 0.02,
    Metric.NEW_FOLLOWERS: 0.0016,
}  # fmt: skip
# How much of what a post will have it has at each rung.
GROWTH: Final = {"1h": 0.18, "6h": 0.47, "1d": 0.74, "3d": 0.9, "7d": 0.96, "30d": 0.99, "90d": 1.0}
GOOD_HOURS: Final = {9: 1.0, 12: 1.5, 17: 1.15}
WEEK: Final = (0.9, 1.0, 1.1, 1.05, 1.2, 1.35, 1.15)


@dataclass(frozen=True, slots=True)
class Figures:
    """The past of one client's accounts and posts."""

    member: Member
    workspace: Workspace
    client: Client
    accounts: Mapping[str, SocialAccount]

    def fill(self) -> None:
        with self.member.scope(), transaction.atomic():
            for platform in SIZES:
                if platform in self.accounts:
                    self._account(self.accounts[platform])
            analytics.follow(Publication.objects.filter(workspace=self.workspace, state=State.PUBLISHED))
            self._posts()
            self._plans()

    # --- accounts -----------------------------------------------------------------------------------------------------

    def _account(self, account: SocialAccount) -> None:
        days = tuple(self._days(account))
        analytics.remember_days(account=account, days=days, zone=self.workspace.timezone)

    def _days(self, account: SocialAccount) -> Iterator[analytics.ToldOfDay]:
        """The answers of each night, in their order: each day at its night, and once more when it has settled."""
        chance = random.Random(f"{self.client.handle} on {account.platform}")  # noqa: S311
        followers, per_follower = SIZES[account.platform]
        yesterday = cell_of(clock.now(), self.workspace.timezone) - DAY
        for back in range(DAYS - 1, -1, -1):
            day = yesterday - DAY * back
            followers += round(chance.gauss(1.5, 3) * WEEK[day.weekday()])
            at = self._night(day, chance)
            if back in NOBODY_READ:
                continue
            if back in FAILED and account.platform in ("instagram", "linkedin"):
                yield analytics.ToldOfDay(day, at, Missing.UNREACHABLE)
                continue
            views = round(followers * per_follower * WEEK[day.weekday()] * chance.uniform(0.7, 1.4))
            told = _day(account.platform, followers, views)
            yield analytics.ToldOfDay(day, at, told)
            settled = at + DAY * settles_after(account.platform)
            if settles_after(account.platform) and settled < clock.now() and chance.random() < 0.15:
                yield analytics.ToldOfDay(day, settled, _day(account.platform, followers, round(views * 1.03)))

    def _night(self, day: date, chance: random.Random) -> datetime:
        two = datetime.combine(day + DAY, time(2), ZoneInfo(self.workspace.timezone))
        return min((two + timedelta(minutes=chance.randint(0, 90))).astimezone(UTC), clock.now())

    # --- posts --------------------------------------------------------------------------------------------------------

    def _posts(self) -> None:
        rows = Publication.objects.filter(workspace=self.workspace, state=State.PUBLISHED).select_related("account")
        analytics.remember_posts(told={one: tuple(self._rungs(one)) for one in rows.order_by("published_at", "pk")})

    def _rungs(self, publication: Publication) -> Iterator[analytics.ToldOfPost]:
        platform, at = publication.account.platform, publication.published_at
        if at is None:
            return
        chance = random.Random(f"{publication.remote_id} on {platform}")  # noqa: S311
        followers, _ = SIZES.get(platform, (500, 0))
        local = at.astimezone(ZoneInfo(self.workspace.timezone))
        luck = chance.lognormvariate(0, 0.55) * GOOD_HOURS.get(local.hour, 1) * WEEK[local.weekday()]
        seen = followers * 0.42 * luck
        for rung in LADDER:
            taken_at = rung.at(at) + timedelta(minutes=chance.randint(0, 9))
            if taken_at > clock.now():
                return
            if chance.random() < 0.03:
                yield analytics.ToldOfPost(rung.name, taken_at, Missing.UNREACHABLE)
                continue
            yield analytics.ToldOfPost(rung.name, taken_at, _post(platform, round(seen * GROWTH[rung.name])))

    # --- what is meant ------------------------------------------------------------------------------------------------

    def _plans(self) -> None:
        own: dict[str, Any] = {"workspace": self.workspace, "actor": self.member.actor}
        shares = {name: percent for name, (_, percent) in LABELS.items()}
        labels = {row.pk: shares.get(row.name, 0) for row in Label.objects.filter(workspace=self.workspace)}
        formats = {Format.PICTURE: 60, Format.TEXT: 20, Format.VIDEO: 20}
        analytics.set_mix(**own, formats=formats, labels=labels)
        today = cell_of(clock.now(), self.workspace.timezone)
        for aim, target, account in self._goals():
            analytics.set_goal(
                **own, aim=aim, target=target, account=account, begins_on=today - DAY * 60, ends_on=today + DAY * 30
            )

    def _goals(self) -> Sequence[tuple[Aim, int, SocialAccount | None]]:
        return (
            (Aim.PUBLISHED, 50, None),
            (Aim.INTERACTIONS, 9_000, None),
            (Aim.FOLLOWERS, SIZES["instagram"][0] + 260, self.accounts.get("instagram")),
        )


def _day(platform: str, followers: int, views: int) -> Metrics:
    """What the network would tell of a day: what it tells at all, and nothing else."""
    told: dict[Metric, int | float] = {Metric.FOLLOWERS: followers, Metric.VIEWS: views}
    told |= {metric: round(views * share) for metric, share in OF_A_VIEW.items()}
    told[Metric.POSTS] = 120
    return _of(told, BOOKS[platform].accounts)


def _post(platform: str, views: int) -> Metrics:
    told: dict[Metric, int | float] = {Metric.VIEWS: views}
    told |= {metric: round(views * share) for metric, share in OF_A_VIEW.items() if metric not in LEVELS}
    return _of(told, BOOKS[platform].posts)


def _of(told: Mapping[Metric, int | float], tells: Mapping[Metric, object]) -> Metrics:
    values = {metric: value for metric, value in told.items() if metric in tells}
    return Metrics(values, {"demo": {metric.value: value for metric, value in values.items()}})
