"""Figures end with the right to keep them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.analytics import services
from apps.analytics.models import AccountSnapshot, PublicationSnapshot, Reading
from apps.audit.models import Entry
from apps.compliance import erasing
from apps.core import tenancy
from apps.social_accounts.models import SocialAccount
from tests.support import factories

pytestmark = pytest.mark.django_db


def with_figures(workspace, platform, clock, *, verified_days_ago: int):
    account = factories.account(workspace, platform)
    publication = factories.publication(factories.post(workspace, accounts=[account]), account, state="published")
    at = clock.now - timedelta(days=verified_days_ago)
    own = {"organization_id": workspace.organization_id, "workspace_id": workspace.pk, "account_id": account.pk}
    with tenancy.across_tenants("a test writes figures"):
        SocialAccount.across_tenants.filter(pk=account.pk).update(checked_at=at, connected_at=at)
        AccountSnapshot.across_tenants.create(**own, day=at.date(), taken_at=at, views=5)
        row = PublicationSnapshot.across_tenants.create(**own, publication=publication, key="1d", taken_at=at, views=7)
        Reading.across_tenants.create(
            **own, publication=publication, published_at=at, latest=row, step="3d", step_at=at, next_try_at=at
        )
    return account


def figures(account) -> int:
    with tenancy.across_tenants("a test counts"):
        mine = {"account": account}
        return sum(model.across_tenants.filter(**mine).count() for model in (AccountSnapshot, PublicationSnapshot))


def test_figures_of_youtube_are_deleted_when_30_days_did_not_show_that_they_may_be_kept(workspace, clock):
    old = with_figures(workspace, "youtube", clock, verified_days_ago=31)
    fresh = with_figures(workspace, "youtube", clock, verified_days_ago=29)
    elsewhere = with_figures(workspace, "facebook", clock, verified_days_ago=31)

    assert services.forget_unverified(now=clock.now) == 1

    assert [figures(one) for one in (old, fresh, elsewhere)] == [0, 2, 2]
    with tenancy.across_tenants("a test looks"):
        entry = Entry.across_tenants.get(verb="analytics.forgotten")
    assert (entry.subject_id, entry.diff["account_snapshots"]) == (old.pk, 1)
    assert services.forget_unverified(now=clock.now) == 0


def test_a_night_that_was_answered_shows_it_too(workspace, clock):
    account = with_figures(workspace, "youtube", clock, verified_days_ago=31)
    with tenancy.across_tenants("a test reads it"):
        Reading.across_tenants.create(
            organization_id=account.organization_id, workspace_id=account.workspace_id, account=account,
            read_at=clock.now - timedelta(days=2),
        )  # fmt: skip

    assert services.forget_unverified(now=clock.now) == 0
    assert figures(account) == 2


def test_who_asks_to_be_forgotten_leaves_no_figures_and_is_read_no_more(workspace, clock):
    account = with_figures(workspace, "facebook", clock, verified_days_ago=1)

    removed = erasing.erase(
        platform="facebook", organization_id=account.organization_id, account_ids=[account.pk],
        grant_ids=[account.grant_id],
    )  # fmt: skip

    assert (removed["account_snapshots"], removed["publication_snapshots"], figures(account)) == (1, 1, 0)
    with tenancy.across_tenants("a test looks"):
        assert not Reading.across_tenants.filter(account=account).exists()
