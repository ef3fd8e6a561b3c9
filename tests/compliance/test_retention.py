"""What platforms allow to be kept for a while is refreshed or deleted when that is over, and never by accident."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.compliance import services
from apps.compliance.models import DataRequest
from apps.compliance.retention import RULES
from apps.compliance.states import RequestState
from apps.core import tenancy
from apps.platforms import registry
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState
from apps.webhooks.models import InboundNotice
from apps.webhooks.states import NoticeState
from tests.house.rules import ROOT
from tests.support import factories
from tests.webhooks.conftest import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(workspace, platforms, clock):
    """A YouTube channel that was last verified 31 days ago."""
    known = platforms.create_account("youtube", "harbourcoffee")
    long_ago = clock.now - timedelta(days=31)
    return factories.account(
        workspace, "youtube", remote_id=known["id"], handle="harbour", name="Harbour", checked_at=long_ago,
        token=known["credentials"]["token"],
    )  # fmt: skip


def aged(account, **span) -> None:
    with tenancy.across_tenants("time passes"):
        since = read_now(account) - timedelta(**span)
        SocialAccount.across_tenants.filter(pk=account.pk).update(updated_at=since)


def read_now(account):
    return account.connected_at


def test_a_channel_that_youtube_still_knows_is_refreshed(channel, clock):
    services.keep_rules(now=clock.now)

    assert (read(channel).checked_at, read(channel).state) == (clock.now, AccountState.ACTIVE)
    assert read(channel).name != "Deleted account"


def test_a_channel_that_youtube_refuses_is_deleted(channel, clock, platforms):
    platforms.revoke_tokens("youtube", "harbourcoffee")

    services.keep_rules(now=clock.now)

    assert (read(channel).name, read(channel).handle) == ("Deleted account", "deleted-account")


def test_a_platform_that_is_ill_deletes_nothing(channel, clock, platforms):
    platforms.fault("error_before", platform="youtube", times=None)

    services.keep_rules(now=clock.now)

    assert (read(channel).name, read(channel).state) == ("Harbour", AccountState.ACTIVE)


def test_a_day_before_its_time_nothing_happens(workspace, clock):
    known = factories.account(
        workspace, "youtube", name="Harbour", checked_at=clock.now - timedelta(days=29), state=AccountState.NEEDS_REAUTH
    )
    services.keep_rules(now=clock.now)

    assert read(known).name == "Harbour"


@pytest.mark.parametrize(("platform", "days"), [("youtube", 7), ("tiktok", 30)])
def test_what_was_disconnected_is_deleted_in_time(workspace, clock, platform, days):
    gone = factories.account(workspace, platform, name="Harbour", grant=None, state=AccountState.DISCONNECTED)
    aged(gone, days=days, seconds=-5)
    services.keep_rules(now=clock.now)
    assert read(gone).name == "Harbour"

    aged(gone, days=days, seconds=5)
    services.keep_rules(now=clock.now)
    assert read(gone).name == "Deleted account"


@pytest.mark.parametrize("state", [AccountState.EXPIRING, AccountState.MISSING_PERMISSION, AccountState.DISABLED])
def test_what_a_person_or_youtube_may_mend_is_not_deleted_as_disconnected(workspace, clock, state):
    known = factories.account(workspace, "youtube", name="Harbour", checked_at=clock.now, state=state)
    aged(known, days=8)

    services.keep_rules(now=clock.now)

    assert (read(known).name, read(known).state) == ("Harbour", state)


def test_a_channel_that_ends_soon_is_asked_again_like_any_other(channel, clock):
    with tenancy.across_tenants("it was forecast"):
        SocialAccount.across_tenants.filter(pk=channel.pk).update(state=AccountState.EXPIRING)

    services.keep_rules(now=clock.now)

    assert (read(channel).checked_at, read(channel).name != "Deleted account") == (clock.now, True)


def test_other_platforms_keep_what_was_disconnected(workspace, clock):
    gone = factories.account(workspace, "mastodon", name="Harbour", grant=None, state=AccountState.DISCONNECTED)
    aged(gone, days=400)

    services.keep_rules(now=clock.now)

    assert read(gone).name == "Harbour"


def test_settled_notices_and_old_receipts_go(db, clock):
    for number, state in enumerate((NoticeState.HANDLED, NoticeState.DEAD, NoticeState.WAITING)):
        InboundNotice.objects.create(platform="x", dedupe_key=str(number), kind="other", state=state)
    DataRequest.objects.create(platform="facebook", request_key="1", code="1", state=RequestState.DONE, done_at=clock.now)  # fmt: skip  # noqa: E501

    services.keep_rules(now=clock.advance(days=31))
    assert [notice.state for notice in InboundNotice.objects.all()] == [NoticeState.WAITING]
    assert DataRequest.objects.count() == 1
    services.keep_rules(now=clock.advance(days=1100))
    assert DataRequest.objects.count() == 0


def test_the_page_for_operators_shows_each_rule():
    page = (ROOT / "docs/operations.md").read_text()
    for rule in RULES:
        label = registry.label(rule.platform) if rule.platform else ""
        what = f"{label}: {rule.what}" if label else rule.what
        assert f"| {what} | {rule.after.days} days | {rule.act.format(label=label)} |" in page
