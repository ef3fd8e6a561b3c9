"""The client's guests: their links, and the browsers that they open them in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from apps.approvals import services
from apps.approvals.models import Comment, Decision, Request, ReviewLink
from apps.approvals.services import Invited, Reviewer
from apps.core import clock as system_clock
from apps.core.actors import Actor
from apps.posts.models import Post
from apps.tenants.members import Member, member_of
from apps.tenants.models import Membership
from tests.approvals.conftest import Desk
from tests.support.clock import Clock

CLIENT = {"key": "client", "name": "The client", "guests": True}
INGRID = Invited("Ingrid Solheim", "ingrid@alder.example")
JONAS = Invited("Jonas Lie")
MINA = Invited("Mina Berg", "mina@alder.example")
TUESDAY_NOON = datetime(2036, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nobody_has_tried_before() -> None:
    cache.clear()


@pytest.fixture
def tuesday_noon(clock: Clock) -> None:
    """An hour at which everybody works."""
    clock.set(TUESDAY_NOON)


@dataclass
class Guest:
    """A browser without an account that holds a review link."""

    desk: Desk
    link: ReviewLink
    token: str
    client: Client = field(default_factory=Client)

    @property
    def home(self) -> str:
        return f"/review/{self.token}/"

    def page(self, path: str = "", **query: str) -> str:
        answer = self.client.get(f"{self.home}{path}", query)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    def send(self, path: str, **data: Any) -> HttpResponse:
        return self.client.post(f"{self.home}{path}", data)

    def pressed(self, path: str, **data: Any) -> str:
        """The page that a form leads to."""
        answer = self.client.post(f"{self.home}{path}", data, follow=True)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    def says(self, request: Request, verdict: str, note: str = "") -> str:
        return self.pressed(f"{request.post_id}/decide/", request=str(request.pk), verdict=verdict, note=note)

    def reviewer(self) -> Reviewer:
        found = services.reviewer_of(self.token, address="203.0.113.0/24")
        assert found is not None
        return found

    def said(self, post_id: UUID) -> list[Decision]:
        return [one for one in self.desk.decisions(post_id) if one.decider_id == self.link.guest_id]

    def comments(self) -> list[Comment]:
        with self.desk.agency.scope():
            return list(Comment.objects.filter(author_id=self.link.guest_id).select_related("thread").order_by("id"))


def seat(who: Membership) -> Member:
    found = member_of(who.user, who.organization_id, actor=Actor.user(who.user_id))
    assert found is not None
    return found


@pytest.fixture
def invite(desk: Desk, manager: Membership) -> Callable[..., Guest]:
    """Makes a link as a manager does, and a browser that holds it."""

    def make(*posts: Post, who: Invited = INGRID, days: float = 14, **more: Any) -> Guest:
        values = {"expires_at": system_clock.now() + timedelta(days=days), "guests": [who], **more}
        with desk.agency.scope():
            ((link, token),) = services.make_links(
                seat=seat(manager),
                workspace_id=desk.agency.workspace.pk,
                post_ids=[post.pk for post in posts],
                **values,
            )
        return Guest(desk, link, token.reveal())

    return make


@pytest.fixture
def asked(desk: Desk) -> Callable[..., Post]:
    """A post that waits for the client."""
    desk.policy(CLIENT)

    def make(text: str = "One long table, four courses", **said: Any) -> Post:
        post = desk.post(text, **said)
        desk.submit(post)
        return post

    return make
