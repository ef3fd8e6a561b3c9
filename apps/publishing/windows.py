"""A workspace's publishing windows: blackout dates, quiet hours, spacing, and the most posts of a day.

They are asked twice. At planning they are told in words (`window_problems`): a closed hour is refused unless the person
says "all the same" (a `Waiver`, for that very hour). At the hour the gate holds what falls into a closed one; what only
comes too soon after another post waits by itself (`Obstacle.until`), as long as that is not too late for it.

Everything is read on the workspace's wall clock. Where clocks go back, both comings of a quiet hour are quiet; where
they go forward, the day's quiet hours are shorter by the hour that does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from apps.core import tenancy
from apps.core.prepared import Prepared
from apps.core.together import flush, recalled
from apps.platforms import registry
from apps.posts.appointments import appointment
from apps.posts.problem import ReadinessProblem
from apps.publishing.engine.holds import latest_at
from apps.publishing.gates import Obstacle, Row
from apps.publishing.models import FollowUp, Publication, PublishingWindows, Waiver
from apps.publishing.moments import moment
from apps.publishing.states import IN_FLIGHT, WAITING, WENT_OUT
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace

BLACKOUT: Final = "blackout"
QUIET: Final = "quiet_hours"
SPACING: Final = "spacing"
DAILY: Final = "daily_maximum"
# What a person may overrule for one post; a post that only has to wait waits.
WAIVABLE: Final = frozenset({BLACKOUT, QUIET, DAILY})
DAY: Final = timedelta(days=1)
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days on which nothing goes out, the last one included."""

    name: str
    first: date
    last: date

    @property
    def key(self) -> str:
        return f"{self.first} {self.last} {self.name}"

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.first:%-d %b %Y}"
        return f"{self.first:%-d %b} to {self.last:%-d %b %Y}"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of these weekdays (0 is Monday) in which nothing goes out; they may reach into the next day."""

    days: tuple[int, ...]
    begins: time
    ends: time

    @property
    def is_over_midnight(self) -> bool:
        return self.ends <= self.begins

    def holds(self, local: datetime) -> bool:
        now, day = local.time().replace(tzinfo=None), local.weekday()
        if not self.is_over_midnight:
            return day in self.days and self.begins <= now < self.ends
        return (day in self.days and now >= self.begins) or ((day - 1) % 7 in self.days and now < self.ends)

    def end_after(self, local: datetime) -> datetime:
        """The wall time at which the hours that hold at `local` are over."""
        later = DAY if self.is_over_midnight and local.time().replace(tzinfo=None) >= self.begins else timedelta(0)
        return datetime.combine(local.date() + later, self.ends)

    @property
    def key(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{days_in_words(self.days)} {self.begins:%H:%M} to {self.ends:%H:%M}"


@dataclass(frozen=True, slots=True)
class Windows:
    """The rules of one workspace."""

    zone: ZoneInfo
    blackouts: tuple[Blackout, ...] = ()
    quiet_hours: tuple[Quiet, ...] = ()
    spacing: timedelta | None = None
    daily_most: int | None = None

    @property
    def counts(self) -> bool:
        """Whether it matters what else goes out on an account."""
        return self.spacing is not None or self.daily_most is not None

    def closed(self, at: datetime) -> Obstacle | None:
        """Why nothing goes out at this instant, or None."""
        local = at.astimezone(self.zone)
        for blackout in self.blackouts:
            if blackout.first <= local.date() <= blackout.last:
                return Obstacle(BLACKOUT, f"{local:%a %-d %b} is blacked out: {blackout.name} ({blackout}).")
        for quiet in self.quiet_hours:
            if quiet.holds(local):
                return Obstacle(QUIET, f"{local:%a %H:%M} is in this workspace's quiet hours ({quiet}).")
        return None

    def opens(self, at: datetime) -> datetime | None:
        """The first instant from `at` on that is not closed; None where that is not in sight."""
        for _ in range(MOST_STEPS):
            local = at.astimezone(self.zone)
            ends = [
                datetime.combine(blackout.last + DAY, time())
                for blackout in self.blackouts
                if blackout.first <= local.date() <= blackout.last
            ] + [quiet.end_after(local) for quiet in self.quiet_hours if quiet.holds(local)]
            if not ends:
                return at
            # The second coming of an hour that clocks repeat ends where the first one would have: look on from there.
            at = max(appointment(max(ends), self.zone.key).due_at, at + timedelta(minutes=1))
        return None

    def begin_of_day(self, at: datetime, days: int = 0) -> datetime:
        """Midnight of the day that `at` is on, or so many days later."""
        day = at.astimezone(self.zone).date() + DAY * days
        return appointment(datetime.combine(day, time()), self.zone.key).due_at


def read(row: PublishingWindows | None, zone: str) -> Windows:
    """The rules as they are stored."""
    if row is None:
        return Windows(ZoneInfo(zone))
    return Windows(
        zone=ZoneInfo(zone),
        blackouts=tuple(_blackout(one) for one in row.blackouts),
        quiet_hours=tuple(_quiet(one) for one in row.quiet_hours),
        spacing=row.spacing,
        daily_most=row.daily_most,
    )


def windows_of(workspace: Workspace) -> Windows:
    row = recalled(("windows", workspace.pk), lambda: _windows.first(workspace_id=workspace.pk))
    return read(row, workspace.timezone)


_windows = Prepared(lambda workspace_id: PublishingWindows.objects.filter(workspace_id=workspace_id))


def days_in_words(days: Sequence[int]) -> str:
    """ "Mon to Fri", "Sat and Sun", "every day"."""
    days = sorted(days)
    if len(days) == len(WEEKDAYS):
        return "every day"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{WEEKDAYS[days[0]]} to {WEEKDAYS[days[-1]]}"
    return " and ".join(filter(None, [", ".join(WEEKDAYS[day] for day in days[:-1]), WEEKDAYS[days[-1]]]))


# --- at the hour ----------------------------------------------------------------------------------------------------


def gate(rows: Sequence[Row], now: datetime) -> Mapping[UUID, Obstacle]:
    """Publications that their workspace's windows keep back. One query where no workspace of the batch has any, four
    at most. Parts of a post that is out follow it at any hour; a comment that was written since keeps to the hours,
    and is not counted."""
    posts = [row for row in rows if isinstance(row, Publication)]
    comments = [row for row in rows if isinstance(row, FollowUp) and row.is_written]
    rules = _rules_of([*posts, *comments])
    if not rules:
        return {}
    used = _used([row for row in posts if row.workspace_id in rules and rules[row.workspace_id].counts], rules, now)
    found: dict[UUID, Obstacle] = {}
    for row in posts:
        if (windows := rules.get(row.workspace_id)) is None:
            continue
        # Claimed a little ahead, a row is judged by its own hour.
        at = max(now, row.due_at)
        if obstacle := windows.closed(at) or _too_dense(row, windows, used[row.account_id], at):
            found[row.pk] = obstacle
        else:
            used[row.account_id].append(at)
    waived = _waived([row for row in posts if row.pk in found and found[row.pk].problem in WAIVABLE])
    kept = {pk: _for_a_person(obstacle) for pk, obstacle in found.items() if pk not in waived}
    return kept | _closed_to(comments, rules, now)


def _closed_to(comments: Sequence[FollowUp], rules: Mapping[UUID, Windows], now: datetime) -> dict[UUID, Obstacle]:
    """Comments wait by themselves until the hours are over."""
    found = {}
    for row in comments:
        if (windows := rules.get(row.workspace_id)) and (obstacle := windows.closed(max(now, row.due_at))):
            at = max(now, row.due_at)
            found[row.pk] = _for_a_person(_waiting(row, windows, obstacle.problem, obstacle.words, at))
    return found


def _too_dense(row: Publication, windows: Windows, used: Sequence[datetime], at: datetime) -> Obstacle | None:
    handle = f"{registry.label(row.account.platform)} @{row.account.handle}"
    today = [one for one in used if windows.begin_of_day(at) <= one < windows.begin_of_day(at, 1)]
    if windows.daily_most is not None and len(today) >= windows.daily_most:
        words = f"{handle} has had {_posts(len(today))} today, the most that this workspace allows in a day."
        return _waiting(row, windows, DAILY, words, windows.begin_of_day(at, 1))
    if windows.spacing is not None and used and (free_at := max(used) + windows.spacing) > at:
        words = f"{handle} gets a post at most every {span_in_words(windows.spacing)}."
        return _waiting(row, windows, SPACING, words, free_at)
    return None


def _waiting(row: Row, windows: Windows, problem: str, words: str, free_at: datetime) -> Obstacle:
    """It waits by itself until it may go out; held for a person, where that is later than it may go out at all."""
    again_at = windows.opens(free_at)
    if again_at is None or again_at > latest_at(row):
        return Obstacle(problem, words)
    return Obstacle(problem, f"{words} It may go out from {moment(again_at, windows.zone)} on.", until=again_at)


def _for_a_person(obstacle: Obstacle) -> Obstacle:
    if obstacle.until is not None:
        return obstacle
    return Obstacle(obstacle.problem, f"{obstacle.words} Send it now all the same, or choose another time.")


def _rules_of(posts: Sequence[Row]) -> dict[UUID, Windows]:
    rows = _manager(PublishingWindows).filter(workspace__in={row.workspace_id for row in posts})
    zones = {row.workspace_id: row.workspace.timezone for row in posts}
    return {row.workspace_id: read(row, zones[row.workspace_id]) for row in rows} if posts else {}


def _used(posts: Sequence[Publication], rules: Mapping[UUID, Windows], now: datetime) -> dict[UUID, list[datetime]]:
    """When something went out on each of these accounts of late, or may have."""
    used: dict[UUID, list[datetime]] = defaultdict(list)
    if not posts:
        return used
    begins = min(
        min(rules[row.workspace_id].begin_of_day(now), now - (rules[row.workspace_id].spacing or DAY)) for row in posts
    )
    recent = Q(state__in=WENT_OUT, published_at__gte=begins) | Q(state__in=IN_FLIGHT)
    found = _manager(Publication).filter(recent, account__in={row.account_id for row in posts})
    found = found.exclude(pk__in=[row.pk for row in posts])
    for account_id, *times in found.values_list("account_id", "published_at", "intent_at", "due_at"):
        used[account_id].append(next(filter(None, times)))
    return used


def _waived(posts: Sequence[Publication]) -> set[UUID]:
    """Publications that somebody lets go out at this very hour."""
    if not posts:
        return set()
    rows = _manager(Waiver).filter(post__in={row.post_id for row in posts}).values_list("post_id", "due_at")
    due = dict(rows)
    return {row.pk for row in posts if due.get(row.post_id) == row.due_at}


# --- at planning ----------------------------------------------------------------------------------------------------


def window_problems(
    workspace: Workspace,
    accounts: Collection[SocialAccount],
    *,
    due_at: datetime,
    but: UUID | None = None,
    all_the_same: bool = False,
) -> list[ReadinessProblem]:
    """What the windows say to a post for these accounts at `due_at`; `but` is the post itself. Told as warnings where
    it goes out `all_the_same`, and where it would only wait a little."""
    windows = windows_of(workspace)
    found = []
    if obstacle := windows.closed(due_at):
        opens = windows.opens(due_at)
        again = f" The next open time is {moment(opens, windows.zone)}." if opens else ""
        found.append(ReadinessProblem("due_at", obstacle.problem, f"{obstacle.words}{again}", is_warning=all_the_same))
    if windows.counts and accounts:
        flush()  # what is just being planned counts too
        found += _density_problems(windows, accounts, due_at, but, all_the_same)
    return found


def _density_problems(
    windows: Windows, accounts: Collection[SocialAccount], due_at: datetime, but: UUID | None, all_the_same: bool
) -> Iterator[ReadinessProblem]:
    near = windows.spacing or timedelta(0)
    begins, ends = windows.begin_of_day(due_at), windows.begin_of_day(due_at, 1)
    planned = _planned(accounts, min(begins, due_at - near), max(ends, due_at + near), but)
    for account in accounts:
        times, handle = planned[account.pk], f"{registry.label(account.platform)} @{account.handle}"
        today = [at for at in times if begins <= at < ends]
        if windows.daily_most is not None and len(today) >= windows.daily_most:
            day = f"{due_at.astimezone(windows.zone):%a %-d %b}"
            words = f"{handle} has {_posts(len(today))} on {day} already, the most that this workspace allows in a day."
            yield ReadinessProblem("due_at", DAILY, words, account.pk, account.platform, is_warning=all_the_same)
        clash = min((at for at in times if abs(at - due_at) < near), default=None, key=lambda at: abs(at - due_at))
        if clash is not None:
            other = moment(clash, windows.zone)
            words = f"{handle} has another post at {other}. The later one waits: {span_in_words(near)} lie between two."
            yield ReadinessProblem("due_at", SPACING, words, account.pk, account.platform, is_warning=True)


def _planned(
    accounts: Collection[SocialAccount], begins: datetime, ends: datetime, but: UUID | None
) -> Mapping[UUID, list[datetime]]:
    found: dict[UUID, list[datetime]] = defaultdict(list)
    waiting = Q(state__in=WAITING | IN_FLIGHT, due_at__gte=begins, due_at__lt=ends)
    out = Q(state__in=WENT_OUT, published_at__gte=begins, published_at__lt=ends)
    rows = Publication.objects.filter(waiting | out, account__in=[account.pk for account in accounts])
    rows = rows.exclude(post=but) if but else rows
    for account_id, published_at, due_at in rows.values_list("account_id", "published_at", "due_at"):
        found[account_id].append(published_at or due_at)
    return found


def span_in_words(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]
    return " ".join(filter(None, parts))


def _posts(number: int) -> str:
    return "1 post" if number == 1 else f"{number} posts"


def _manager(model: Any) -> Any:
    return model.across_tenants if tenancy.current().across else model.objects


def _blackout(stored: Mapping[str, str]) -> Blackout:
    return Blackout(stored["name"], date.fromisoformat(stored["first"]), date.fromisoformat(stored["last"]))


def _quiet(stored: Mapping[str, Any]) -> Quiet:
    return Quiet(tuple(stored["days"]), time.fromisoformat(stored["begins"]), time.fromisoformat(stored["ends"]))
