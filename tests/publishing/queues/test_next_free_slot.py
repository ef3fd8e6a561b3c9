"""Who gets which slot, and what takes none."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.posts.errors import NotInWorkspace, PostNotReady
from apps.posts.models import Place, Queue
from apps.publishing import queues, services
from apps.publishing.models import Publication
from apps.publishing.queues import QueueRefused
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace
from tests.publishing.queues.standing import (
    HIGH,
    LOW,
    MEDIUM,
    MONDAY,
    join,
    make,
    place_of,
    publication_of,
    several,
    when,
)
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


def test_posts_take_one_slot_after_the_other(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    posts = several(agency, queue, account, MEDIUM, MEDIUM, MEDIUM)

    assert when(agency, posts) == ["Mon 09", "Mon 15", "Tue 09"]
    place = place_of(agency, posts[0])
    assert place is not None
    assert (place.slot_at, place.due_at) == (MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=1))
    assert agency.events(posts[0]) == ["post.created", "post.scheduled"]


def test_the_hour_that_is_now_is_over(agency: Agency, queue: Queue, account: SocialAccount, monday: Clock) -> None:
    monday.set(MONDAY + timedelta(hours=1))

    assert when(agency, [join(agency, queue, account)]) == ["Mon 15"]


def test_a_post_that_was_taken_off_the_plan_leaves_its_slot_to_the_next(
    agency: Agency, queue: Queue, account: SocialAccount
) -> None:
    first, second, third = several(agency, queue, account, MEDIUM, MEDIUM, MEDIUM)
    agency.do(services.cancel, post=first)
    agency.do(services.cancel_publication, publication=publication_of(agency, second))

    assert place_of(agency, first) is place_of(agency, second) is None
    # Nobody moves up by itself; who comes next takes what is free.
    assert when(agency, [third, *several(agency, queue, account, MEDIUM, MEDIUM)]) == ["Tue 09", "Mon 09", "Mon 15"]


@pytest.mark.parametrize("deed", ["moved", "sent now", "thrown away"])
def test_a_post_with_another_hour_has_left_the_queue(
    agency: Agency, queue: Queue, account: SocialAccount, deed: str
) -> None:
    post = join(agency, queue, account)
    if deed == "moved":
        agency.do(services.reschedule, post=post, local=datetime(2027, 3, 5, 12), zone="Europe/Berlin")  # noqa: DTZ001
    elif deed == "sent now":
        agency.do(services.publish_now, post=post)
    else:
        agency.do(services.discard, post=post)

    assert place_of(agency, post) is None
    assert when(agency, [join(agency, queue, account)]) == ["Mon 09"]


def test_other_words_keep_the_slot(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    post = join(agency, queue, account)
    agency.do(services.edit, post=post, content=agency.content("Better words", [account]))

    assert place_of(agency, post) is not None
    assert when(agency, [post]) == ["Mon 09"]


def test_who_comes_again_is_the_last_to_come(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    other = make(agency, "Other", slots=[(2, time(12))])
    first, second = several(agency, queue, account, MEDIUM, MEDIUM)

    agency.do(queues.join, post=second, queue=queue)
    assert when(agency, [first, second]) == ["Mon 09", "Mon 15"]
    agency.do(queues.join, post=first, queue=other)
    assert when(agency, [first, second, join(agency, queue, account)]) == ["Wed 12", "Mon 15", "Mon 09"]


def test_what_went_out_keeps_its_place(agency: Agency, queue: Queue, account: SocialAccount, monday: Clock) -> None:
    post = join(agency, queue, account)
    monday.advance(hours=1)
    run_worker()

    assert publication_of(agency, post).state == State.PUBLISHED
    agency.do(queues.change, queue=queue, slots=[(0, time(20))])
    place = place_of(agency, post)
    assert place is not None
    assert (place.slot_at, place.slot) == (MONDAY + timedelta(hours=1), None)


def test_a_post_that_is_not_ready_takes_no_slot(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    low = join(agency, queue, account, priority=LOW)
    empty = agency.post("", on=[account])

    with pytest.raises(PostNotReady):
        agency.do(queues.join, post=empty, queue=queue, priority=HIGH)
    assert place_of(agency, empty) is None
    assert when(agency, [low]) == ["Mon 09"]


def test_a_queue_without_slots_says_so(agency: Agency, account: SocialAccount) -> None:
    with pytest.raises(PostNotReady) as refused:
        join(agency, make(agency, slots=[]), account)

    assert [problem.code for problem in refused.value.problems] == ["queue_full"]


def test_a_queue_that_was_deleted_meanwhile_says_so(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    agency.do(queues.delete, queue=agency.read(queue))

    with pytest.raises(PostNotReady):
        join(agency, queue, account)
    with pytest.raises(QueueRefused):
        agency.do(queues.pause, queue=queue)


def test_slots_of_posts_that_have_left_the_plan_another_way_are_free(
    agency: Agency, queue: Queue, account: SocialAccount
) -> None:
    post = join(agency, queue, account)
    with agency.scope():
        Publication.objects.filter(post=post).update(state=State.CANCELED)

    assert when(agency, [join(agency, queue, account)]) == ["Mon 09"]


def test_a_queue_of_another_workspace_is_none(
    agency: Agency, account: SocialAccount, other_workspace: Workspace
) -> None:
    elsewhere = Agency(other_workspace, agency.platform)
    theirs = make(elsewhere)

    with pytest.raises(NotInWorkspace):
        join(agency, theirs, account)


def test_the_database_gives_no_slot_away_twice(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    first, second = several(agency, queue, account, MEDIUM, MEDIUM)
    taken = place_of(agency, first)
    assert taken is not None

    with agency.scope(), pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.filter(post=second).update(slot_at=taken.slot_at)
