"""Queues as tests make them, and who stands where in one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from apps.posts.models import Place, Post, Queue
from apps.posts.queueing import Priority
from apps.publishing import queues
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount
from tests.support.publishing import Agency

BERLIN = ZoneInfo("Europe/Berlin")
# A Monday, eight in the morning in Berlin.
MONDAY = datetime(2027, 3, 1, 7, tzinfo=UTC)
DAILY = [(day, time(hour)) for day in range(7) for hour in (9, 15)]
HIGH, MEDIUM, LOW = Priority.HIGH, Priority.MEDIUM, Priority.LOW


def make(agency: Agency, name: str = "Tips", **fields: Any) -> Queue:
    made: Queue = agency.do(queues.create, workspace=agency.workspace, name=name, **{"slots": DAILY, **fields})
    return made


def join(agency: Agency, queue: Queue, account: SocialAccount, *, priority: Priority = MEDIUM, text: str = "") -> Post:
    post = agency.post(text or "Good morning", on=[account])
    agency.do(queues.join, post=post, queue=queue, priority=priority)
    return agency.read(post)  # type: ignore[no-any-return]


def several(agency: Agency, queue: Queue, account: SocialAccount, *priorities: Priority) -> list[Post]:
    return [join(agency, queue, account, priority=one, text=f"Tip {n}") for n, one in enumerate(priorities)]


def when(agency: Agency, posts: Sequence[Post]) -> list[str]:
    """When each is due, on the clock of Berlin; the publications agree."""
    found = [agency.read(post) for post in posts]
    with agency.scope():
        for post in found:
            states = Publication.objects.filter(post=post, state=State.SCHEDULED)
            assert {row.due_at for row in states} <= {post.due_at}
            assert {row.next_try_at for row in states} <= {post.due_at}
    return [f"{post.due_at.astimezone(BERLIN):%a %H}" if post.due_at else "" for post in found]


def place_of(agency: Agency, post: Post) -> Place | None:
    with agency.scope():
        found: Place | None = Place.objects.filter(post=post).first()
        return found


def publication_of(agency: Agency, post: Post) -> Publication:
    with agency.scope():
        return Publication.objects.get(post=post)  # type: ignore[no-any-return]
