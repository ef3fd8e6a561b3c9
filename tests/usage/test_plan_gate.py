"""At the hour: what a plan that was lowered since does not allow is held, and exactly the rest goes out."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.publishing import services
from apps.publishing.engine import claims, intents
from apps.publishing.engine.intents import Intent
from apps.publishing.engine.preparation import begun
from apps.publishing.engine.work import load
from apps.publishing.models import Publication
from apps.publishing.plan_gate import PROBLEM, over_plan
from apps.publishing.states import State
from apps.tenants.models import Organization, Workspace
from apps.usage import services as usage
from apps.usage.meters import Meter
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker
from tests.usage.conftest import give_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def five(agency: Agency, november: Clock) -> list[Publication]:
    """Five posts on five accounts, a minute apart, the first one due now."""
    return [agency.scheduled(f"Post {n}", on=[agency.account(f"a{n}")], minutes=n) for n in range(5)]


def states(agency: Agency, rows: list[Publication]) -> list[str]:
    return [agency.read(row).state for row in rows]


def test_without_a_plan_everything_goes_out(agency: Agency, five: list[Publication], november: Clock) -> None:
    november.advance(minutes=5)
    run_worker()

    assert states(agency, five) == [State.PUBLISHED] * 5


def test_the_first_that_fit_go_out_and_the_rest_is_held_with_what_to_do(
    agency: Agency, five: list[Publication], organization: Organization, november: Clock
) -> None:
    plan = give_plan(organization, monthly_publications=3)
    november.advance(minutes=5)

    run_worker()
    run_worker()

    assert states(agency, five) == [State.PUBLISHED] * 3 + [State.HELD] * 2
    held = agency.read(five[4])
    assert held.problem == PROBLEM
    assert f"The plan {plan} allows 3 publications a month." in held.problem_words
    assert "Move it to 1 December or later" in held.problem_words
    assert "publication.held" in agency.events(held)


def test_a_larger_plan_lets_what_was_held_go_out(
    agency: Agency, five: list[Publication], organization: Organization, november: Clock
) -> None:
    give_plan(organization, monthly_publications=4)
    november.advance(minutes=5)
    run_worker()
    give_plan(organization, monthly_publications=5)

    agency.do(services.resume, publication=agency.read(five[4]))
    run_worker()

    assert states(agency, five) == [State.PUBLISHED] * 5


def test_the_limit_of_a_workspace_holds_its_posts_alone(
    agency: Agency, five: list[Publication], organization: Organization, other_workspace: Workspace, november: Clock
) -> None:
    elsewhere = Agency(other_workspace, agency.platform)
    there = elsewhere.scheduled("There", on=[elsewhere.account("there")])
    with tenancy.scope(organization_id=organization.pk):
        usage.set_own_limit(workspace=agency.workspace, meter=Meter.PUBLICATIONS, monthly=2, actor=SYSTEM)
    november.advance(minutes=5)

    run_worker()

    assert states(agency, five) == [State.PUBLISHED] * 2 + [State.HELD] * 3
    assert elsewhere.read(there).state == State.PUBLISHED


def test_a_day_on_one_account_has_its_own_limit(agency: Agency, organization: Organization, november: Clock) -> None:
    account, other = agency.account("one"), agency.account("two")
    rows = [agency.scheduled(f"Post {n}", on=[account], minutes=n) for n in range(3)]
    free = agency.scheduled("Other account", on=[other])
    give_plan(organization, daily_publications={"*": 2})
    november.advance(minutes=5)

    for _ in range(3):
        run_worker()

    assert states(agency, [*rows, free]) == [State.PUBLISHED, State.PUBLISHED, State.HELD, State.PUBLISHED]


def test_a_plan_that_is_lowered_between_claim_and_intent_counts(
    agency: Agency, five: list[Publication], organization: Organization, november: Clock
) -> None:
    november.advance(minutes=5)
    taken = claims.claim_due(now=november.now, limit=5)
    give_plan(organization, monthly_publications=2)
    prepared = []
    for claim in taken:
        sent = load(claim)
        staged = sent.adapter.stage(sent.draft, sent.credential, key=claim.key, before=None)
        prepared.append(Intent(claim, begun(staged, november.now)))

    assert sorted(map(bool, intents.commit(prepared))) == [False, False, False, True, True]
    assert states(agency, five)[2:] == [State.HELD] * 3


def test_what_is_canceled_makes_room_for_the_next(
    agency: Agency, five: list[Publication], organization: Organization, november: Clock
) -> None:
    give_plan(organization, monthly_publications=4)
    agency.do(services.cancel_publication, publication=five[0])
    november.advance(minutes=5)

    run_worker()

    assert states(agency, five) == [State.CANCELED] + [State.PUBLISHED] * 4


@pytest.mark.parametrize(("limit", "most"), [(None, 2), (5, 3), (3, 4)])
def test_it_asks_as_often_for_five_as_for_one(
    agency: Agency, five: list[Publication], organization: Organization, limit: int | None, most: int,
    django_assert_num_queries: DjangoAssertNumQueries, november: Clock,
) -> None:  # fmt: skip
    if limit:
        give_plan(organization, monthly_publications=limit)
    factories.publication(factories.post(agency.workspace), five[0].account, due_at=november.now)
    with tenancy.across_tenants("a test asks the gate"):
        rows = list(Publication.across_tenants.select_related("workspace", "account"))
        for asked in (rows[:1], rows):
            with django_assert_num_queries(most):
                over_plan(asked, november.now)
