"""The pages of queues: the list, the slots of a week, and a post that joins."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.posts.models import Place, Post, Queue, Slot
from apps.posts.queueing import Priority
from apps.publishing import queues
from apps.publishing.models import Publication
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday(clock: Clock) -> Clock:
    clock.set(datetime(2027, 3, 1, 7, tzinfo=UTC))
    return clock


@pytest.fixture
def browser(owner: Membership, workspace: Workspace) -> Client:
    return factories.signed_in(owner, at=workspace)


@pytest.fixture
def queue(agency: Agency) -> Queue:
    slots = [(day, time(9)) for day in range(5)]
    made: Queue = agency.do(queues.create, workspace=agency.workspace, name="Tips", slots=slots)
    return made


def address(queue: Queue) -> str:
    return reverse("queues:queue", args=[queue.pk])


def shown(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def join(browser: Client, queue: Queue, post: Post, **fields: str) -> str:
    path = reverse("queues:join", args=[post.pk])
    return shown(browser.post(path, {"queue": str(queue.pk), **fields}, follow=True))


def test_a_queue_is_made_given_slots_and_listed(agency: Agency, browser: Client) -> None:
    made = browser.post(reverse("queues:index"), {"name": "Evergreen"}, follow=True)
    assert "No slots yet" in shown(made)
    with agency.scope():
        queue = Queue.objects.get()
    browser.post(address(queue), {"action": "slot-add", "slot-days": ["0", "2"], "slot-at": "09:30"})
    browser.post(address(queue), {"action": "slot-add", "slot-days": ["2", "4"], "slot-at": "09:30"})
    with agency.scope():
        assert list(Slot.objects.values_list("weekday", "number")) == [(0, 1), (2, 2), (4, 3)]
    browser.post(address(queue), {"action": "slot-remove:2"})

    assert "2 slots a week" in shown(browser.get(reverse("queues:index")))


def test_a_form_that_is_not_whole_comes_back_with_words(browser: Client, queue: Queue) -> None:
    for sent, words in (
        ({"action": "slot-add", "slot-at": "09:30"}, "Choose at least one weekday."),
        ({"action": "settings", "settings-name": "Tips", "settings-jitter_minutes": "90"}, "less than or equal to 60"),
    ):
        answer = browser.post(address(queue), sent)
        assert answer.status_code == 422
        assert words in shown(answer)
    again = browser.post(reverse("queues:index"), {"name": "Tips"})
    assert (again.status_code, "There is a queue with this name" in shown(again)) == (422, True)


def test_a_post_joins_from_its_page_with_the_time_that_was_shown(agency: Agency, browser: Client, queue: Queue) -> None:
    post = agency.post("Knead twice")
    page = shown(browser.get(reverse("publishing:post", args=[post.pk])))
    assert "Tips: 09:00" in page

    said = join(browser, queue, post)
    assert "In Tips: goes out 09:00." in said
    assert agency.read(post).due_at == datetime(2027, 3, 1, 8, tzinfo=UTC)
    assert "Knead twice" in shown(browser.get(address(queue)))
    urgent = join(browser, queue, agency.post("Fire sale"), queue_priority="high")
    assert "1 other post moved back by a slot." in urgent


def test_a_post_that_is_not_ready_is_told_why(agency: Agency, browser: Client, queue: Queue) -> None:
    post = agency.post("Hello", on=[])

    assert "Choose at least one account" in join(browser, queue, post)
    with agency.scope():
        assert not Place.objects.exists()


def test_a_queue_is_paused_resumed_and_deleted(agency: Agency, browser: Client, queue: Queue) -> None:
    post = agency.post()
    join(browser, queue, post)
    paused = shown(browser.post(address(queue), {"action": "pause"}, follow=True))
    assert "Nothing of this queue goes out" in paused
    refused = browser.post(address(queue), {"action": "delete"})
    assert (refused.status_code, "Resume it first" in shown(refused)) == (422, True)
    browser.post(address(queue), {"action": "resume"})
    browser.post(address(queue), {"action": "delete"})

    with agency.scope():
        assert not Queue.objects.exists()
        assert Publication.objects.filter(post=post, state="scheduled").exists()


def test_the_last_slot_stays_while_posts_wait(agency: Agency, browser: Client) -> None:
    queue = agency.do(queues.create, workspace=agency.workspace, name="One", slots=[(0, time(9))])
    join(browser, queue, agency.post())
    refused = browser.post(address(queue), {"action": "slot-remove:1"})

    assert (refused.status_code, "1 post waits in this queue." in shown(refused)) == (422, True)


def test_the_composer_adds_to_a_queue(agency: Agency, browser: Client, queue: Queue) -> None:
    account = agency.account()
    compose = reverse("dashboard:compose")
    assert "Tips: 09:00" in shown(browser.get(compose))
    form = {"text": "Hello", "accounts": str(account.pk), "action": "enqueue", "queue_priority": "low"}

    assert browser.post(compose, form).status_code == 422
    assert browser.post(compose, {**form, "queue": str(queue.pk)}).status_code == 302
    with agency.scope():
        place = Place.objects.get()
    assert (place.queue_id, place.priority) == (queue.pk, Priority.LOW)
    again = browser.post(
        reverse("dashboard:edit", args=[place.post_id]),
        {**form, "queue": str(queue.pk), "queue_priority": "high", "text": "Hello again", "revision": "1"},
    )
    assert again.status_code == 302
    with agency.scope():
        assert Place.objects.get().priority == Priority.HIGH


def test_who_may_only_look_sees_no_forms(agency: Agency, organization: Any, workspace: Workspace, queue: Queue) -> None:
    viewer = factories.signed_in(factories.member(organization, Role.VIEWER, workspaces=[workspace]), at=workspace)
    text = shown(viewer.get(address(queue)))

    assert "slot-add" not in text
    assert "Pause" not in text
    assert viewer.post(address(queue), {"action": "pause"}).status_code == 403
