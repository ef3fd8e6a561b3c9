"""Other slots, zones and names: what waits is laid anew, and what is on its way stays."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from apps.events import services as events
from apps.posts.models import Queue, Slot
from apps.publishing import queues, services
from apps.publishing.models import Publication
from apps.publishing.queues import QueueRefused
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount
from apps.tenants.services import update_workspace
from tests.publishing.queues.standing import DAILY, HIGH, LOW, MEDIUM, join, make, several, when
from tests.support.publishing import Agency

pytestmark = pytest.mark.django_db


def test_other_slots_lay_anew_what_waits_in_its_order(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    posts = several(agency, queue, account, LOW, MEDIUM, HIGH)
    agency.do(queues.change, queue=queue, slots=[(2, time(12)), (4, time(12))])

    assert when(agency, posts) == ["Wed 12", "Fri 12", "Wed 12"]
    low, medium, high = (agency.read(post).due_at for post in posts)
    assert high < medium < low


def test_more_slots_let_all_of_them_move_up(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    posts = several(agency, queue, account, *[MEDIUM] * 4)
    agency.do(services.cancel, post=posts.pop(0))
    agency.do(queues.change, queue=queue, slots=[*DAILY, (0, time(8, 30))])

    assert when(agency, posts) == ["Mon 08", "Mon 09", "Mon 15"]


def test_what_is_prepared_or_on_its_way_stays_and_its_slot_is_not_given_again(
    agency: Agency, queue: Queue, account: SocialAccount
) -> None:
    ready, waiting = several(agency, queue, account, MEDIUM, MEDIUM)
    with agency.scope():
        Publication.objects.filter(post=ready).update(state=State.READY)
    agency.do(queues.change, queue=queue, slots=[(0, time(9)), (0, time(10))])

    assert when(agency, [ready, waiting]) == ["Mon 09", "Mon 10"]


def test_the_zone_of_the_workspace_takes_its_queues_along(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    fixed = make(agency, "Fixed", timezone="Europe/Berlin")
    posts = [join(agency, queue, account), join(agency, fixed, account)]
    agency.do(update_workspace, workspace=agency.workspace, timezone="America/New_York")
    events.relay()

    assert when(agency, posts) == ["Mon 15", "Mon 09"]
    moved = agency.read(posts[0])
    assert (moved.timezone, moved.local_due_at.hour) == ("America/New_York", 9)


def test_slots_keep_their_numbers_and_none_is_given_twice(agency: Agency) -> None:
    queue = make(agency, slots=[(0, time(9)), (1, time(9))])
    agency.do(queues.change, queue=queue, slots=[(0, time(9))])
    agency.do(queues.change, queue=queue, slots=[(0, time(9)), (3, time(9)), (3, time(9))])

    with agency.scope():
        assert list(Slot.objects.filter(queue=queue).values_list("weekday", "number")) == [(0, 1), (3, 3)]


def test_a_queue_in_which_posts_wait_keeps_a_slot(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    post = join(agency, queue, account)

    with pytest.raises(QueueRefused, match="1 post waits"):
        agency.do(queues.change, queue=queue, slots=[])
    assert when(agency, [post]) == ["Mon 09"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "Tips"}, "name"),
        ({"jitter_minutes": 61}, "jitter_minutes"),
        ({"slots": [(7, time(9))]}, "slots"),
        (
            {"slots": [(day, time(hour, minute)) for day in range(7) for hour in range(24) for minute in (0, 30)]},
            "slots",
        ),
    ],
)
def test_what_no_queue_can_be_is_refused_with_its_field(
    agency: Agency, queue: Queue, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(QueueRefused) as refused:
        agency.do(queues.create, workspace=agency.workspace, **{"name": "Another", **fields})

    assert refused.value.field == field
