"""Many who want a slot of one queue in the same moment, and a queue that changes under them."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import time
from typing import Any

import pytest
from django.db import connection, connections

from apps.core.actors import SYSTEM
from apps.posts.models import Place, Post, Queue
from apps.posts.queueing import Priority
from apps.publishing import queues, services
from apps.publishing.errors import PostBusy
from apps.publishing.models import Publication
from apps.publishing.states import State
from tests.support.publishing import Agency

HOURS = [(day, time(hour)) for day in range(7) for hour in (9, 12, 15, 18)]


def queue_of(agency: Agency, **fields: Any) -> Queue:
    made: Queue = agency.do(queues.create, workspace=agency.workspace, name="Tips", slots=HOURS, **fields)
    return made


def drafts(agency: Agency, count: int) -> list[Post]:
    account = agency.account()
    return [agency.post(f"Tip {number}", on=[account]) for number in range(count)]


def at_once(works: Sequence[Callable[[], None]]) -> list[BaseException]:
    """Do all of these in threads that begin together; what went wrong in any of them."""
    begin, wrong = threading.Barrier(len(works)), list[BaseException]()

    def run(work: Callable[[], None]) -> None:
        try:
            begin.wait(30)
            work()
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    return wrong


def each_has_its_own(agency: Agency, queue: Queue) -> int:
    """Places are distinct, and posts and publications keep to them; how many there are."""
    with agency.scope():
        places = list(Place.objects.filter(queue=queue).select_related("post"))
        assert len({place.slot_at for place in places}) == len(places)
        for place in places:
            due = set(Publication.objects.filter(post=place.post).values_list("due_at", flat=True))
            assert {place.due_at} == {place.post.due_at} | due
    return len(places)


def joining(agency: Agency, queue: Queue, posts: Sequence[Post]) -> Callable[[], None]:
    chance = random.Random(len(posts))
    priorities = [chance.choice(list(Priority)) for _ in posts]

    def work() -> None:
        for post, priority in zip(posts, priorities, strict=True):
            agency.do(queues.join, post=post, queue=queue, priority=priority)

    return work


def canceling(agency: Agency, posts: Sequence[Post]) -> Callable[[], None]:
    def work() -> None:
        for post in posts:
            with suppress(PostBusy):  # canceled before
                agency.do(services.cancel, post=post)

    return work


@pytest.mark.django_db(transaction=True)
def test_posts_that_come_at_once_get_a_slot_each(agency: Agency) -> None:
    workers, count = (20, 200) if connection.vendor == "postgresql" else (2, 12)
    queue, posts = queue_of(agency, jitter_minutes=30), drafts(agency, count)

    def work(mine: Sequence[Post]) -> Callable[[], None]:
        def join() -> None:
            for post in mine:
                with agency.scope():
                    queues.join(post=post, queue=queue, actor=SYSTEM)

        return join

    assert at_once([work(posts[number::workers]) for number in range(workers)]) == []
    assert each_has_its_own(agency, queue) == count
    with agency.scope():
        taken = list(Place.objects.filter(queue=queue).order_by("slot_at").values_list("slot_at", flat=True))
        # The first ones, and none of them left out.
        lines = queues.preview(queue, most=count)
    assert taken == [line.at for line in lines]


@pytest.mark.postgres  # SQLite has one writer at a time
@pytest.mark.django_db(transaction=True)
def test_priorities_cancels_pauses_and_other_slots_at_once_leave_a_queue_in_order(agency: Agency) -> None:
    queue, posts = queue_of(agency), drafts(agency, 72)
    waiting = posts[:24]
    for post in waiting:
        agency.do(queues.join, post=post, queue=queue, priority=Priority.LOW)

    def change() -> None:
        for number in range(6):
            agency.do(queues.change, queue=queue, slots=HOURS[number:])

    def pause() -> None:
        for _ in range(6):
            agency.do(queues.pause, queue=queue)
            agency.do(queues.resume, queue=queue)

    works = [joining(agency, queue, posts[24 + number :: 4]) for number in range(4)]
    assert at_once([*works, canceling(agency, waiting[:12]), canceling(agency, waiting[6:12]), change, pause]) == []
    assert each_has_its_own(agency, queue) == 12 + 48
    with agency.scope():
        assert Publication.objects.filter(state=State.CANCELED).count() == 12
