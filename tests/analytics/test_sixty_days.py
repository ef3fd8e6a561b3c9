"""The whole way, from simulated networks to the dashboard: figures that grow, nights that fail, posts that vanish."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from apps.analytics import services
from apps.analytics.models import AccountSnapshot
from apps.analytics.overview import overview
from apps.core import tenancy
from apps.core.calendar import cell_of
from apps.platforms.adapters.mastodon import MastodonAdapter
from apps.platforms.insights import Metric, Metrics
from apps.social_accounts.models import SocialAccount
from tests.analytics.test_overview import DAY, Plain
from tests.support import factories

pytestmark = pytest.mark.django_db
DAYS = 18


def toot(client, text: str) -> str:
    with httpx.Client(base_url=client.sandbox.origin("mastodon"), trust_env=False, verify=False) as http:
        headers = {"Authorization": f"Bearer {client.tokens['mastodon']}"}
        return http.post("/api/v1/statuses", data={"status": text}, headers=headers).json()["id"]


def test_what_the_networks_played_is_what_the_dashboard_shows(client_of_ours):
    ours = client_of_ours
    accounts = [ours.account("mastodon"), ours.account("facebook", kind="page"), ours.account("x")]
    begun = cell_of(ours.clock.now, ours.workspace.timezone)
    posts = []
    for step in range(DAYS):
        if step == 7:
            ours.sandbox.fault("error_before", platform="mastodon", times=None)
        if step == 9:
            ours.sandbox.clear()
        if step % 3 == 0:
            posts.append(ours.published(accounts[0], f"Toot {step}", remote_id=toot(ours, f"Toot {step}")))
        if step == 11:
            ours.sandbox.remove_post("mastodon", posts[3].remote_id)
        for _ in range(4):
            ours.advance(hours=6)
            if step not in (14, 15):  # nobody is at work for two days
                ours.night()
    last = begun + DAY * (DAYS - 1)
    first = last - DAY * (DAYS // 2 - 1)

    with tenancy.scope(organization_id=ours.workspace.organization_id):
        found = overview(ours.workspace, first=first, last=last)
        plain = Plain(ours.workspace, accounts, first, last)

    views, followers = plain.values("views", first, last), plain.last_followers(first, last)
    assert found.views.value == (sum(views.values()) if views else None)
    assert (found.followers.value, found.followers.known) == (sum(followers.values()), len(followers))
    interactions = plain.of_posts(first, last, plain.interactions)
    assert (found.interactions.value, found.interactions.known, found.interactions.of) == interactions
    assert interactions[0], "the posts were liked"
    rows = ours.days(accounts[0])
    assert {row.missing for row in rows} >= {"", "unreachable"}, "a failed night is a row that says why"
    skipped = [row.missing for row in rows if row.day == begun + DAY * 14]
    assert skipped == ["too_late"], "of a night that nobody worked there is a row that says so"
    assert all(row.followers is None for row in rows if row.missing)
    assert [row.missing for row in ours.rungs(posts[3])][-1] == "gone"
    assert {row.missing for row in ours.days(accounts[2])} == {"signed_out"}, "its token has run out by the first night"
    likes = [row.likes for row in ours.rungs(posts[0]) if not row.missing]
    assert likes == sorted(likes)
    assert len(set(likes)) > 1, "figures grew"


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("Europe/Berlin", datetime(2026, 3, 27, 9, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 23, 9, tzinfo=UTC)),
        ("America/Santiago", datetime(2026, 9, 4, 9, tzinfo=UTC)),  # midnight is left out
        ("Australia/Lord_Howe", datetime(2026, 4, 3, 9, tzinfo=UTC)),  # half an hour
        ("Pacific/Kiritimati", datetime(2026, 12, 29, 9, tzinfo=UTC)),  # the end of a year
        ("America/New_York", datetime(2028, 2, 27, 9, tzinfo=UTC)),  # a leap day
    ],
)
def test_each_day_has_one_row_for_each_account_whatever_the_clocks_do(workspace, clock, monkeypatch, zone, begins):
    """Hour by hour over the change, with every wake-up doubled."""
    clock.set(begins)
    place = factories.workspace(workspace.organization, timezone=zone)
    accounts = [factories.account(place) for _ in range(2)]
    asked = Counter()

    def told(self, credential, *, day):
        asked[day] += 1
        return Metrics({Metric.FOLLOWERS: asked[day]})

    monkeypatch.setattr(MastodonAdapter, "account_metrics", told)
    with tenancy.across_tenants("a test makes them old"):
        SocialAccount.across_tenants.update(created_at=begins - timedelta(days=100))

    for _ in range(24 * 6):
        for _ in range(2):
            services.open_nights(now=clock.now)
            services.read_due()
        clock.advance(hours=1)

    there = ZoneInfo(zone)
    with tenancy.across_tenants("a test looks"):
        rows = list(AccountSnapshot.across_tenants.filter(account__in=accounts).order_by("day"))
    days = sorted({row.day for row in rows})
    # A night begins at two: the first is that of the day before the beginning, the last that of yesterday.
    yesterday = (clock.now - timedelta(hours=1)).astimezone(there)
    last = yesterday.date() - DAY if yesterday.hour >= 2 else yesterday.date() - 2 * DAY
    assert days == [days[0] + DAY * step for step in range((last - days[0]).days + 1)]
    assert Counter((row.account_id, row.day) for row in rows) == {(one.pk, day): 1 for one in accounts for day in days}
    assert all(count == len(accounts) for count in asked.values()), "no platform was asked twice"
