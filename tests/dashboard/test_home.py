from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test.utils import CaptureQueriesContext

from apps.publishing.states import State
from apps.social_accounts.states import AccountState
from apps.tenants.permissions import Role
from tests.support import factories


@pytest.fixture
def now(clock):
    return clock.set(datetime(2026, 10, 14, 10, tzinfo=UTC))


@pytest.fixture
def account(workspace):
    return factories.account(workspace, handle="luna")


@pytest.fixture
def browser(owner, workspace):
    return factories.signed_in(owner, at=workspace)


def said(response):
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_workspace_begins_with_four_steps(browser, workspace):
    response = browser.get("/", follow=True)

    assert response.redirect_chain == [("/welcome/", 302)]
    assert "Connect a first account" in said(response)
    assert response.context["steps"][1].is_current


def test_steps_that_are_done_are_ticked(browser, workspace, account):
    factories.post(workspace, accounts=[account])

    steps = browser.get("/welcome/").context["steps"]

    assert [step.is_done for step in steps] == [True, True, True, False]
    assert steps[3].is_current


def test_today_shows_what_needs_somebody_what_goes_out_and_what_is_unfinished(now, browser, workspace, account):
    def planned(title, state, due_at, **fields):
        post = factories.post(workspace, title=title, accounts=[account], due_at=due_at)
        factories.publication(post, account, state=state, **fields)

    planned(
        "Evening opening hours", State.FAILED, now - timedelta(hours=4), problem_words="Mastodon refused the picture."
    )
    planned("Last loaves at five", State.SCHEDULED, now + timedelta(hours=5))
    planned("Cardamom bun day", State.SCHEDULED, now + timedelta(days=1))
    planned("Cinnamon or cardamom?", State.PUBLISHED, now - timedelta(hours=1))
    factories.post(workspace, title="Behind the counter")

    page = browser.get("/")
    context = page.context

    assert [row.title for row in context["attention"]] == ["Evening opening hours"]
    assert context["attention"][0].note == "Mastodon refused the picture."
    assert [[row.title for row in day.posts] for day in context["days"]] == [
        ["Last loaves at five"],
        ["Cardamom bun day"],
        [],
    ]
    assert [row.title for row in context["drafts"]] == ["Behind the counter"]
    assert [row.title for row in context["recent"]] == ["Cinnamon or cardamom?"]
    assert [(count.label, count.value) for count in context["counts"]] == [("Scheduled", "2"), ("Needs attention", "1")]
    assert "17:00" in said(page)  # five hours from noon in Berlin


def test_an_account_that_is_signed_out_is_told_on_todays_page(now, browser, workspace):
    factories.account(workspace, handle="luna", state=AccountState.NEEDS_REAUTH, reason="Mastodon signed us out.")

    assert "Mastodon signed us out." in said(browser.get("/"))


def test_who_may_not_write_sees_no_way_to(workspace, organization, account):
    viewer = factories.member(organization, Role.VIEWER, workspaces=[workspace])

    page = said(factories.signed_in(viewer, at=workspace).get("/"))

    assert "/compose/" not in page


def test_the_number_of_queries_does_not_depend_on_the_number_of_posts(now, browser, workspace, account):
    from django.db import connection

    def add(number):
        for one in range(number):
            post = factories.post(workspace, accounts=[account], due_at=now + timedelta(hours=one))
            state = [State.SCHEDULED, State.FAILED, State.PUBLISHED][one % 3]
            factories.publication(post, account, state=state)
            factories.post(workspace)

    add(3)
    browser.get("/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/")
    add(12)
    with CaptureQueriesContext(connection) as many:
        browser.get("/")

    assert len(many) == len(few)


def test_search_finds_words_of_titles_and_texts_here_only(browser, workspace, other_workspace):
    factories.post(workspace, "We fold the dough 27 times", title="Buns")
    factories.post(workspace, "Nothing", title="A dough of its own")
    factories.post(other_workspace, "Their dough")

    page = browser.get("/search/?q=dough")
    palette = browser.get("/search/?q=dough", headers={"HX-Request": "true"})

    assert {row.title for row in page.context["posts"]} == {"Buns", "A dough of its own"}
    assert "Buns" in said(palette)
    assert "<html" not in said(palette)
    assert "No post says" in said(browser.get("/search/?q=zebra", headers={"HX-Request": "true"}))


def test_a_theme_stays_with_the_browser(browser, workspace, account):
    answer = browser.post("/preferences/", {"theme": "dark", "next": "/calendar/2026-10/"})

    assert answer.url == "/calendar/2026-10/"
    assert 'data-theme="dark"' in said(browser.get("/"))

    browser.post("/preferences/", {"theme": ""})
    assert "data-theme=" not in said(browser.get("/")).split("<head>")[0]


def test_single_keys_can_be_switched_off(browser, workspace, account):
    browser.post("/preferences/", {"single_keys": "off"})

    assert 'data-keys="off"' in said(browser.get("/"))


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_preferences_lead_nowhere_else(browser, away):
    assert browser.post("/preferences/", {"theme": "dark", "next": away}).url == "/"
