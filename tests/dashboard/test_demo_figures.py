"""The demo's figures are what networks would have told: corrected days, nights that failed, and nothing made up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.analytics.models import AccountSnapshot, Goal, PublicationSnapshot, Reading
from apps.analytics.overview import overview
from apps.core import clock, tenancy
from apps.core.calendar import cell_of
from apps.dashboard.demo.content import CLIENTS
from apps.dashboard.demo.figures import DAYS, Figures
from apps.publishing.states import State
from apps.tenants.members import member_of
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_ninety_days_with_corrections_and_gaps(workspace, owner):
    accounts = {name: factories.account(workspace, name) for name in ("instagram", "mastodon", "linkedin")}
    for back in range(2, 40, 3):
        post = factories.post(workspace, f"Post {back}", accounts=accounts.values())
        for account in (accounts["instagram"], accounts["mastodon"]):
            at = clock.now() - timedelta(days=back)
            factories.publication(post, account, state=State.PUBLISHED, published_at=at, remote_id=f"{back}")
    member = member_of(owner.user, workspace.organization_id, workspace_id=workspace.pk)

    Figures(member, workspace, CLIENTS[0], accounts).fill()

    yesterday = cell_of(clock.now(), workspace.timezone) - timedelta(days=1)
    with tenancy.scope(organization_id=workspace.organization_id):
        days = AccountSnapshot.objects.filter(account=accounts["instagram"])
        assert days.filter(revision=2).exists(), "a day was corrected"
        assert days.filter(missing="unreachable").count() == 2
        assert days.values("day").distinct().count() == DAYS - 2, "two nights nobody worked"
        assert not AccountSnapshot.objects.filter(account=accounts["mastodon"], views__isnull=False).exists()
        assert PublicationSnapshot.objects.filter(account=accounts["mastodon"], likes__gt=0).exists()
        waiting = Reading.objects.exclude(publication=None).exclude(step="").first()
        assert waiting.step_at > clock.now() - timedelta(days=2), "the ladder goes on where the past ends"
        found = overview(workspace, first=yesterday - timedelta(days=89), last=yesterday)
        assert all((found.views.value, found.interactions.value, found.times.counted))
        assert Goal.objects.count() == 3
