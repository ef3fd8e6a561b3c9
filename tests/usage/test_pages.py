"""The page for those who answer for the organization, the export, and what alerts tell."""

from __future__ import annotations

import csv
import io

import pytest
from django.core import mail
from django.test import Client

from apps.core import tenancy
from apps.events import services as events
from apps.tenants.models import Membership, Organization, Workspace
from apps.tenants.permissions import Role
from apps.usage import services as usage
from apps.usage.meters import Meter
from apps.usage.models import Assignment, OwnLimit, Plan
from tests.support import factories
from tests.support.clock import Clock
from tests.usage.conftest import give_plan

pytestmark = pytest.mark.django_db
PAGE = "/settings/usage/"


@pytest.fixture
def browser(owner: Membership, workspace: Workspace, november: Clock) -> Client:
    return factories.signed_in(owner, at=workspace)


def consume(workspace: Workspace, amount: int, key: str) -> None:
    with tenancy.scope(organization_id=workspace.organization_id):
        usage.consume(Meter.PUBLICATIONS, amount, workspace_id=workspace.pk, key=key)


def test_the_page_shows_what_is_used_against_what_is_allowed(
    browser: Client, organization: Organization, workspace: Workspace
) -> None:
    give_plan(organization, monthly_publications=1000, workspaces=1)
    consume(workspace, 850, "a")

    page = browser.get(PAGE).content.decode()

    for words in ("November 2026", "starts anew on 1 December", "850 of 1,000", "85 % used", "1 of 1", "Used up"):
        assert words in page


def test_without_a_plan_it_counts_and_says_that_nothing_is_limited(browser: Client, workspace: Workspace) -> None:
    consume(workspace, 7, "a")

    page = browser.get(PAGE).content.decode()

    assert "No plan, no limits" in page
    assert "<meter" not in page


def test_a_month_is_exported_by_workspace_and_is_no_formula(
    browser: Client, organization: Organization, workspace: Workspace, stranger_workspace: Workspace
) -> None:
    sly = factories.workspace(organization, name="=HYPERLINK(1)", external_ref="ref-7")
    consume(workspace, 3, "a")
    consume(sly, 2, "b")
    consume(stranger_workspace, 9, "c")

    answer = browser.get(f"{PAGE}2026/11.csv")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    told = {(row["workspace"], row["external_ref"], row["meter"]): row["amount"] for row in rows}
    assert told == {
        ("Café Luna", "", "publications"): "3", ("Café Luna", "", "imports"): "0",
        ("'=HYPERLINK(1)", "ref-7", "publications"): "2", ("'=HYPERLINK(1)", "ref-7", "imports"): "0",
    }  # fmt: skip
    assert answer["Content-Disposition"] == 'attachment; filename="usage-2026-11.csv"'
    assert browser.get(f"{PAGE}2026/13.csv").status_code == 404


def test_an_owner_limits_a_workspace_and_takes_that_back(browser: Client, workspace: Workspace) -> None:
    limit = f"{PAGE}workspaces/{workspace.pk}/limit/"

    browser.post(limit, {"monthly": "12"})
    assert 'value="12"' in browser.get(PAGE).content.decode()
    browser.post(limit, {"monthly": "-3"})
    assert 'value="12"' in browser.get(PAGE).content.decode()
    browser.post(limit, {"monthly": ""})

    with tenancy.across_tenants("a test looks"):
        assert not OwnLimit.across_tenants.exists()


def test_eighty_percent_is_mailed_to_owners_and_admins_and_stands_on_today(
    browser: Client, owner: Membership, organization: Organization, workspace: Workspace
) -> None:
    admin = factories.member(organization, Role.ADMIN)
    factories.member(organization, Role.MANAGER, workspaces=[workspace])
    factories.account(workspace)
    give_plan(organization, monthly_publications=10)
    assert "are used this month" not in browser.get("/").content.decode()
    consume(workspace, 8, "a")

    events.relay()
    events.relay()

    assert sorted(one.to[0] for one in mail.outbox) == sorted([owner.user.email, admin.user.email])
    assert mail.outbox[0].subject == "80 % of the publications of Northlight Agency are used"
    assert "8 of 10 publications" in mail.outbox[0].body
    assert "8 of 10 publications of Northlight Agency are used this month." in browser.get("/").content.decode()


def test_the_operator_makes_plans_and_gives_them(organization: Organization, workspace: Workspace) -> None:
    operator = factories.signed_in(factories.user(is_staff=True, is_superuser=True))
    first = {
        "name": "SMALL",
        "monthly_publications": "5",
        "daily_publications": '{"x": 2, "*": 4}',
        "white_label": "unknown",
    }

    refused = operator.post("/operator/usage/plan/add/", {**first, "daily_publications": '{"nowhere": 2}'})
    made = operator.post("/operator/usage/plan/add/", first)
    plan = Plan.objects.get(name="SMALL")
    given = operator.post("/operator/usage/assignment/add/", {"organization": organization.pk, "plan": plan.pk})

    again = operator.post("/operator/usage/assignment/add/", {"organization": organization.pk, "plan": plan.pk})
    assert "It has a plan already" in again.content.decode()
    assert "Name platforms out of" in refused.content.decode()
    assert (made.status_code, given.status_code) == (302, 302)
    assert (plan.posts_a_day("x"), plan.posts_a_day("mastodon"), plan.white_label) == (2, 4, None)
    with tenancy.across_tenants("a test looks"):
        assert Assignment.across_tenants.get().plan == plan


def test_three_plans_come_with_the_deployment_and_nobody_has_one() -> None:
    known = dict(Plan.objects.values_list("name", "monthly_publications"))

    assert known == {"FREE": 10, "PRO": 1000, "BUSINESS": 100_000}
    with tenancy.across_tenants("a test looks"):
        assert not Assignment.across_tenants.exists()
