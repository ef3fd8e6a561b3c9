"""What the preview and the next slot promise, and what becomes of a deleted queue."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.posts.appointments import appointment
from apps.posts.models import Queue
from apps.posts.queueing import Priority
from apps.publishing import queues, services
from apps.publishing.models import Publication
from apps.publishing.queues import Joined, QueueRefused
from apps.publishing.queues.preview import Availability
from apps.publishing.states import State
from apps.publishing.windows import Blackout
from apps.social_accounts.models import SocialAccount
from tests.publishing.queues.standing import DAILY, HIGH, LOW, MEDIUM, join, make, place_of, several, when
from tests.support.clock import Clock
from tests.support.publishing import Agency

pytestmark = pytest.mark.django_db


def test_posts_of_a_deleted_queue_keep_their_times(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    post = join(agency, queue, account)
    agency.do(queues.delete, queue=queue)

    assert (when(agency, [post]), place_of(agency, post)) == (["Mon 09"], None)


def test_a_paused_queue_with_posts_is_not_deleted(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    join(agency, queue, account)
    agency.do(queues.pause, queue=queue)

    with pytest.raises(QueueRefused):
        agency.do(queues.delete, queue=queue)


def test_the_preview_says_who_has_which_slot(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    first, second = several(agency, queue, account, MEDIUM, MEDIUM)
    agency.do(services.cancel, post=first)
    day = Blackout("Day of mourning", date(2027, 3, 2), date(2027, 3, 2))
    agency.do(services.set_windows, workspace=agency.workspace, blackouts=[day])

    with agency.scope():
        lines = queues.preview(queue)
        offered = queues.offer(queue)
    assert [line.availability for line in lines[:5]] == ["free", "taken", "closed", "closed", "free"]
    assert (len(lines), lines[1].post_id, lines[1].priority) == (20, second.pk, MEDIUM)
    assert lines[2].availability is Availability.CLOSED
    assert "Day of mourning" in lines[2].words
    assert offered is not None
    assert offered.opening.at == lines[0].at


def test_the_preview_shows_who_keeps_a_slot_that_is_gone(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    post = join(agency, queue, account)
    with agency.scope():
        Publication.objects.filter(post=post).update(state=State.READY)
    agency.do(queues.change, queue=queue, slots=[(3, time(12))])

    with agency.scope():
        first, second, *_ = queues.preview(queue)
    assert (first.post_id, first.slot, second.availability) == (post.pk, None, "free")


@pytest.mark.parametrize("priority", [HIGH, MEDIUM, LOW])
def test_what_is_offered_is_what_one_gets(agency: Agency, account: SocialAccount, priority: Priority) -> None:
    queue = make(agency, jitter_minutes=20)
    several(agency, queue, account, HIGH, MEDIUM, LOW)
    post = agency.post(on=[account])
    with agency.scope():
        offered = queues.offer(queue, priority, post_id=post.pk, account_ids=[account.pk])
    joined: Joined = agency.do(queues.join, post=post, queue=queue, priority=priority)

    assert offered is not None
    assert (offered.opening.at, offered.due_at) == (joined.place.slot_at, joined.place.due_at)


def test_a_slot_in_a_gap_is_told_of(agency: Agency, account: SocialAccount, monday: Clock) -> None:
    monday.set(datetime(2027, 3, 27, 12, tzinfo=UTC))
    queue = make(agency, slots=[(6, time(2, 30))])
    joined: Joined = agency.do(queues.join, post=agency.post(on=[account]), queue=queue)

    assert joined.schedule.publications[0].due_at == appointment(datetime(2027, 3, 28, 2, 30), "Europe/Berlin").due_at  # noqa: DTZ001
    assert "does not exist" in joined.schedule.note


def test_moving_many_costs_few_statements(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    def cost(slots: list[tuple[int, time]]) -> int:
        with CaptureQueriesContext(connection) as asked:
            agency.do(queues.change, queue=queue, slots=slots)
        return len(asked)

    several(agency, queue, account, *[LOW] * 2)
    few = cost([(day, time(10)) for day in range(7)])
    several(agency, queue, account, *[LOW] * 10)
    # One line in the diary of each post.
    assert cost(DAILY) - few <= 10 + 2
