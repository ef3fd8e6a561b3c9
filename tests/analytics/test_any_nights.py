"""Whatever clocks, calendars and workers do: each local day of a workspace has one row for each account.

The check does not believe `nights`. It keeps its own book, with a wall clock: a night has begun once it is two o'clock
there, and it belongs to the day before.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.analytics import services
from apps.analytics.models import AccountSnapshot
from apps.analytics.services import reading as reading_module
from apps.core import tenancy
from apps.platforms.adapters.mastodon import MastodonAdapter
from apps.platforms.insights import Metric, Metrics
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace
from tests.support import factories
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db

DAY: Final = timedelta(days=1)
NIGHT_HOUR: Final = 2
# Halves and quarters of an hour; changes of clocks at midnight, at two, by half an hour, by two hours; both ends of the
# date line.
ZONES: Final = (
    "UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Santiago", "Africa/Cairo", "Asia/Kolkata",
    "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "Antarctica/Troll", "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)  # fmt: skip
STEPS = st.one_of(
    st.sampled_from(["open", "open", "read", "twice", "killed"]),
    st.tuples(st.just("wait"), st.sampled_from([0.5, 1, 6, 13, 24, 50])),
    st.tuples(st.just("move"), st.sampled_from(ZONES)),
)


@cache
def edges(zone: str) -> tuple[datetime, ...]:
    """When clocks change there, and when months end."""
    there = ZoneInfo(zone)
    days = [datetime(2026, 1, 1, tzinfo=UTC) + DAY * step for step in range(3 * 366)]
    changes = [day for day in days if day.astimezone(there).utcoffset() != (day + DAY).astimezone(there).utcoffset()]
    return (*changes, *(datetime(day.year, day.month, 1, tzinfo=there) for day in days if day.day == 1))


@st.composite
def beginnings(draw: Any) -> tuple[str, datetime]:
    """A zone, and an instant up to two days before something happens there."""
    zone = draw(st.sampled_from(ZONES))
    edge = draw(st.sampled_from(edges(zone)))
    return zone, edge.astimezone(UTC) - timedelta(minutes=draw(st.integers(0, 2 * 24 * 60)))


class Story:
    """Two accounts of a workspace, and workers that come, come late, come twice or die."""

    def __init__(self, place: Workspace, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place, self.clock, self.patch = place, clock, monkeypatch
        self.accounts = [factories.account(place) for _ in range(2)]
        self.kills = 0
        self.opened: list[date] = []
        self.asked: Counter[date] = Counter()
        with tenancy.across_tenants("a test makes them old"):
            SocialAccount.across_tenants.update(created_at=clock.now - 300 * DAY)
        monkeypatch.setattr(MastodonAdapter, "account_metrics", lambda _, __, *, day: self.told(day))

    def told(self, day: date) -> Metrics:
        self.asked[day] += 1
        return Metrics({Metric.VIEWS: day.toordinal(), Metric.FOLLOWERS: self.asked[day]})

    def take(self, step: Any) -> None:
        name, *arguments = step if isinstance(step, tuple) else (step,)
        getattr(self, name)(*arguments)

    def wait(self, hours: float) -> None:
        self.clock.advance(hours=hours)

    def move(self, zone: str) -> None:
        self.place.timezone = zone
        with tenancy.across_tenants("a test moves the workspace"):
            Workspace.across_tenants.filter(pk=self.place.pk).update(timezone=zone)

    def open(self) -> None:
        there = self.clock.now.astimezone(ZoneInfo(self.place.timezone))
        due = there.date() - DAY * (1 if there.hour >= NIGHT_HOUR else 2)
        self.opened.append(max([due, *self.opened]))
        services.open_nights(now=self.clock.now)

    def read(self) -> None:
        services.read_due()

    def twice(self) -> None:
        for _ in range(2):
            self.open()
            self.read()

    def killed(self) -> None:
        """A worker dies with an answer in its hands, and its lease runs out."""
        with self.patch.context() as patch:

            def dies(*_: Any) -> None:
                self.kills += 1
                raise KeyboardInterrupt

            patch.setattr(reading_module, "_settle", dies)
            with contextlib.suppress(KeyboardInterrupt):
                services.read_due()
        self.clock.advance(minutes=6)

    def end(self) -> None:
        for _ in range(2):
            self.twice()
            self.clock.advance(hours=25)
        self.twice()

    def check(self) -> None:
        expected = {self.opened[0] + DAY * step for step in range((self.opened[-1] - self.opened[0]).days + 1)}
        with tenancy.across_tenants("a test looks"):
            rows = list(AccountSnapshot.across_tenants.filter(account__in=self.accounts))
        found = Counter((row.account_id, row.day) for row in rows)
        assert found == {(account.pk, day): 1 for account in self.accounts for day in expected}
        assert all(row.views == row.day.toordinal() for row in rows if not row.missing), "it is of another day"
        assert sum(self.asked.values()) <= len(rows) + self.kills, "a platform was asked twice"


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """What one example writes is gone before the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@example(beginning=("Europe/Berlin", datetime(2026, 10, 24, 23, 30, tzinfo=UTC)), steps=["twice", ("wait", 1), "twice"])
@example(beginning=("America/Santiago", datetime(2026, 9, 5, 9, tzinfo=UTC)), steps=["open", "killed", ("wait", 24)])
@example(beginning=("Pacific/Pago_Pago", datetime(2026, 12, 31, 9, tzinfo=UTC)), steps=[("move", "Pacific/Kiritimati")])
@example(beginning=("Asia/Kathmandu", datetime(2028, 2, 28, 22, tzinfo=UTC)), steps=["twice", ("wait", 50), "killed"])
@given(beginning=beginnings(), steps=st.lists(STEPS, max_size=8))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_local_day_has_one_row_for_each_account(
    workspace: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch, beginning: tuple[str, datetime], steps: list[Any]
) -> None:
    zone, begins = beginning
    with undone(), monkeypatch.context() as patch:
        clock.set(begins)
        story = Story(factories.workspace(workspace.organization, timezone=zone), clock, patch)
        story.twice()
        for step in steps:
            story.take(step)
        story.end()
        story.check()
