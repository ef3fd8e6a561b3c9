"""A Monday morning in Berlin, with an account and a queue."""

from __future__ import annotations

import pytest

from apps.posts.models import Queue
from apps.social_accounts.models import SocialAccount
from tests.publishing.queues.standing import MONDAY, make
from tests.support.clock import Clock
from tests.support.publishing import Agency


@pytest.fixture(autouse=True)
def monday(clock: Clock) -> Clock:
    clock.set(MONDAY)
    return clock


@pytest.fixture
def account(agency: Agency) -> SocialAccount:
    return agency.account()


@pytest.fixture
def queue(agency: Agency) -> Queue:
    return make(agency)
