"""Sixty days of figures on every platform that can be signed in to at once, as the sandbox plays them: they grow, come
late, are corrected, fail and are left out; and dashboards show what a plain recomputation from the raw rows gives."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from apps.analytics import services
from apps.analytics.metrics import COLUMNS
from apps.analytics.models import AccountDay, AccountSnapshot
from apps.analytics.overview import Trend, overview
from apps.core import tenancy
from apps.core.calendar import cell_of
from apps.core.secrets import Secret
from apps.platforms.contract import channel_secret
from apps.social_accounts.models import Grant
from tests.analytics.test_overview import DAY, Plain

pytestmark = pytest.mark.django_db
DAYS = 60
PLATFORMS = (
    "bluesky", "facebook", "google_business", "instagram", "linkedin", "mastodon", "pinterest", "threads", "tiktok",
    "x", "youtube",
)  # fmt: skip
KINDS = {"facebook": "page", "linkedin": "organization"}
TELLS_LATE = {"google_business", "linkedin", "pinterest", "youtube"}  # some figures of a day, or all of them
NOBODY_WORKS = range(20, 23)
UNREACHABLE = range(30, 32)


def renew(client, accounts) -> None:
    """Tokens of some platforms live for an hour: their refreshes are not what this is about."""
    for account in accounts:
        told = client.sandbox.create_account(account.platform, account.handle)["credentials"]
        with tenancy.across_tenants("a test signs in anew"):
            grant = Grant.across_tenants.get(pk=account.grant_id)
            grant.access_token = Secret(told.get("user_token", told["token"]))
            if "page_id" in told:  # Facebook: a Page speaks with a token of its own.
                grant.extra = Secret(json.dumps({channel_secret(told["page_id"]): told["token"]}))
            grant.save()


@pytest.fixture
def lived(client_of_ours):
    """The client after sixty days, with its accounts and the first of the days."""
    ours = client_of_ours
    ours.sandbox.set("instagram", settling_days=2)
    accounts = [ours.account(platform, kind=KINDS.get(platform, "")) for platform in PLATFORMS]
    first = cell_of(ours.clock.now, ours.workspace.timezone)
    for step in range(DAYS):
        ours.advance(days=1)
        if step in NOBODY_WORKS:
            continue
        if step == UNREACHABLE.start:
            ours.sandbox.fault("error_before", platform="mastodon", times=None)
        if step == UNREACHABLE.stop:
            ours.sandbox.clear()
        renew(ours, accounts)
        ours.night()
    return ours, accounts, first


def test_sixty_days_of_every_platform_are_told_as_they_are(lived):
    ours, accounts, first = lived
    rows = {account.platform: ours.days(account) for account in accounts}
    gaps = {first + DAY * step for step in NOBODY_WORKS}

    for platform, own in rows.items():
        held = {row.day: row for row in own}
        told = [day for day, row in held.items() if not row.missing]
        assert len(told) > DAYS * 0.8, platform
        words = "a day without a night says so, or was told later"
        assert all(held[day].missing in ("", "too_late") for day in gaps), words
    left = {row.missing for row in rows["mastodon"] if row.day in gaps}
    assert left == {"too_late"}, "whoever tells of now alone tells nothing of those"
    failed = {row.day for row in rows["mastodon"] if row.missing == "unreachable"}
    assert failed == {first + DAY * step for step in UNREACHABLE}

    late = {platform for platform, own in rows.items() if any(row.missing == "told_nothing" for row in own)}
    assert late <= TELLS_LATE
    assert late
    corrected = _corrections(rows["instagram"])
    assert len(corrected) > DAYS * 0.5
    assert all(after.views > before.views for before, after in corrected), "in full once they have settled"
    followers = [row.followers for row in rows["mastodon"] if row.followers is not None]
    assert followers == sorted(followers)
    assert followers[-1] > followers[0], "it grew"

    _dashboard_equals_rows(ours, accounts, first + DAY * (DAYS // 2), first + DAY * (DAYS - 1))
    _rollups_equal_rows(accounts)


def _corrections(rows):
    by_day = defaultdict(list)
    for row in rows:
        if row.views:
            by_day[row.day].append(row)
    return [(own[0], own[-1]) for own in by_day.values() if len(own) > 1]


def _dashboard_equals_rows(ours, accounts, first, last) -> None:
    with tenancy.scope(organization_id=ours.workspace.organization_id):
        found = overview(ours.workspace, first=first, last=last)
        plain = Plain(ours.workspace, accounts, first, last)
    views, followers = plain.values("views", first, last), plain.last_followers(first, last)
    assert (found.views.value, found.views.known) == (sum(views.values()), len(views))
    assert (found.followers.value, found.followers.known) == (sum(followers.values()), len(followers))
    by_day = defaultdict(int)
    for (_, day), value in views.items():
        by_day[day] += value
    drawn = {point.day: point.part for point in found.trend(Trend.VIEWS) if point.part is not None}
    assert drawn == dict(by_day)
    for row in found.platforms:
        own = {pk for pk, platform in found.platform_of.items() if platform == row.platform}
        told = [value for (pk, _), value in plain.values("views", first, last, apart=True).items() if pk in own]
        assert row.views == (sum(told) if told else None)


def _rollups_equal_rows(accounts) -> None:
    def kept():
        with tenancy.across_tenants("a test looks"):
            rows = AccountDay.across_tenants.filter(account__in=accounts)
            return {(row.account_id, row.day): (row.pk, *(getattr(row, name) for name in COLUMNS)) for row in rows}

    with tenancy.across_tenants("a test counts by hand"):
        every = sorted(AccountSnapshot.across_tenants.filter(account__in=accounts), key=lambda row: row.revision)
    plain = {(row.account_id, row.day): (row.pk, *(getattr(row, name) for name in COLUMNS)) for row in every}
    assert kept() == plain
    services.rebuild_rollups()
    assert kept() == plain
