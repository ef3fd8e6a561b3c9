"""A client whose posts are approved before they go out, and the people who write and approve them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from apps.approvals import services
from apps.approvals.deciders import Decider
from apps.approvals.models import Decision, Policy, Request, StepState
from apps.approvals.states import CURRENT, Verdict
from apps.core.actors import SYSTEM, Actor
from apps.events.services import relay
from apps.posts import services as posts
from apps.posts.content import Content
from apps.posts.models import Post
from apps.publishing import services as publishing
from apps.publishing.models import Publication
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.support import factories
from tests.support.publishing import Agency

MANAGER = {"key": "manager", "name": "Manager", "roles": ["manager"]}
LEGAL = {"key": "legal", "name": "Legal", "roles": ["approver"], "covers": ["text", "media"]}


class Desk:
    """What a test says about reviews at one client."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.account = agency.account()

    def people(self, role: Role, number: int = 1) -> list[Membership]:
        place = self.agency.workspace
        return [factories.member(place.organization, role, workspaces=[place]) for _ in range(number)]

    def person(self, role: Role) -> Membership:
        return self.people(role)[0]

    def policy(self, *steps: Mapping[str, Any], **options: Any) -> Policy:
        with self.agency.scope():
            made = services.set_policy(
                workspace_id=self.agency.workspace.pk, steps=list(steps), actor=SYSTEM, **options
            )
        relay()
        return made

    def post(self, text: str = "Good morning", *, by: Membership | None = None, **parts: Any) -> Post:
        content = self.agency.content(text, parts.pop("on", [self.account]), **parts)
        with self.agency.scope():
            author = by.user_id if by else None
            return posts.create(
                workspace_id=self.agency.workspace.pk, content=content, author_id=author, actor=actor(by)
            )

    def planned(self, *, minutes: float = 60, **said: Any) -> Publication:
        """A post on the plan; whoever is to approve it has been asked."""
        (publication,) = self.agency.schedule(self.post(**said), minutes=minutes)
        relay()
        return publication

    def edit(
        self, post: Post, text: str = "Good evening", *, by: Membership | Actor | None = None, **parts: Any
    ) -> None:
        self.change(post, self.agency.content(text, parts.pop("on", [self.account]), **parts), by=by)
        relay()

    def change(self, post: Post, content: Content, *, by: Membership | Actor | None = None) -> None:
        with self.agency.scope():
            publishing.edit(post=Post.objects.get(pk=post.pk), content=content, actor=actor(by))

    def submit(self, post: Post, *, by: Membership | None = None) -> Request:
        with self.agency.scope():
            return services.submit(post=post, actor=actor(by))

    def decide(
        self, request: Request, by: Membership | Decider, verdict: Verdict = Verdict.APPROVE, **said: Any
    ) -> Request:
        decider = by if isinstance(by, Decider) else Decider.of(actor(by))
        with self.agency.scope():
            return services.decide(request_id=request.pk, verdict=verdict, decider=decider, **said)

    def request(self, of: Post | Publication) -> Request:
        """What is being said of the post now."""
        post_id = of.post_id if isinstance(of, Publication) else of.pk
        with self.agency.scope():
            found: Request = Request.objects.get(post_id=post_id, state__in=CURRENT)
            return found

    def steps(self, request: Request) -> list[str]:
        """The steps by key, with what has become of each: "legal approved"."""
        with self.agency.scope():
            rows = StepState.objects.filter(request=request).order_by("position")
            return [f"{row.key} {row.status}" for row in rows]

    def decisions(self, post_id: UUID) -> Sequence[Decision]:
        with self.agency.scope():
            return list(Decision.objects.filter(request__post_id=post_id).order_by("decided_at", "id"))

    def live(self, handle: str = "harbour") -> list[str]:
        return self.agency.platform.texts(handle)


def actor(member: Membership | Actor | None) -> Actor:
    if isinstance(member, Actor):
        return member
    return Actor.user(member.user_id, address="203.0.113.0/24") if member else SYSTEM


@pytest.fixture
def desk(agency: Agency) -> Desk:
    return Desk(agency)


@pytest.fixture
def manager(desk: Desk) -> Membership:
    return desk.person(Role.MANAGER)


@pytest.fixture
def approver(desk: Desk) -> Membership:
    return desk.person(Role.APPROVER)


@pytest.fixture
def creator(desk: Desk) -> Membership:
    return desk.person(Role.CREATOR)
