"""What dashboards read is what a plain recomputation from the raw rows gives, whoever wrote them and in what order."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command

from apps.analytics import services
from apps.analytics.metrics import COLUMNS
from apps.analytics.models import AccountDay, AccountSnapshot, PostTotal, PublicationSnapshot, Reading
from apps.analytics.services.months import month_from
from apps.core import tenancy
from apps.publishing.states import State
from tests.support import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST = date(2026, 10, 25)
AT = datetime(2026, 10, 25, 12, tzinfo=UTC)


class Told:
    """Snapshots of an account and of two posts: corrected, missing, late, in any order, one by one and in bulk."""

    def __init__(self, workspace, seed: int) -> None:
        self.workspace, self.chance = workspace, random.Random(seed)
        self.account = factories.account(workspace)
        self.own = {
            "organization_id": workspace.organization_id, "workspace_id": workspace.pk, "account_id": self.account.pk,
        }  # fmt: skip
        self.posts = [self._post(number) for number in range(2)]
        rows = [*self._days(), *self._rungs()]
        self.chance.shuffle(rows)
        with tenancy.across_tenants("a test writes what was told"):
            for row in rows[: len(rows) // 2]:
                row.save(force_insert=True)
            for model in (AccountSnapshot, PublicationSnapshot):
                model.across_tenants.bulk_create(row for row in rows[len(rows) // 2 :] if type(row) is model)

    def _days(self):
        for step in range(9):
            for revision in range(1, self.chance.randint(1, 4)):
                missing = "throttled" if self.chance.random() < 0.2 else ""
                figures = {} if missing else {name: self.chance.randint(0, 99) for name in ("views", "followers")}
                at = AT + step * DAY + timedelta(hours=revision)
                yield AccountSnapshot(
                    **self.own, day=FIRST + step * DAY, revision=revision, taken_at=at, missing=missing, **figures
                )

    def _rungs(self):
        for post in self.posts:
            for number in range(self.chance.randint(0, 6)):
                missing = "unreachable" if self.chance.random() < 0.3 else ""
                figures = {} if missing else {"likes": self.chance.randint(0, 99)}
                yield PublicationSnapshot(
                    **self.own, publication=post, published_at=post.published_at, key=f"k{number}",
                    taken_at=AT + timedelta(hours=self.chance.randint(0, 3)), missing=missing, **figures,
                )  # fmt: skip

    def _post(self, number: int):
        post = factories.post(self.workspace, f"Post {number}", accounts=[self.account])
        made = factories.publication(post, self.account, state=State.PUBLISHED, published_at=AT)
        with tenancy.across_tenants("a test follows a post"):
            Reading.across_tenants.create(**self.own, publication=made, published_at=AT)
        return made

    def counted(self):
        """By hand, from the raw rows."""
        with tenancy.across_tenants("a test counts by hand"):
            days = sorted(AccountSnapshot.across_tenants.filter(account=self.account), key=lambda row: row.revision)
            told = PublicationSnapshot.across_tenants.filter(account=self.account, missing="")
            posts = sorted(told, key=lambda row: (row.taken_at, row.pk))
        return {row.day: shown(row) for row in days}, {row.publication_id: shown(row) for row in posts}

    def kept(self):
        with tenancy.across_tenants("a test looks"):
            days = {row.day: shown(row) for row in AccountDay.across_tenants.filter(account=self.account)}
            posts = {row.publication_id: shown(row) for row in PostTotal.across_tenants.filter(account=self.account)}
        return days, posts

    def pointed_at(self):
        with tenancy.across_tenants("a test looks"):
            rows = Reading.across_tenants.filter(account=self.account).with_latest()
            return {row.publication_id: shown(row.latest) for row in rows if row.latest}


def shown(row):
    return row.pk, row.taken_at, row.missing, *(getattr(row, name) for name in COLUMNS)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_kept_is_what_is_counted_by_hand(workspace, seed):
    told = Told(workspace, seed)

    assert told.kept() == told.counted()


def test_rebuilding_changes_nothing_that_is_right_and_mends_all_that_is_not(workspace, stranger_workspace):
    told, theirs = Told(workspace, 7), Told(stranger_workspace, 8)
    before = told.counted()
    call_command("rebuild_rollups", verbosity=0)
    assert told.kept() == before
    assert told.pointed_at() == before[1]

    with tenancy.across_tenants("a test damages what was kept"):
        AccountDay.across_tenants.update(views=1_000_000)
        PostTotal.across_tenants.all().delete()
        Reading.across_tenants.update(latest_id=None)
    assert services.rebuild_rollups(organization_id=workspace.organization_id) == 1

    assert told.kept() == before
    assert told.pointed_at() == before[1]
    assert theirs.kept() != theirs.counted(), "another organization was asked for nothing"


def test_a_deployment_that_keeps_so_many_months_forgets_what_is_older(workspace, settings):
    told = Told(workspace, 3)
    settings.ANALYTICS_KEEP_MONTHS = 1

    services.keep_months(today=date(2026, 11, 30))
    assert told.kept() == told.counted()
    assert min(told.kept()[0]) == FIRST, "the month before is kept whole"
    services.keep_months(today=date(2026, 12, 1))

    days, posts = told.kept()
    assert (days, posts) == told.counted()
    assert min(days) == date(2026, 11, 1)
    assert not posts, "these went out in October"


def test_a_deployment_that_keeps_all_forgets_nothing(workspace):
    told = Told(workspace, 4)
    before = told.counted()

    services.keep_months(today=date(2036, 1, 1))

    assert told.counted() == before


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2026, 1, 31), -1, date(2025, 12, 1)),
        (date(2026, 3, 30), -13, date(2025, 2, 1)),
    ],
)
def test_months_are_counted_over_the_end_of_a_year(day, months, first):
    assert month_from(day, months) == first
