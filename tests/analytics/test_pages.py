"""The pages of an account's imports: to begin one, to see how far it is, to go on and to throw away."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.analytics.models import Import, ImportedPost
from apps.analytics.states import ImportState
from apps.core import tenancy
from apps.tenants.permissions import Role
from apps.usage.models import Assignment, Plan
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(workspace):
    return factories.account(workspace, "mastodon", handle="harbour")


@pytest.fixture
def browser(owner, workspace):
    return factories.signed_in(owner, at=workspace)


def the_import() -> Import:
    with tenancy.across_tenants("a test looks"):
        return Import.across_tenants.get()


def shown(browser, account, **headers) -> str:
    return browser.get(reverse("analytics:imports", args=[account.pk]), headers=headers).content.decode()


def test_the_page_of_an_account_leads_to_its_existing_posts(browser, account):
    page = browser.get(reverse("dashboard:account", args=[account.pk])).content.decode()

    assert reverse("analytics:imports", args=[account.pk]) in page


def test_an_import_is_begun_and_shows_how_far_it_is(browser, account):
    assert "Import existing posts" in shown(browser, account)

    browser.post(reverse("analytics:start_import", args=[account.pk]))

    assert the_import().state == ImportState.WAITING
    page = shown(browser, account)
    assert "Import existing posts" not in page, "one at a time"
    assert '<progress class="bar" max="500" value="0"' in page
    piece = shown(browser, account, hx_request="true")
    assert "hx-trigger" in piece
    assert "<html" not in piece


def test_one_that_failed_says_why_and_goes_on(browser, account, clock):
    browser.post(reverse("analytics:start_import", args=[account.pk]))
    row = the_import()
    with tenancy.across_tenants("a test lets it fail"):
        failed = {"state": ImportState.FAILED, "ended_at": clock.now, "problem_words": "Mastodon is silent."}
        Import.across_tenants.filter(pk=row.pk).update(**failed)
    page = shown(browser, account)
    assert "Mastodon is silent." in page
    assert 'hx-trigger="every 5s' not in page

    browser.post(reverse("analytics:retry_import", args=[row.pk]))

    assert the_import().state == ImportState.WAITING


def test_what_was_imported_is_shown_with_dashes_for_what_is_not_known(browser, account, clock):
    browser.post(reverse("analytics:start_import", args=[account.pk]))
    row = the_import()
    with tenancy.scope(organization_id=account.organization_id):
        ImportedPost.objects.create(
            workspace=account.workspace, account=account, came_by=row, remote_id="1", text="An old loaf", likes=4,
            published_at=clock.now, taken_at=clock.now, url="javascript:alert(1)",
        )  # fmt: skip
    page = shown(browser, account)
    assert "An old loaf" in page
    assert '<td class="r">–</td><td class="r">4</td>' in page
    assert "javascript:" not in page

    browser.post(reverse("analytics:delete_import", args=[row.pk]))

    assert "An old loaf" not in shown(browser, account)


def test_the_plan_is_told_in_words(browser, account):
    with tenancy.across_tenants("a test gives a plan"):
        plan = Plan.objects.create(name="SMALL", monthly_imports=0)
        Assignment.across_tenants.create(organization_id=account.organization_id, plan=plan)

    page = browser.post(reverse("analytics:start_import", args=[account.pk]), follow=True).content.decode()

    assert "The plan SMALL allows 0 imports a month on each Mastodon account." in page
    with tenancy.across_tenants("a test counts"):
        assert not Import.across_tenants.exists()


def test_a_viewer_sees_and_begins_nothing(workspace, account):
    viewer = factories.member(workspace.organization, Role.VIEWER, workspaces=[workspace])
    browser = factories.signed_in(viewer, at=workspace)

    assert "Import existing posts" not in shown(browser, account)
    assert browser.post(reverse("analytics:start_import", args=[account.pk])).status_code == 403


def test_a_workspace_without_accounts_or_figures_says_what_will_be_there(browser, workspace):
    assert "No account yet" in browser.get(reverse("analytics:overview")).content.decode()
    factories.account(workspace)
    assert "Nothing was read of these days" in browser.get(reverse("analytics:overview")).content.decode()
