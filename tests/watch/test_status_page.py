"""The public status page: nobody's until it is switched on, and then nobody's business but what it shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from apps.audit.models import Entry
from apps.core import heartbeats, tenancy
from apps.tenants.permissions import Role
from apps.watch import public, services
from apps.watch.models import StatusPage
from tests.support import factories
from tests.watch import ledger

pytestmark = pytest.mark.django_db
S = timedelta(seconds=1)


@pytest.fixture
def browser(owner, workspace):
    return factories.signed_in(owner, at=workspace)


@pytest.fixture
def recorded(workspace, clock):
    clock.set(datetime(2026, 3, 12, 15, tzinfo=UTC))
    account = factories.account(workspace, handle="cafeluna")
    for days, late in ((0, 0.4 * S), (1, 30 * S), (2, 900 * S)):
        ledger.departed(workspace, on=account, due_at=clock.now - timedelta(days=days, hours=2), late=late)
    services.record(now=clock.now)


def own_page(organization) -> StatusPage:
    with tenancy.scope(organization_id=organization.pk):
        return services.status_page_of()


@pytest.fixture
def shown(browser, organization, recorded, everybody):
    """The address of a page that is on."""
    browser.post("/settings/status-page/", {"action": "on"})
    return f"/status/{own_page(organization).slug}/"


def test_there_is_none_until_it_is_switched_on(organization, everybody):
    with tenancy.scope(organization_id=organization.pk):
        page = services.status_page_of()
        page.save()

    assert Client().get(f"/status/{page.slug}/").status_code == 404


def test_it_shows_that_publishing_runs_and_how_late_days_were(shown):
    page = Client().get(shown).content.decode()

    assert "Publishing runs" in page
    assert "12 March: on time, 99 of 100 within 0.4 s" in page
    assert "11 March: a little late, 99 of 100 within 30 s" in page
    assert "10 March: late, 99 of 100 within 15 min" in page
    assert "9 March: nothing was due" in page


def test_it_shows_a_pause(shown, everybody, age):
    age(everybody, minutes=5)

    assert "Publishing is paused since" in Client().get(shown).content.decode()


def test_it_names_no_client_no_account_and_no_numbers_of_posts(shown):
    page = Client().get(shown).content.decode().partition("<header")[2]  # behind the pictures of all networks

    for secret in ("Café Luna", "cafeluna", "mastodon", "Mastodon", "3 posts", "of 3"):
        assert secret not in page
    assert "Northlight Agency" in page


def test_it_asks_for_no_cookie_and_sets_none_and_may_be_kept(shown):
    answer = Client().get(shown)

    assert answer.cookies == {}
    assert "public" in answer["Cache-Control"]
    assert "Cookie" not in answer.get("Vary", "")
    assert b"<script" not in answer.content
    assert b"csrf" not in answer.content.lower()


def test_who_is_signed_in_sees_the_same_page_as_everybody(shown, browser):
    mine = browser.get(shown)

    public.forget_pages()
    assert mine.content == Client().get(shown).content
    assert "Cookie" not in mine.get("Vary", "")


def test_it_is_drawn_once_for_many(shown, django_assert_num_queries):
    Client().get(shown)

    with django_assert_num_queries(0):
        Client().get(shown)


def test_an_address_that_is_off_and_one_that_never_was_answer_alike(shown, browser, organization):
    browser.post("/settings/status-page/", {"action": "off"})
    public.forget_pages()

    off, never = Client().get(shown), Client().get("/status/abcdefghjkmnpq/")

    assert off.status_code == never.status_code == 404
    assert off.content == never.content
    assert off.cookies == never.cookies == {}
    assert "Northlight" not in off.content.decode()


def test_a_new_address_makes_the_old_one_lead_nowhere(shown, browser, organization):
    browser.post("/settings/status-page/", {"action": "move"})
    public.forget_pages()

    assert Client().get(shown).status_code == 404
    assert Client().get(f"/status/{own_page(organization).slug}/").status_code == 200


def test_switching_it_is_written_in_the_diary(shown, organization):
    with tenancy.scope(organization_id=organization.pk):
        assert Entry.objects.filter(verb="status_page.switched", diff={"is_on": True}).exists()


def test_an_admin_may_switch_it_and_a_manager_may_not(organization, workspace, everybody):
    for role, status in ((Role.ADMIN, 302), (Role.MANAGER, 403)):
        client = factories.signed_in(factories.member(organization, role, workspaces=[workspace]), at=workspace)
        assert client.post("/settings/status-page/", {"action": "on"}).status_code == status


def test_each_organization_shows_its_own(shown, stranger_workspace, clock):
    ledger.departed(stranger_workspace, due_at=clock.now, late=7200 * S)
    services.record(now=clock.now)
    stranger = factories.member(stranger_workspace.organization)
    factories.signed_in(stranger, at=stranger_workspace).post("/settings/status-page/", {"action": "on"})

    page = Client().get(f"/status/{own_page(stranger_workspace.organization).slug}/").content.decode()

    assert "Someone Else" in page
    assert "within 2 h" in page
    assert "Northlight" not in page
    public.forget_pages()
    assert "within 2 h" not in Client().get(shown).content.decode()


def test_addresses_are_not_guessed(workspace, stranger_workspace):
    slugs = {own_page(place.organization).slug for place in (workspace, stranger_workspace)}

    assert len(slugs) == 2
    assert all(len(slug) == 14 for slug in slugs)


def test_it_opens_while_the_queue_is_away(shown, no_queue):
    public.forget_pages()
    heartbeats.look_again()

    answer = Client().get(shown)

    assert answer.status_code == 200
    assert "Publishing is slowed down" in answer.content.decode()
