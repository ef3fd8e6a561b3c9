"""My queue at one client or all of them: grouped, filtered, decided on the spot."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.approvals.models import Decision, Request
from apps.core import tenancy
from apps.events.services import relay
from apps.posts import services as posts
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(desk: Desk, other_workspace: Workspace) -> Desk:
    """Another client of the same agency."""
    there = Desk.__new__(Desk)
    there.agency = Agency(other_workspace, desk.agency.platform)
    there.account = there.agency.account("delta")
    return there


@pytest.fixture
def reviewer(desk: Desk, elsewhere: Desk) -> Membership:
    places = [desk.agency.workspace, elsewhere.agency.workspace]
    return factories.member(places[0].organization, Role.MANAGER, workspaces=places)


def shown(client: Any, **query: str) -> str:
    answer = client.get(reverse("approvals:index"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def groups(page: str) -> list[tuple[str, int]]:
    found = re.findall(r'<h2 id="group-\d+">([^<]+)</h2><span class="badge count">(\d+)', page)
    return [(title, int(count)) for title, count in found]


def test_one_queue_for_all_clients(desk: Desk, elsewhere: Desk, reviewer: Membership) -> None:
    for one in (desk, elsewhere):
        one.policy(MANAGER)
        one.submit(one.post(f"Post of {one.account.handle}"))
    client = factories.signed_in(reviewer, at=desk.agency.workspace)

    here, everywhere = shown(client), shown(client, clients="all", by="client")

    assert "Post of harbour" in here
    assert "Post of delta" not in here
    assert groups(everywhere) == [(desk.agency.workspace.name, 1), (elsewhere.agency.workspace.name, 1)]
    assert "1 waiting, 1 for you" in here
    assert "2 waiting, 2 for you" in everywhere


def test_who_has_approved_it_in_a_version_before_has_it_before_them_no_more(desk: Desk) -> None:
    """The edit does not touch what their step looks at: their approval counts on, and a second one is refused."""
    desk.policy({**MANAGER, "needs": 2, "covers": ["media"]}, LEGAL)
    first, second = desk.people(Role.MANAGER, 2)
    post = desk.post()
    desk.decide(desk.submit(post), first)
    desk.edit(post)
    queues = [shown(factories.signed_in(who, at=desk.agency.workspace)) for who in (first, second)]

    assert ["1 waiting, 0 for you" in queue for queue in queues] == [True, False]
    assert "1 waiting, 1 for you" in queues[1]


def test_a_client_that_the_reader_may_not_see_is_in_no_queue(desk: Desk, elsewhere: Desk, manager: Membership) -> None:
    elsewhere.policy(MANAGER)
    elsewhere.submit(elsewhere.post("Secret of delta"))

    assert "Secret of delta" not in shown(factories.signed_in(manager, at=desk.agency.workspace), clients="all")


def test_it_is_grouped_by_time_the_next_first(desk: Desk, manager: Membership) -> None:
    desk.policy({**MANAGER, "notice_minutes": 60})
    for minutes in (30, 60 * 24 * 30, 60 * 24 * 3):
        desk.agency.schedule(post := desk.post(f"In {minutes}"), minutes=minutes)
        desk.submit(post)
    desk.submit(desk.post("Whenever"))

    page = shown(factories.signed_in(manager, at=desk.agency.workspace))

    assert groups(page) == [("Late", 1), ("Within a week", 1), ("Later", 1), ("No time yet", 1)]


@pytest.mark.parametrize("is_followed", [True, False])
def test_a_deleted_post_is_in_no_queue_and_on_no_board(desk: Desk, manager: Membership, is_followed: bool) -> None:
    desk.policy(MANAGER)
    waits, approved = (desk.submit(desk.post(text)) for text in ("Waits here", "Approved here"))
    desk.decide(approved, manager)
    client = factories.signed_in(manager, at=desk.agency.workspace)
    assert "Waits here" in shown(client)
    assert "Approved here" in shown(client, view="board")
    for request in (waits, approved):
        desk.agency.do(posts.delete, post=request.post)
    if is_followed:
        relay()

    assert "0 waiting" in shown(client)
    assert "Waits here" not in (board := shown(client, view="board"))
    assert "Approved here" not in board


def test_today_is_the_clients_today(desk: Desk, manager: Membership, clock: Clock) -> None:
    """Late in the evening by our clock it is tomorrow already in Auckland."""
    place = desk.agency.workspace
    with tenancy.across_tenants("a test moves a client"):
        type(place).across_tenants.filter(pk=place.pk).update(timezone="Pacific/Auckland")
    clock.set(datetime(2036, 6, 2, 11, tzinfo=UTC))
    desk.policy(MANAGER)
    desk.agency.schedule(post := desk.post(), minutes=120)
    desk.submit(post)

    assert groups(shown(factories.signed_in(manager, at=place))) == [("Tomorrow", 1)]


def test_it_is_grouped_and_filtered_by_step(desk: Desk) -> None:
    both = {"key": "any", "name": "Anybody", "roles": ["manager", "approver"]}
    desk.policy({**MANAGER, "rules": [{"kind": "label", "values": ["x"]}]}, both)
    desk.submit(desk.post("For anybody"))
    reader = factories.signed_in(desk.person(Role.MANAGER), at=desk.agency.workspace)
    assert groups(shown(reader, by="step")) == [("Anybody", 1)]

    assert groups(shown(reader, by="step", step="Nothing")) == []
    assert "For anybody" in shown(reader, step="Anybody")


def test_a_post_is_decided_in_the_queue_and_the_queue_stays_as_it_was(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    request = desk.submit(desk.post())
    client = factories.signed_in(manager, at=desk.agency.workspace)

    address = reverse("approvals:decide", args=[request.pk])
    answer = client.post(address, {"verdict": "request_changes", "note": "Name the price", "back": "by=step&x=//evil"})

    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('approvals:index')}?by=step")
    assert desk.decisions(request.post_id)[0].note == "Name the price"


def test_several_clients_are_approved_at_once_where_the_reader_decides(desk: Desk, elsewhere: Desk) -> None:
    place, other = desk.agency.workspace, elsewhere.agency.workspace
    half = factories.member(place.organization, Role.MANAGER, workspaces=[place])
    with_view = factories.member(place.organization, Role.VIEWER, workspaces=[other], person=factories.user())
    asked = []
    for one in (desk, elsewhere):
        one.policy(MANAGER)
        asked.append(one.submit(one.post()))
    client = factories.signed_in(half, at=place)

    client.post(reverse("approvals:bulk"), {"request": [row.pk for row in asked], "read": "yes"})

    assert with_view
    with desk.agency.scope():
        assert Request.objects.get(pk=asked[0].pk).state == "approved"
    with elsewhere.agency.scope():
        assert Request.objects.get(pk=asked[1].pk).state == "pending"


def test_several_are_decided_in_the_order_of_posts_in_which_everybody_holds_them(
    desk: Desk, manager: Membership
) -> None:
    """Whoever is due first: two who hold several posts in different orders would wait for each other."""
    desk.policy(MANAGER)
    hours = (90, 30, 60)
    planned = [desk.planned(minutes=at, on=[desk.agency.account(f"quay{at}")]) for at in hours]
    client = factories.signed_in(manager, at=desk.agency.workspace)

    asked = [desk.request(one) for one in planned]
    client.post(reverse("approvals:bulk"), {"request": [row.pk for row in reversed(asked)], "read": "yes"})

    with desk.agency.scope():
        decided = list(Decision.objects.order_by("id").values_list("request__post_id", flat=True))
    assert decided == sorted(one.post_id for one in planned)


def test_all_there_is_to_judge_is_in_the_queue(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    long = "Word " * 100 + "and the price is 4.50"
    desk.submit(desk.post(long, comment="First come", texts={"harbour": "Other words here"}))

    page = shown(factories.signed_in(manager, at=desk.agency.workspace))

    for words in ("and the price is 4.50", "First come", "Other words here"):
        assert words in page


@pytest.mark.parametrize("query", [{}, {"clients": "all", "by": "client"}])
def test_the_queue_takes_as_many_queries_for_many_as_for_one(
    desk: Desk, manager: Membership, query: dict[str, str]
) -> None:
    client = factories.signed_in(manager, at=desk.agency.workspace)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown(client, **query)
        return len(queries)

    desk.policy(MANAGER, LEGAL)
    desk.submit(desk.post())
    asked()
    for_one = asked()
    for number in range(5):
        desk.submit(desk.post(f"Post {number}"))

    assert asked() == for_one
