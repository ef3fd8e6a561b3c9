"""Webhook endpoints as members see them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core import clock as house_clock
from apps.core import tenancy
from apps.core.secrets import Secret
from apps.events import services as events
from apps.tenants.permissions import Role
from apps.webhooks.models import Delivery, DeliveryAttempt, Endpoint
from apps.webhooks.states import DeliveryState, EndpointState
from tests.support import factories

pytestmark = pytest.mark.django_db
URL = "https://app.example.com/hook"


@pytest.fixture
def browser(organization, workspace) -> Client:
    return factories.signed_in(factories.member(organization, Role.ADMIN), at=workspace)


@pytest.fixture
def manager(organization, workspace) -> Client:
    """Of one workspace, and a viewer of nothing else."""
    return factories.signed_in(factories.member(organization, Role.MANAGER, workspaces=[workspace]), at=workspace)


def an_endpoint(organization, workspace=None, **fields) -> Endpoint:
    with tenancy.scope(organization_id=organization.pk):
        endpoint = Endpoint(
            organization=organization, workspace=workspace, url=URL, secret=Secret("whsec_MDA="), **fields
        )
        endpoint.save()
    return endpoint


def a_delivery(
    endpoint: Endpoint, state: str = DeliveryState.FAILED, *, status: int = 503, answer: str = ""
) -> Delivery:
    with tenancy.scope(organization_id=endpoint.organization_id):
        own = {"organization_id": endpoint.organization_id}
        delivery = Delivery(**own, endpoint=endpoint, state=state, tries=1, spent=1)
        delivery.save()
        DeliveryAttempt.objects.create(
            **own,
            delivery=delivery,
            number=1,
            started_at=house_clock.now(),
            status=status,
            answer=answer,
            milliseconds=84,
        )
    return delivery


def read(row):
    with tenancy.scope(organization_id=row.organization_id):
        return type(row).objects.get(pk=row.pk)


def to(name: str, row) -> str:
    return reverse(f"hooks:{name}", args=[row.pk])


def test_a_member_adds_an_endpoint_and_copies_its_secret_once(browser, organization, workspace):
    wanted = {"url": URL, "description": "Booking site", "events": ["post.failed", "post.published"],
              "workspace": workspace.pk}  # fmt: skip

    shown = browser.post(reverse("hooks:make"), wanted)
    with tenancy.scope(organization_id=organization.pk):
        endpoint = Endpoint.objects.get()
    secret = endpoint.secret.reveal()
    assert secret in shown.content.decode()
    assert "no-cache" in shown["Cache-Control"]
    assert (endpoint.events, endpoint.workspace_id) == (["post.published", "post.failed"], workspace.pk)
    for page in (reverse("hooks:list"), to("endpoint", endpoint), to("change", endpoint)):
        words = browser.get(page).content.decode()
        assert "Booking site" in words
        assert secret not in words

    again = browser.post(to("rotate", endpoint)).content.decode()
    assert read(endpoint).secret.reveal() in again
    assert secret not in again
    assert read(endpoint).overlaps_until


@pytest.mark.parametrize("url", ["http://app.example.com/", "https://user:pass@example.com/", ""])
def test_an_address_that_may_not_be_called_is_told_beside_its_field(browser, url):
    answer = browser.post(reverse("hooks:make"), {"url": url, "events": ["post.failed"]})

    assert answer.status_code == 422
    assert "url" in answer.context["form"].errors
    assert 'value="post.failed" checked' in answer.content.decode()


def test_an_endpoint_is_changed_paused_resumed_tested_and_removed(browser, organization):
    endpoint = an_endpoint(organization, events=["post.failed"])

    browser.post(to("change", endpoint), {"url": f"{URL}/2", "description": ""})
    assert (read(endpoint).url, read(endpoint).events) == (f"{URL}/2", [])
    browser.post(to("pause", endpoint))
    assert read(endpoint).state == EndpointState.PAUSED
    page = browser.get(to("endpoint", endpoint)).content.decode()
    assert "What happens meanwhile is kept" in page
    assert to("test", endpoint) not in page
    assert "It is paused" not in page
    browser.post(to("test", endpoint))
    browser.post(to("resume", endpoint))
    browser.post(to("test", endpoint))
    with tenancy.scope(organization_id=organization.pk):
        assert Delivery.objects.count() == 1
    assert "webhook.test" in browser.get(to("endpoint", endpoint)).content.decode()
    browser.post(to("remove", endpoint))
    assert browser.get(to("endpoint", endpoint)).status_code == 404


def test_deliveries_are_listed_with_how_they_were_answered_and_sent_again(browser, organization):
    endpoint = an_endpoint(organization)
    failed, taken = (
        a_delivery(endpoint, answer="<b>away</b>"),
        a_delivery(endpoint, DeliveryState.DELIVERED, status=202),
    )

    page = browser.get(to("endpoint", endpoint)).content.decode()
    assert "Gave up after 1 try" in page
    assert "202" in page
    assert "50 %" in browser.get(reverse("hooks:list")).content.decode()
    only = browser.get(to("endpoint", endpoint), {"state": "failed"}).content.decode()
    assert to("delivery", failed) in only
    assert to("delivery", taken) not in only
    told = browser.get(to("delivery", failed)).content.decode()
    assert "&lt;b&gt;away&lt;/b&gt;" in told
    assert f"dlv_{failed.pk.hex}" in told

    browser.post(to("again_one", taken))
    assert read(taken).state == DeliveryState.WAITING
    answer = browser.post(to("again", endpoint), {"since": "2020-01-01T00:00"}, follow=True)
    assert "One delivery is on its way" in answer.content.decode()
    assert read(failed).state == DeliveryState.WAITING


def test_a_span_that_ends_before_it_begins_is_told_so(browser, organization):
    endpoint = an_endpoint(organization)

    answer = browser.post(to("again", endpoint), {"since": "2026-01-02T00:00", "until": "2026-01-01T00:00"})

    assert answer.status_code == 422
    assert "It ends before it begins" in answer.content.decode()


def test_a_manager_sees_and_changes_those_of_their_workspace_alone(manager, organization, workspace, other_workspace):
    own, other, of_all = (
        an_endpoint(organization, workspace),
        an_endpoint(organization, other_workspace),
        an_endpoint(organization),
    )
    hidden = a_delivery(of_all)

    listed = manager.get(reverse("hooks:list")).content.decode()
    assert to("endpoint", own) in listed
    for row in (other, of_all):
        assert to("endpoint", row) not in listed
        assert manager.get(to("endpoint", row)).status_code == 404
        assert manager.post(to("rotate", row)).status_code == 404
    assert manager.get(to("delivery", hidden)).status_code == 404
    assert manager.post(to("pause", own)).status_code == 302
    for place in ("", other_workspace.pk):
        assert manager.post(reverse("hooks:make"), {"url": URL, "workspace": place}).status_code == 422


def test_the_pages_ask_as_often_however_much_there_is(browser, organization):
    endpoint = an_endpoint(organization)
    counts = []
    for number in (1, 10):
        for _ in range(number):
            a_delivery(endpoint)
            an_endpoint(organization)
        for page in (reverse("hooks:list"), to("endpoint", endpoint)):
            browser.get(page)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                browser.get(page)
            counts.append(len(asked))

    assert counts[:2] == counts[2:]


def test_older_deliveries_are_a_page_further(browser, organization):
    endpoint = an_endpoint(organization)
    first = a_delivery(endpoint)
    for _ in range(25):
        a_delivery(endpoint)

    page = browser.get(to("endpoint", endpoint))
    assert to("delivery", first) not in page.content.decode()
    older = browser.get(page.context["older_url"])
    assert to("delivery", first) in older.content.decode()
    assert older.context["older_url"] == ""


def test_it_says_since_when_an_endpoint_fails(browser, organization, workspace):
    an_endpoint(
        organization,
        failures=2,
        failed_at=[int(house_clock.now().timestamp()) - 60, int(house_clock.now().timestamp())],
    )

    assert "failing since" in browser.get(reverse("hooks:list")).content.decode()


def test_an_endpoint_is_told_of_a_real_event_in_the_shape_it_is_shown(browser, organization, workspace):
    endpoint = an_endpoint(organization)
    with tenancy.scope(organization_id=organization.pk):
        event = events.emit("workspace.updated", subject=workspace, data={"changed": ["name"]})
    events.relay()
    with tenancy.scope(organization_id=organization.pk):
        delivery = Delivery.objects.get(endpoint=endpoint)

    told = browser.get(to("delivery", delivery)).content.decode()
    assert f"evt_{event.pk.hex}" in told
    assert "2026-11" in told
