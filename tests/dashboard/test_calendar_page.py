from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test.utils import CaptureQueriesContext

from apps.core import tenancy
from apps.core.calendar import Month
from apps.dashboard.calendar import month_page
from apps.publishing.states import State
from tests.dashboard.pages import Page
from tests.support import factories

OCTOBER = Month(2026, 10)


@pytest.fixture
def now(clock):
    return clock.set(datetime(2026, 10, 14, 10, tzinfo=UTC))


@pytest.fixture
def account(workspace):
    return factories.account(workspace)


@pytest.fixture
def planned(workspace, account):
    """Puts a post on the plan at an instant."""

    def plan(due_at, title="Sourdough Monday", *, state=State.SCHEDULED, at=workspace, on=account):
        post = factories.post(at, due_at=due_at, title=title, accounts=[on])
        factories.publication(post, on, state=state)
        return post

    return plan


def page_of(workspace, **choices):
    with tenancy.scope(organization_id=workspace.organization_id):
        return month_page(workspace, OCTOBER, **choices)


def cell(facts, day):
    return next(one for one in facts.cells if one.date.month == 10 and one.date.day == day)


def test_a_post_stands_on_the_day_its_clients_wall_clock_shows(now, workspace, planned):
    # Half past ten in the evening in London is the next day in Berlin.
    planned(datetime(2026, 10, 15, 22, 30, tzinfo=UTC))

    facts = page_of(workspace)

    assert not cell(facts, 15).chips
    assert [chip.title for chip in cell(facts, 16).chips] == ["Sourdough Monday"]


def test_both_hours_of_the_night_when_clocks_go_back_are_one_day(now, workspace, planned):
    planned(datetime(2026, 10, 24, 22, 30, tzinfo=UTC), "midnight thirty")
    planned(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "half past two")
    planned(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "half past two again")
    planned(datetime(2026, 10, 25, 22, 30, tzinfo=UTC), "late evening")

    facts = page_of(workspace)

    assert cell(facts, 25).note == "Clocks go back"
    assert len(cell(facts, 25).chips) + cell(facts, 25).more_count == 4
    assert not cell(facts, 24).chips
    assert not cell(facts, 26).chips


def test_a_full_day_says_how_many_more_there_are(now, workspace, planned):
    for minutes in range(5):
        planned(datetime(2026, 10, 20, 8, minutes, tzinfo=UTC), f"Post {minutes}")

    day = cell(page_of(workspace), 20)

    assert [chip.title for chip in day.chips] == ["Post 0", "Post 1"]
    assert day.more_count == 3
    assert day.more_url.endswith("?day=2026-10-20")


def test_counts_are_those_of_the_month_and_a_filter_shows_its_own(now, workspace, planned):
    planned(datetime(2026, 10, 20, 8, tzinfo=UTC), "goes out")
    planned(datetime(2026, 10, 6, 8, tzinfo=UTC), "failed", state=State.FAILED)
    planned(datetime(2026, 9, 29, 8, tzinfo=UTC), "in the grid, not in the month")

    counts = {one.label: one.count for one in page_of(workspace).filters}
    shown = page_of(workspace, shown="attention")

    assert counts == {
        "All": 2, "Scheduled": 1, "Waiting for approval": 0, "Needs attention": 1, "Published": 0, "Drafts": 0,
    }  # fmt: skip
    assert [chip.title for one in shown.cells for chip in one.chips] == ["failed"]


def test_another_clients_posts_are_not_here(now, workspace, other_workspace, planned):
    planned(datetime(2026, 10, 20, 8, tzinfo=UTC), at=other_workspace, on=factories.account(other_workspace))

    assert page_of(workspace).is_empty


def test_a_deleted_post_is_gone(now, workspace, planned):
    post = planned(datetime(2026, 10, 20, 8, tzinfo=UTC))
    with tenancy.scope(organization_id=workspace.organization_id):
        type(post).objects.filter(pk=post.pk).update(deleted_at=now)

    assert page_of(workspace).is_empty


def test_the_number_of_queries_does_not_depend_on_the_number_of_posts(
    now, workspace, planned, django_assert_num_queries
):
    from django.db import connection

    planned(datetime(2026, 10, 1, 8, tzinfo=UTC), "")
    with CaptureQueriesContext(connection) as few:
        page_of(workspace)
    for day in range(60):
        planned(datetime(2026, 10, 1, 8, tzinfo=UTC) + timedelta(hours=11 * day), "" if day % 2 else "Titled")
    with CaptureQueriesContext(connection) as many:
        page_of(workspace)

    assert len(many) == len(few)


def test_the_month_is_a_page_and_for_htmx_a_fragment(now, owner, workspace, planned):
    planned(datetime(2026, 10, 20, 8, tzinfo=UTC), "Rye week")
    browser = factories.signed_in(owner, at=workspace)

    whole = browser.get("/calendar/2026-10/")
    part = browser.get("/calendar/2026-10/", headers={"HX-Request": "true"})

    assert whole.status_code == part.status_code == 200
    assert len(Page(whole.content.decode()).all("h1")) == 1
    assert "Rye week" in whole.content.decode()
    assert "Rye week" in part.content.decode()
    assert "<html" not in part.content.decode()
    title = re.search(r"<title>(.*)</title>", part.content.decode())
    assert title is not None
    assert f"<title>{title[1]}</title>" in whole.content.decode()


def test_the_calendar_opens_at_the_month_it_is_there(clock, owner, organization):
    clock.set(datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
    berlin = factories.workspace(organization, timezone="Europe/Berlin")
    london = factories.workspace(organization, timezone="Europe/London")

    assert factories.signed_in(owner, at=berlin).get("/calendar/").url == "/calendar/2026-11/"
    assert factories.signed_in(owner, at=london).get("/calendar/").url == "/calendar/2026-10/"


@pytest.mark.parametrize(
    "address", ["/calendar/2026-13/", "/calendar/2026-0/", "/calendar/1066-10/", "/calendar/99999-1/"]
)
def test_a_month_that_is_none_is_not_found(owner, workspace, address):
    assert factories.signed_in(owner, at=workspace).get(address).status_code == 404


def test_on_a_phone_days_before_yesterday_are_one_tap_away(now, owner, workspace, planned):
    planned(datetime(2026, 10, 6, 8, tzinfo=UTC), "last week")
    browser = factories.signed_in(owner, at=workspace)

    agenda = browser.get("/calendar/2026-10/").context["month"]
    whole = browser.get(agenda.earlier_url).context["month"]

    assert agenda.earlier_count == 1
    assert cell(agenda, 6).is_past
    assert not cell(agenda, 13).is_past
    assert whole.earlier_count == 0
    assert not cell(whole, 6).is_past
