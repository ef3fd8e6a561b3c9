"""A paused queue sends nothing, and what was missed goes first afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.posts.models import Queue
from apps.publishing import queues, services
from apps.publishing.engine import holds
from apps.publishing.models import Publication
from apps.publishing.queues.gate import gate
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount
from tests.publishing.queues.standing import MEDIUM, MONDAY, join, publication_of, several, when
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


def test_a_paused_queue_sends_nothing_and_what_was_missed_goes_first_afterwards(
    agency: Agency, queue: Queue, account: SocialAccount, monday: Clock
) -> None:
    first, second, third = several(agency, queue, account, MEDIUM, MEDIUM, MEDIUM)
    agency.do(queues.pause, queue=queue)
    monday.advance(hours=1, minutes=5)
    run_worker()

    assert agency.platform.posts == []
    missed = publication_of(agency, first)
    assert (missed.state, missed.problem) == (State.HELD, "queue_paused")
    agency.do(queues.resume, queue=queue)
    assert when(agency, [first, second, third]) == ["Mon 15", "Tue 09", "Tue 15"]
    assert publication_of(agency, first).state == State.SCHEDULED
    monday.advance(hours=6)
    run_worker()
    assert [post.text for post in agency.platform.posts] == ["Tip 0"]


def test_a_pause_in_which_nothing_fell_due_moves_nothing(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    first, second, third = several(agency, queue, account, MEDIUM, MEDIUM, MEDIUM)
    agency.do(services.cancel, post=first)
    agency.do(queues.pause, queue=queue)
    agency.do(queues.resume, queue=queue)

    assert when(agency, [second, third]) == ["Mon 15", "Tue 09"]


def test_a_post_that_no_worker_has_held_yet_is_missed_as_well(
    agency: Agency, queue: Queue, account: SocialAccount, monday: Clock
) -> None:
    post = join(agency, queue, account)
    agency.do(queues.pause, queue=queue)
    monday.advance(hours=2)
    agency.do(queues.resume, queue=queue)
    run_worker()

    assert agency.platform.posts == []
    assert when(agency, [post]) == ["Mon 15"]


def test_a_person_sends_a_post_of_a_paused_queue_all_the_same(
    agency: Agency, queue: Queue, account: SocialAccount, monday: Clock
) -> None:
    post = join(agency, queue, account)
    agency.do(queues.pause, queue=queue)
    monday.advance(hours=1)
    run_worker()
    agency.do(services.resume, publication=publication_of(agency, post))
    run_worker()

    assert publication_of(agency, post).state == State.PUBLISHED


def test_a_worker_that_has_seen_the_pause_holds_nothing_after_it(
    agency: Agency, queue: Queue, account: SocialAccount, monday: Clock
) -> None:
    post = join(agency, queue, account)
    agency.do(queues.pause, queue=queue)
    monday.advance(hours=1)
    with agency.scope():
        seen = Publication.objects.select_related("workspace", "account").get(post=post)
        _, stopped = holds.divided([seen], monday.now)
    agency.do(queues.resume, queue=queue)
    holds.hold(stopped, monday.now)

    assert publication_of(agency, post).state == State.SCHEDULED


def held_on_one_account(agency: Agency, queue: Queue, account: SocialAccount, monday: Clock) -> Publication:
    """A post that is out on an account; the other had to wait for its platform, and then the queue was paused."""
    quay = agency.account("quay")
    post = agency.post(on=[account, quay])
    agency.do(queues.join, post=post, queue=queue, priority=MEDIUM)
    with agency.scope():
        Publication.objects.filter(account=quay).update(next_try_at=agency.read(post).due_at + timedelta(minutes=30))
    monday.advance(hours=1)
    run_worker()
    agency.do(queues.pause, queue=queue)
    monday.advance(minutes=30)
    run_worker()
    with agency.scope():
        found: Publication = Publication.objects.get(post=post, account=quay)
    assert (found.state, found.problem) == (State.HELD, "queue_paused")
    return found


def test_what_was_held_while_its_post_is_out_elsewhere_goes_out_when_the_queue_goes_on(
    agency: Agency, queue: Queue, account: SocialAccount, monday: Clock
) -> None:
    held = held_on_one_account(agency, queue, account, monday)
    agency.do(queues.resume, queue=queue)
    run_worker()

    assert agency.read(held).state == State.PUBLISHED
    assert agency.events(held)[-2:] == ["publication.resumed", "publication.published"]


def test_what_is_too_late_when_the_queue_goes_on_is_held_with_words_of_that(
    agency: Agency, queue: Queue, account: SocialAccount, monday: Clock
) -> None:
    held = held_on_one_account(agency, queue, account, monday)
    monday.advance(days=2)
    agency.do(queues.resume, queue=queue)
    run_worker()

    row = agency.read(held)
    assert (row.state, row.problem) == (State.HELD, "too_late")


def test_the_gate_asks_once_for_a_batch(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    posts = several(agency, queue, account, *[MEDIUM] * 5)
    agency.do(queues.pause, queue=queue)
    with agency.scope():
        rows = list(Publication.objects.filter(post__in=posts))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert set(gate(rows, MONDAY)) == {row.pk for row in rows}
    assert len(asked) == 1
