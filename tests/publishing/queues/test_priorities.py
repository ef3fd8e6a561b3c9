"""Who moves for whom."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from apps.posts.models import Post, Queue, Slot
from apps.posts.queueing import Priority
from apps.publishing import services
from apps.publishing.models import Publication
from apps.publishing.queues.laying import Mover, Timetable, Windowed, push
from apps.publishing.states import State
from apps.publishing.windows import Windows
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace
from tests.publishing.queues.standing import BERLIN, DAILY, HIGH, LOW, MEDIUM, MONDAY, join, several, when
from tests.support.publishing import Agency

pytestmark = pytest.mark.django_db


def test_a_higher_priority_goes_first_and_the_others_keep_their_order(
    agency: Agency, queue: Queue, account: SocialAccount
) -> None:
    first, second, low = several(agency, queue, account, MEDIUM, MEDIUM, LOW)
    urgent = join(agency, queue, account, priority=HIGH)
    late = join(agency, queue, account, priority=MEDIUM)

    assert when(agency, [urgent, first, second, late, low]) == ["Mon 09", "Mon 15", "Tue 09", "Tue 15", "Wed 09"]
    assert agency.events(low) == ["post.created", "post.scheduled", "post.scheduled", "post.scheduled"]


def test_a_free_slot_ends_the_pushing(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    first, second, third, fourth = several(agency, queue, account, *[MEDIUM] * 4)
    agency.do(services.cancel, post=third)
    urgent = join(agency, queue, account, priority=HIGH)

    assert when(agency, [urgent, first, second, fourth]) == ["Mon 09", "Mon 15", "Tue 09", "Tue 15"]


def test_a_free_slot_before_all_others_is_taken_by_anybody(
    agency: Agency, queue: Queue, account: SocialAccount
) -> None:
    first, second = several(agency, queue, account, MEDIUM, MEDIUM)
    agency.do(services.cancel, post=first)

    assert when(agency, [second, join(agency, queue, account, priority=LOW)]) == ["Mon 15", "Mon 09"]


@pytest.mark.parametrize("state", [State.READY, State.HELD, State.FAILED])
def test_nobody_is_pushed_whose_post_is_being_prepared_or_waits_for_a_person(
    agency: Agency, queue: Queue, account: SocialAccount, state: State
) -> None:
    low = join(agency, queue, account, priority=LOW)
    with agency.scope():
        Publication.objects.filter(post=low).update(state=state)

    urgent = join(agency, queue, account, priority=HIGH)
    assert when(agency, [low, urgent]) == ["Mon 09", "Mon 15"]


@profile(max_examples=40)
@given(arrivals=st.lists(st.sampled_from([HIGH, MEDIUM, LOW]), max_size=12))
def test_whatever_comes_the_queue_is_in_order_and_nobody_moves_up(arrivals: list[Priority]) -> None:
    """The rule by itself, without a database: the waiting are sorted by priority, then by who came first."""
    queue = Queue(workspace=Workspace(timezone="Europe/Berlin"))
    slots = [Slot(weekday=day, at=at) for day, at in DAILY]
    standing: dict[Any, tuple[Mover, int]] = {}
    for number, priority in enumerate(arrivals):
        post = Post()
        newcomer = Mover(post.pk, frozenset(), priority)
        behind = [one for one, _ in standing.values() if one.rank > priority]
        taken = [one.slot_at for one, _ in standing.values() if one.rank <= priority and one.slot_at]
        timetable, free = Timetable(queue, MONDAY, slots=slots), Windowed(Windows(BERLIN))
        for mover, seat in push(newcomer, timetable, taken=taken, behind=behind, windowed=free):
            assert seat is not None
            assert mover.slot_at is None or seat.opening.at > mover.slot_at
            _, came = standing.get(mover.post_id, (mover, number))
            standing[mover.post_id] = (
                Mover(mover.post_id, frozenset(), mover.rank, seat.opening.at, seat.due_at), came
            )  # fmt: skip

    in_order = sorted(standing.values(), key=lambda one: one[0].slot_at or MONDAY)
    assert [(one.rank, came) for one, came in in_order] == sorted((one.rank, came) for one, came in in_order)
    assert len({one.slot_at for one, _ in in_order}) == len(arrivals)
