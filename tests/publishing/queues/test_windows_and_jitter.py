"""Slots that the publishing windows close, and the minutes by which a post strays from its slot."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from apps.posts.models import Queue
from apps.publishing import queues, services
from apps.publishing.windows import Blackout, Quiet
from apps.social_accounts.models import SocialAccount
from tests.publishing.queues.standing import BERLIN, HIGH, MEDIUM, join, make, several, when
from tests.support.publishing import Agency

pytestmark = pytest.mark.django_db


def test_closed_slots_are_passed_by(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    tomorrow = Blackout("Day of mourning", date(2027, 3, 2), date(2027, 3, 2))
    afternoons = Quiet(tuple(range(7)), time(12), time(20))
    agency.do(services.set_windows, workspace=agency.workspace, blackouts=[tomorrow], quiet_hours=[afternoons])

    assert when(agency, several(agency, queue, account, MEDIUM, MEDIUM)) == ["Mon 09", "Wed 09"]


def test_the_most_of_a_day_sends_a_post_on_to_the_next(agency: Agency, queue: Queue, account: SocialAccount) -> None:
    agency.do(services.set_windows, workspace=agency.workspace, daily_most=1)
    first, second = several(agency, queue, account, MEDIUM, MEDIUM)
    elsewhere = join(agency, queue, agency.account("other"))
    urgent = join(agency, queue, account, priority=HIGH)

    assert when(agency, [urgent, elsewhere, first, second]) == ["Mon 09", "Mon 15", "Tue 09", "Wed 09"]


def test_jitter_that_falls_into_quiet_hours_is_left_out(agency: Agency, account: SocialAccount) -> None:
    queue = make(agency, slots=[(0, time(12))], jitter_minutes=60)
    around = [Quiet((0,), time(11), time(12)), Quiet((0,), time(12, 1), time(13, 30))]
    agency.do(services.set_windows, workspace=agency.workspace, quiet_hours=around)

    assert all(agency.read(post).due_at.astimezone(BERLIN).time() == time(12)
               for post in several(agency, queue, account, *[MEDIUM] * 4))  # fmt: skip


def test_jitter_is_the_same_for_the_same_post(agency: Agency, account: SocialAccount) -> None:
    queue = make(agency, jitter_minutes=30)
    posts = several(agency, queue, account, *[MEDIUM] * 8)
    before = [agency.read(post).due_at for post in posts]
    agency.do(queues.change, queue=queue, jitter_minutes=0)
    straight = [agency.read(post).due_at for post in posts]
    agency.do(queues.change, queue=queue, jitter_minutes=30)

    assert [agency.read(post).due_at for post in posts] == before != straight
    assert all(abs(one - other) <= timedelta(minutes=30) for one, other in zip(before, straight, strict=True))
