"""Every number of the dashboard equals a plain recomputation from the raw rows, whatever grew, was corrected, came late
or is missing; and a page asks no platform and takes the same number of queries however much there is."""

from __future__ import annotations

import random
import socket
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.analytics.charting import chart_of
from apps.analytics.models import AccountSnapshot, PublicationSnapshot, Reading
from apps.analytics.overview import Point, Trend, overview
from apps.analytics.retention import kept_apart
from apps.core import tenancy
from apps.publishing.states import State
from tests.support import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST, LAST = date(2026, 10, 20), date(2026, 11, 16)  # over the end of summer time and of a month
BERLIN = ZoneInfo("Europe/Berlin")
PLATFORMS = ("facebook", "facebook", "mastodon", "linkedin", "x", "youtube")


class Past:
    """Sixty days of a client: figures that grow, are corrected, come late, or not at all; some days were never read."""

    def __init__(self, workspace, seed: int) -> None:
        self.workspace, self.chance = workspace, random.Random(seed)
        self.accounts = [factories.account(workspace, platform) for platform in PLATFORMS]
        with tenancy.across_tenants("a test writes sixty days"):
            for account in self.accounts:
                self._days(account)
                for number in range(6):
                    self._post(account, number)

    def _own(self, account):
        return {"organization_id": account.organization_id, "workspace_id": account.workspace_id, "account": account}

    def _days(self, account) -> None:
        followers = self.chance.randint(50, 500)
        tells_views = account.platform in ("facebook", "linkedin", "youtube")
        for step in range(60):
            day, followers = FIRST - 31 * DAY + step * DAY, followers + self.chance.randint(-2, 9)
            taken_at = datetime.combine(day + DAY, time(2), BERLIN).astimezone(UTC)
            fate = self.chance.random()
            if fate < 0.06:
                continue  # nobody read that night
            revision, row = 1, {**self._own(account), "day": day, "taken_at": taken_at}
            if fate < 0.16:
                AccountSnapshot.across_tenants.create(**row, missing="throttled")
                if fate < 0.11:
                    continue
                revision = 2  # it came late
            views = self.chance.randint(0, 900) if tells_views else None
            AccountSnapshot.across_tenants.create(**row, revision=revision, views=views, followers=followers)
            if tells_views and self.chance.random() < 0.3:  # and was corrected
                corrected = {**row, "taken_at": taken_at + 2 * DAY}
                AccountSnapshot.across_tenants.create(
                    **corrected, revision=revision + 1, views=views + 5, followers=followers
                )

    def _post(self, account, number: int) -> None:
        at = datetime.combine(FIRST - 28 * DAY, time(0), BERLIN) + timedelta(hours=self.chance.randint(0, 24 * 56))
        post = factories.post(self.workspace, f"Post {number}", accounts=[account])
        made = factories.publication(post, account, state=State.PUBLISHED, published_at=at)
        reading = Reading.across_tenants.create(**self._own(account), publication=made, published_at=at)
        likes, tells_views = 0, account.platform != "mastodon"
        for key, after in (("1h", 1), ("1d", 24), ("7d", 168)):
            taken_at, fate = at + timedelta(hours=after), self.chance.random()
            row = {**self._own(account), "publication": made, "key": key, "taken_at": taken_at}
            if fate < 0.25:
                PublicationSnapshot.across_tenants.create(**row, missing="unreachable")
                continue
            likes += self.chance.randint(0, 40)
            figures = {"likes": likes, "comments": likes // 7, "views": 20 * likes if tells_views else None}
            reading.latest = PublicationSnapshot.across_tenants.create(**row, **figures)
        reading.save()


class Plain:
    """The same numbers, counted by hand from all rows there are."""

    def __init__(self, workspace, accounts, first: date, last: date) -> None:
        self.first, self.last, self.length = first, last, last - first + DAY
        with tenancy.across_tenants("a test counts by hand"):
            rows = list(AccountSnapshot.across_tenants.filter(workspace=workspace))
            posts = list(Reading.across_tenants.filter(workspace=workspace, publication__isnull=False))
            taken = list(PublicationSnapshot.across_tenants.filter(workspace=workspace))
        self.platform = {account.pk: account.platform for account in accounts}
        self.rows = {}
        for row in sorted(rows, key=lambda row: row.revision):
            self.rows[row.account_id, row.day] = row
        self.posts = [(one.account_id, one.published_at.astimezone(BERLIN).date(), one.publication_id) for one in posts]
        self.newest = {}
        for row in sorted((row for row in taken if not row.missing), key=lambda row: row.taken_at):
            self.newest[row.publication_id] = row

    def values(self, name: str, first: date, last: date, *, apart: bool = False):
        return {
            key: getattr(row, name)
            for key, row in self.rows.items()
            if first <= key[1] <= last
            and getattr(row, name) is not None
            and (apart or self.platform[key[0]] not in kept_apart())
        }

    def last_followers(self, first: date, last: date) -> dict:
        found = {}
        for (account, _), value in sorted(self.values("followers", first, last).items(), key=lambda item: item[0][1]):
            found[account] = value
        return found

    def interactions(self, publication) -> int | None:
        row = self.newest.get(publication)
        known = (
            [value for value in (row.likes, row.comments, row.shares, row.saves) if value is not None] if row else []
        )
        return sum(known) if known else None

    def of_posts(self, first: date, last: date, figure, *, platform: str = ""):
        chosen = [
            publication
            for account, day, publication in self.posts
            if first <= day <= last
            and (self.platform[account] == platform if platform else self.platform[account] not in kept_apart())
        ]
        known = [value for one in chosen if (value := figure(one)) is not None]
        return (sum(known) if known else None), len(known), len(chosen)


@pytest.mark.parametrize("seed", range(4))
def test_every_number_equals_a_plain_recomputation(workspace, seed):
    past = Past(workspace, seed)
    with tenancy.scope(organization_id=workspace.organization_id):
        found = overview(workspace, first=FIRST, last=LAST)
        plain = Plain(workspace, past.accounts, FIRST, LAST)
    before = (FIRST - plain.length, FIRST - DAY)

    followers, earlier = plain.last_followers(FIRST, LAST), plain.last_followers(*before)
    assert (found.followers.value, found.followers.known) == (sum(followers.values()), len(followers))
    assert found.followers.change == sum(followers[one] - earlier[one] for one in followers.keys() & earlier.keys())

    views, views_before = plain.values("views", FIRST, LAST), plain.values("views", *before)
    assert (found.views.value, found.views.known) == (sum(views.values()), len(views))
    pairs = [
        (value, views_before[account, day - plain.length])
        for (account, day), value in views.items()
        if (account, day - plain.length) in views_before
    ]
    assert (found.views.now, found.views.before) == (sum(now for now, _ in pairs), sum(then for _, then in pairs))

    for number, figure in (
        (found.interactions, plain.interactions),
        (found.post_views, lambda one: plain.newest[one].views if one in plain.newest else None),
    ):
        assert (number.value, number.known, number.of) == plain.of_posts(FIRST, LAST, figure)
        now, then = plain.of_posts(FIRST, LAST, figure), plain.of_posts(*before, figure)
        is_whole = now[1] == now[2] and then[1] == then[2]
        assert (number.before is not None) is (is_whole and then[0] is not None)
    assert found.published.value == plain.of_posts(FIRST, LAST, plain.interactions)[2]

    for row in found.platforms:
        own = {key: value for key, value in plain.values("views", FIRST, LAST, apart=True).items()
               if plain.platform[key[0]] == row.platform}  # fmt: skip
        assert row.views == (sum(own.values()) if own else None)
        assert (row.interactions, row.posts) == (
            plain.of_posts(FIRST, LAST, plain.interactions, platform=row.platform)[0],
            plain.of_posts(FIRST, LAST, plain.interactions, platform=row.platform)[2],
        )
    assert sum(row.posts for row in found.platforms if row.platform not in found.apart) == found.published.value


@pytest.mark.parametrize("seed", range(4))
def test_gaps_are_gaps_in_the_drawing_and_no_noughts(workspace, seed):
    past = Past(workspace, seed)
    with tenancy.scope(organization_id=workspace.organization_id):
        found = overview(workspace, first=FIRST, last=LAST)
        plain = Plain(workspace, past.accounts, FIRST, LAST)
    views = plain.values("views", FIRST - plain.length, LAST)
    telling = defaultdict(list)
    for account, day in views:
        telling[account].append(day)

    points = found.trend(Trend.VIEWS)

    assert [point.day for point in points] == [FIRST + DAY * step for step in range(plain.length.days)]
    for point in points:
        expected = [account for account, days in telling.items() if min(days) <= point.day]
        known = [views[account, point.day] for account in expected if (account, point.day) in views]
        assert (point.known, point.of, point.part) == (len(known), len(expected), sum(known) if known else None)
        assert point.value == (sum(known) if len(known) == len(expected) else None)
    assert any(point.value is None for point in points), "the past has gaps"


def test_what_may_not_be_summed_stands_apart_unless_it_is_alone(workspace, other_workspace):
    Past(workspace, 1)
    alone = factories.account(other_workspace, "youtube")
    with tenancy.across_tenants("a test writes a day"):
        AccountSnapshot.across_tenants.create(
            organization_id=alone.organization_id, workspace_id=alone.workspace_id, account=alone, day=LAST,
            taken_at=datetime(2026, 11, 17, tzinfo=UTC), views=9, followers=3,
        )  # fmt: skip
    with tenancy.scope(organization_id=workspace.organization_id):
        together = overview(workspace, first=FIRST, last=LAST)
        by_itself = overview(other_workspace, first=FIRST, last=LAST)

    assert together.apart == {"youtube"}
    assert (by_itself.apart, by_itself.views.value) == (frozenset(), 9)


def test_a_page_view_calls_no_platform_and_its_queries_are_constant(workspace, owner, no_platform):
    browser = factories.signed_in(owner, at=workspace)
    Past(workspace, 1)
    address = f"{reverse('analytics:overview')}?from={FIRST}&to={LAST}"
    with CaptureQueriesContext(connection) as few:
        assert browser.get(address).status_code == 200
    Past(workspace, 2)
    with CaptureQueriesContext(connection) as many:
        page = browser.get(address)

    # What tells the database whose transaction it is reads no table.
    read = [sum(" FROM " in one["sql"] for one in asked) for asked in (few, many)]
    assert len(few) == len(many)
    assert read[0] == read[1] <= 15
    assert page.status_code == 200


def test_a_guard_of_sockets_that_lets_nothing_through(no_platform):
    with socket.socket() as plain, pytest.raises(AssertionError, match="opened a socket"):
        plain.connect(("127.0.0.1", 9))


def test_the_page_says_how_fresh_it_is_and_what_is_missing(workspace, owner):
    Past(workspace, 3)
    page = factories.signed_in(owner, at=workspace).get(f"{reverse('analytics:overview')}?from={FIRST}&to={LAST}")
    text = page.content.decode()

    assert "Complete until" in text
    assert text.count("read <time") >= 4
    assert "YouTube stands by itself" in text
    assert "days known" in text
    assert "post_media_view" in text, "the network's own name of a figure"
    assert "–" in text


@pytest.mark.parametrize(
    "query", ["", "?days=7", "?from=nonsense", "?from=2026-12-01&to=2026-11-01", "?trend=x", "?to=0001-01-01"]
)
def test_an_address_that_makes_no_sense_shows_the_usual_days(workspace, owner, query):
    factories.account(workspace)

    assert factories.signed_in(owner, at=workspace).get(reverse("analytics:overview") + query).status_code == 200


POINTS = st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=1, max_size=100)


@given(values=POINTS, before=POINTS, from_nought=st.booleans())
def test_a_drawing_holds_whatever_was_told_and_breaks_where_nothing_was(values, before, from_nought):
    points = [Point(FIRST + DAY * place, value) for place, value in enumerate(values)]
    earlier = [Point(FIRST + DAY * place, value) for place, value in enumerate(before[: len(values)])]

    chart = chart_of(points, earlier, label="Views", from_nought=from_nought)

    known = [value for value in values if value is not None]
    assert (chart is None) is (not known)
    if chart is not None:
        drawn = [
            float(number) for path in (*chart.paths, *chart.before) for number in path[1:].replace("L", "").split()
        ]
        assert all(0 <= y <= chart.height for y in drawn[1::2])
        assert all(chart.left <= x <= chart.right for x in drawn[::2])
        spots = sum(path.count(" L") + 1 for path in chart.paths)
        alone = [
            place for place, value in enumerate(values)
            if value is not None
            and (place == 0 or values[place - 1] is None)
            and (place == len(values) - 1 or values[place + 1] is None)
        ]  # fmt: skip
        assert spots + len(alone) == len(known)
