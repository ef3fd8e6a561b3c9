from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from tests.dashboard.pages import Page
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(owner: Membership, workspace: Workspace) -> Client:
    return factories.signed_in(owner, at=workspace)


def url(name: str, row: object) -> str:
    return reverse(f"publishing:{name}", args=[row.pk])  # type: ignore[attr-defined]


def test_the_page_of_a_post_shows_where_it_is_on_each_account(agency: Agency, browser: Client) -> None:
    publication = agency.scheduled("Fresh bread", comment="First!")
    run_worker()

    page = browser.get(reverse("publishing:post", args=[publication.post_id])).content.decode()

    assert agency.read(publication).remote_url in page
    assert "Fresh bread" in page
    assert "First!" in page
    assert re.search(r"Live since \d\d:\d\d", page)
    assert "Published" in page


def test_the_year_is_named_where_it_is_another_one(agency: Agency, browser: Client, clock: Clock) -> None:
    clock.set(datetime(2026, 12, 30, 12, tzinfo=UTC))
    this_year = agency.scheduled("Fresh bread", minutes=20.5 * 60)
    next_year = agency.scheduled("Stollen is over", minutes=68.5 * 60)

    def page(publication: Publication) -> str:
        return browser.get(reverse("publishing:post", args=[publication.post_id])).content.decode()

    assert "Goes out on Thu 31 Dec, 09:30" in page(this_year)
    assert "Goes out on Sat 2 Jan 2027, 09:30" in page(next_year)


def test_a_page_asks_again_while_something_moves_and_hears_nothing_while_it_does_not(
    agency: Agency, browser: Client
) -> None:
    publication = agency.scheduled()
    address = url("publication", publication)
    fragment = browser.get(address).content.decode()
    seen = fragment.partition("?seen=")[2].partition('"')[0]

    assert browser.get(address, {"seen": seen}).status_code == 204
    run_worker()
    moved = browser.get(address, {"seen": seen})

    assert moved.status_code == 200
    assert 'hx-swap-oob="true"' in moved.content.decode()
    assert "hx-trigger" not in moved.content.decode()


def test_a_failed_publication_is_tried_again_by_a_plain_form_and_by_htmx(agency: Agency, browser: Client) -> None:
    publication = agency.scheduled()
    with agency.scope():
        Publication.objects.filter(pk=publication.pk).update(state=State.FAILED)

    answer = browser.post(url("retry", publication))
    assert answer.status_code == 302
    assert agency.read(publication).state == State.SCHEDULED

    refused = browser.post(url("retry", publication), headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert f"publication-{publication.pk}" in refused.content.decode()


def test_what_was_decided_is_not_asked_again(agency: Agency, browser: Client) -> None:
    publication = agency.scheduled()
    with agency.scope():
        Publication.objects.filter(pk=publication.pk).update(
            state=State.NEEDS_ATTENTION,
            intent_at=publication.due_at,
            problem="unclear",
            problem_words="Say which it is.",
        )

    asked = browser.get(url("publication", publication)).content.decode()
    browser.post(url("decide_leave", publication))
    decided = browser.get(url("publication", publication)).content.decode()

    assert asked.count("Say which it is.") == 1
    assert "Say which it is." not in decided
    assert "It did not go out, and was left so" in decided


def test_a_person_who_pastes_another_address_is_told_which_is_meant_and_keeps_theirs(
    agency: Agency, browser: Client
) -> None:
    publication = agency.scheduled()
    with agency.scope():
        Publication.objects.filter(pk=publication.pk).update(state=State.NEEDS_ATTENTION)
    page = browser.get(reverse("publishing:post", args=[publication.post_id])).content.decode()
    assert url("decide_out", publication) in page

    pasted = {"remote_url": "https://elsewhere.invalid/?a=1&b=<2>"}
    answer = browser.post(url("decide_out", publication), pasted)
    fragment = browser.post(url("decide_out", publication), pasted, headers={"HX-Request": "true"})

    for refused in (answer, fragment):
        found = Page(refused.content.decode())
        assert refused.status_code == 422
        assert "Paste the address of the post on memory.invalid" in refused.content.decode()
        assert 'value="https://elsewhere.invalid/?a=1&amp;b=&lt;2&gt;"' in refused.content.decode()
        assert f"address-{publication.pk}-error" in found.ids
    assert "<html" in answer.content.decode()
    assert agency.read(publication).state == State.NEEDS_ATTENTION


def test_a_post_is_canceled_published_now_and_deleted_from_its_page(agency: Agency, browser: Client) -> None:
    post = agency.post()
    agency.schedule(post, minutes=60)

    browser.post(url("publish_now", post))
    browser.post(url("cancel", post))
    page = browser.get(url("post", post)).content.decode()
    assert url("delete", post) in page
    browser.post(url("delete", post))

    assert browser.get(url("post", post)).status_code == 404
    run_worker()
    assert agency.platform.posts == []


def test_who_may_only_look_is_offered_nothing_and_gets_nowhere(agency: Agency, workspace: Workspace) -> None:
    viewer = factories.member(workspace.organization, Role.VIEWER, workspaces=[workspace])
    browser = factories.signed_in(viewer, at=workspace)
    publication = agency.scheduled(minutes=60)

    page = browser.get(reverse("publishing:post", args=[publication.post_id])).content.decode()

    assert url("cancel_publication", publication) not in page
    assert browser.post(url("cancel_publication", publication)).status_code == 403
    assert agency.read(publication).state == State.SCHEDULED


def test_a_stranger_finds_nothing(agency: Agency, stranger_workspace: Workspace) -> None:
    stranger = factories.member(stranger_workspace.organization)
    browser = factories.signed_in(stranger, at=stranger_workspace)
    publication = agency.scheduled(minutes=60)

    assert browser.get(reverse("publishing:post", args=[publication.post_id])).status_code == 404
    assert browser.get(url("publication", publication)).status_code == 404
    assert browser.post(url("cancel_publication", publication)).status_code == 404


@pytest.mark.parametrize(
    ("state", "shown"),
    [("", {"out", "planned", "draft"}), ("draft", {"draft"}), ("scheduled", {"planned"}), ("published", {"out"})],
)
def test_the_list_is_filtered_by_state(agency: Agency, browser: Client, state: str, shown: set[str]) -> None:
    account = agency.account()
    agency.schedule(agency.post("out", on=[account]))
    run_worker()
    agency.schedule(agency.post("planned", on=[account]), minutes=60)
    agency.post("draft", on=[account])

    rows = browser.get(reverse("publishing:list"), {"state": state}).context["posts"]

    assert {row.excerpt for row in rows} == shown


def test_the_list_goes_on_by_key_in_both_directions(agency: Agency, browser: Client) -> None:
    account = agency.account()
    for number in range(65):
        factories.post(agency.workspace, f"post {number}", accounts=[account])

    first = browser.get(reverse("publishing:list")).context
    second = browser.get(first["older_url"]).context
    third = browser.get(second["older_url"]).context
    back = browser.get(third["newer_url"]).context

    texts = [row.excerpt for page in (first, second, third) for row in page["posts"]]
    assert texts == [f"post {number}" for number in reversed(range(65))]
    assert third["older_url"] == first["newer_url"] == ""
    assert [row.excerpt for row in back["posts"]] == [row.excerpt for row in second["posts"]]


@pytest.mark.parametrize("count", [3, 25])
def test_the_list_costs_the_same_however_long_it_is(
    agency: Agency, browser: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    account = agency.account()
    for number in range(count):
        post = factories.post(agency.workspace, f"post {number}", accounts=[account])
        factories.publication(post, account, state=State.PUBLISHED)

    with django_assert_max_num_queries(25):
        browser.get(reverse("publishing:list"))
