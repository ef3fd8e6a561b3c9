"""The one verb: what is used is counted once, to the last one exactly, and refused in words."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.models import Event
from apps.tenants.models import Organization, Workspace
from apps.usage import services as usage
from apps.usage.errors import OverLimit
from apps.usage.meters import Meter
from apps.usage.models import Entry
from tests.support import factories
from tests.support.clock import Clock
from tests.usage.conftest import give_plan, total

pytestmark = pytest.mark.django_db
LEFT, COMING, AT_ONCE = 100, 500, 10


def consume(workspace: Workspace, key: str, amount: int = 1, **more: object) -> None:
    with tenancy.scope(organization_id=workspace.organization_id, workspace_ids={workspace.pk}):
        usage.consume(Meter.PUBLICATIONS, amount, workspace_id=workspace.pk, key=key, **more)


def test_a_key_counts_once_however_often_it_comes(workspace: Workspace, november: Clock) -> None:
    consume(workspace, "a", 3)
    consume(workspace, "a", 3)
    consume(workspace, "b")

    assert total(workspace.pk, "2026-11") == total(workspace.organization_id, "2026-11") == 4


def test_an_organization_without_a_plan_is_counted_and_never_limited(workspace: Workspace, november: Clock) -> None:
    consume(workspace, "a", 1_000_000)

    assert total(workspace.organization_id, "2026-11") == 1_000_000


def test_the_limit_says_what_is_used_and_when_it_starts_anew(
    organization: Organization, workspace: Workspace, november: Clock
) -> None:
    plan = give_plan(organization, monthly_publications=10)
    consume(workspace, "a", 9)

    with pytest.raises(OverLimit) as refused:
        consume(workspace, "b", 2)

    error = refused.value
    assert (error.limit, error.used, error.resets_on) == (10, 9, date(2026, 12, 1))
    for words in (f"The plan {plan} allows 10 publications a month", "9 are used", "2 more", "1 December", "UTC"):
        assert words in error.words
    assert total(organization.pk, "2026-11") == 9
    consume(workspace, "b", 1)


def test_months_and_days_are_those_of_the_organizations_zone(november: Clock) -> None:
    place = factories.workspace(factories.organization(timezone="Pacific/Auckland"))

    consume(place, "a", at=datetime(2026, 11, 30, 12, tzinfo=UTC))  # 1 December over there

    assert (total(place.pk, "2026-11"), total(place.pk, "2026-12")) == (0, 1)


def test_the_next_month_begins_with_nothing_used(
    organization: Organization, workspace: Workspace, november: Clock
) -> None:
    give_plan(organization, monthly_publications=1)
    consume(workspace, "a")
    with pytest.raises(OverLimit):
        consume(workspace, "b")

    november.advance(days=2)

    consume(workspace, "b")


def test_all_workspaces_share_the_plan_and_each_has_its_own_limit_on_top(
    organization: Organization, workspace: Workspace, other_workspace: Workspace, november: Clock
) -> None:
    give_plan(organization, monthly_publications=10)
    with tenancy.scope(organization_id=organization.pk):
        usage.set_own_limit(workspace=workspace, meter=Meter.PUBLICATIONS, monthly=2, actor=SYSTEM)
    consume(workspace, "a", 2)
    with pytest.raises(OverLimit, match="allows this workspace 2 publications a month"):
        consume(workspace, "b")

    consume(other_workspace, "c", 8)
    with pytest.raises(OverLimit, match="allows 10 publications a month"):
        consume(other_workspace, "d")

    with tenancy.scope(organization_id=organization.pk):
        usage.set_own_limit(workspace=workspace, meter=Meter.PUBLICATIONS, monthly=None, actor=SYSTEM)
    with pytest.raises(OverLimit, match="The plan"):
        consume(workspace, "e")


def test_a_day_on_an_account_has_the_limit_of_its_platform(
    organization: Organization, workspace: Workspace, november: Clock
) -> None:
    give_plan(organization, daily_publications={"tiktok": 2, "*": 3})
    tiktok, mastodon = factories.account(workspace, "tiktok"), factories.account(workspace, "mastodon")
    on_tiktok = {"account_id": tiktok.pk, "platform": "tiktok"}
    consume(workspace, "a", 2, **on_tiktok)
    with pytest.raises(OverLimit, match="2 publications a day on each TikTok account"):
        consume(workspace, "b", **on_tiktok)

    consume(workspace, "b", at=november.now + timedelta(days=1), **on_tiktok)
    consume(workspace, "c", 3, account_id=mastodon.pk, platform="mastodon")


def test_another_organization_is_another_ledger(
    organization: Organization, workspace: Workspace, stranger_workspace: Workspace, november: Clock
) -> None:
    give_plan(organization, monthly_publications=1)
    consume(workspace, "a")

    consume(stranger_workspace, "a", 5)

    assert total(stranger_workspace.organization_id, "2026-11") == 5


def test_what_is_counted_is_undone_with_the_transaction_that_used_it(workspace: Workspace, november: Clock) -> None:
    with transaction.atomic():
        consume(workspace, "a")
        transaction.set_rollback(True)

    assert total(workspace.pk, "2026-11") == 0


def test_eighty_and_a_hundred_percent_are_told_once_each(
    organization: Organization, workspace: Workspace, november: Clock
) -> None:
    give_plan(organization, monthly_publications=10)
    told = []
    for number in range(10):
        consume(workspace, str(number))
        consume(workspace, str(number))
        with tenancy.across_tenants("a test looks"):
            events = Event.across_tenants.filter(name="usage.threshold_reached").order_by("sequence")
            told.append([event.payload["percent"] for event in events])

    assert told == [[], [], [], [], [], [], [], [80], [80], [80, 100]]


@pytest.mark.django_db(transaction=True)
def test_five_hundred_at_once_take_exactly_the_hundred_that_are_left(clock: Clock) -> None:
    place = factories.workspace()
    give_plan(place.organization, monthly_publications=LEFT + 7)
    consume(place, "before", 7)
    outcomes: list[str] = []

    def run(lane: int) -> None:
        try:
            for number in range(COMING // AT_ONCE):
                outcomes.append(_outcome(place, f"{lane}/{number}"))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[lane]) for lane in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert (outcomes.count("taken"), outcomes.count("refused")) == (LEFT, COMING - LEFT)
    assert total(place.organization_id, f"{clock.now:%Y-%m}") == LEFT + 7
    with tenancy.across_tenants("a test looks"):
        assert sum(Entry.across_tenants.values_list("amount", flat=True)) == LEFT + 7


def _outcome(place: Workspace, key: str) -> str:
    try:
        consume(place, key)
    except OverLimit:
        return "refused"
    return "taken"
