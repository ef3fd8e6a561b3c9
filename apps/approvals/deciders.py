"""Who may decide: people by name or role, as members at that moment; guests and programs where a step says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final, Self
from uuid import UUID

from apps.approvals.models import Decision, Guest, ReviewedPost
from apps.approvals.states import APPROVING, OBJECTING, Verdict
from apps.approvals.steps import DECIDES, Quorum, Step
from apps.audit.models import Entry
from apps.core import clock
from apps.core.actors import Actor, ActorKind
from apps.posts.models import Post
from apps.tenants.models import Membership, User, WorkspaceAccess
from apps.tenants.permissions import PERMISSIONS, Role

WRITING: Final = ("post.created", "post.updated")


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who decides. A guest has no account, and so a name; `id` of a program is that of its key."""

    actor: Actor
    name: str = ""

    @property
    def kind(self) -> ActorKind:
        return self.actor.kind

    @property
    def id(self) -> UUID | None:
        return self.actor.id

    @classmethod
    def of(cls, actor: Actor) -> Self:
        return cls(actor)


@dataclass(frozen=True, slots=True)
class Bench:
    """The members who may decide a step at this moment, by id; the `writers` of what is up for approval, people and
    programs, are not among them unless the policy lets them. `barred` are members who could decide otherwise."""

    step: Step
    people: frozenset[UUID]
    barred: frozenset[UUID] = frozenset()
    writers: frozenset[UUID] = frozenset()
    # Of a step that asks guests: who holds a link to the post that was not withdrawn, and whose links all were.
    guests: frozenset[UUID] = frozenset()
    dismissed: frozenset[UUID] = frozenset()

    @classmethod
    def without(cls, writers: frozenset[UUID], *, step: Step, able: frozenset[UUID]) -> Self:
        return cls(step, able - writers, able & writers, writers)

    def bars(self, kind: str, decider_id: UUID | None) -> bool:
        """Whether it is only their having written it that keeps them from deciding."""
        return decider_id in (self.writers if kind == ActorKind.KEY and self.step.programs else self.barred)

    def seats(self, kind: str, decider_id: UUID | None) -> bool:
        """Whether a vote of this one counts."""
        if kind == ActorKind.USER:
            return decider_id in self.people
        if kind == ActorKind.KEY:
            return self.step.programs and decider_id not in self.writers
        return kind == ActorKind.GUEST and self.step.guests and decider_id not in self.dismissed

    def counts(self, vote: Decision) -> bool:
        """Whoever approved with edits has written the last version, and it is that which they approved."""
        edited = vote.verdict == Verdict.APPROVE_WITH_EDITS and vote.decider_id in self.barred
        return edited or self.seats(vote.decider_kind, vote.decider_id)

    def is_passed_by(self, votes: Iterable[Decision]) -> bool:
        """Whether these approvals are enough. Nobody's approval is enough for no step, not even for one that all are to
        approve and that has nobody left."""
        counting = {(vote.decider_kind, vote.decider_id) for vote in votes if self.counts(vote)}
        if isinstance(self.step.needs, int):
            return len(counting) >= self.step.needs
        if self.step.needs is Quorum.ALL:
            members = {pk for kind, pk in counting if kind == ActorKind.USER}
            guests = {pk for kind, pk in counting if kind == ActorKind.GUEST}
            others = {kind for kind, _ in counting}
            wanted = {ActorKind.GUEST} if self.step.guests else set()
            return bool(counting) and self.people <= members and wanted <= others and self.guests <= guests
        return bool(counting)


def roles_in(workspace_id: UUID) -> dict[UUID, Role]:
    """The role of every active member in a workspace of the organization in context; two queries."""
    whole = Membership.objects.exclude(role="").filter(user__is_active=True).values_list("user_id", "role")
    own = WorkspaceAccess.objects.alive(clock.now()).filter(workspace_id=workspace_id, membership__user__is_active=True)
    found = {user_id: Role(role) for user_id, role in own.values_list("membership__user_id", "role")}
    return found | {user_id: Role(role) for user_id, role in whole}


def bench(step: Step, *, workspace_id: UUID, writers: Collection[UUID], allows_self_approval: bool) -> Bench:
    """Who may decide the step now."""
    return benches([step], workspace_id=workspace_id, writers=writers, allows_self_approval=allows_self_approval)[0]


def benches(
    steps: Iterable[Step], *, workspace_id: UUID, writers: Collection[UUID], allows_self_approval: bool
) -> list[Bench]:
    roles = roles_in(workspace_id)
    barred = frozenset() if allows_self_approval else frozenset(writers)
    found = []
    for step in steps:
        named = {pk for pk, role in roles.items() if (pk in step.people or role in step.roles)}
        able = frozenset(pk for pk in named if DECIDES in PERMISSIONS[roles[pk]])
        found.append(Bench.without(barred, step=step, able=able))
    return found


def with_guests(seats: Bench, post_id: UUID) -> Bench:
    """The same, with the guests who hold a link to the post; where the step asks none, without a query."""
    if not seats.step.guests:
        return seats
    held = ReviewedPost.objects.filter(post_id=post_id).values_list("link__guest_id", "link__revoked_at")
    open_to = frozenset(guest_id for guest_id, revoked_at in held if revoked_at is None)
    return replace(seats, guests=open_to, dismissed=frozenset(guest_id for guest_id, _ in held) - open_to)


def writers_of(post: Post, asked_by: UUID | None) -> frozenset[UUID]:
    """Those whose own work this version is: who wrote the post, who changed it last, who submitted it, and every key
    of a program that wrote on it."""
    return writers_of_each([(post, asked_by)])[post.pk]


def writers_of_each(asked: Collection[tuple[Post, UUID | None]]) -> dict[UUID, frozenset[UUID]]:
    """The same of many posts, by post, in one query."""
    lines = Entry.objects.filter(subject_id__in=[post.pk for post, _ in asked], verb__in=WRITING).order_by("id")
    # The last line of a post overwrites those before it; one of a program or of the system names no person.
    last: dict[UUID, UUID | None] = {}
    keys: dict[UUID, set[UUID]] = {}
    for post_id, kind, pk in lines.values_list("subject_id", "actor_kind", "actor_id"):
        last[post_id] = pk if kind == ActorKind.USER else None
        if kind == ActorKind.KEY and pk:
            keys.setdefault(post_id, set()).add(pk)
    found = {}
    for post, asked_by in asked:
        people = (post.author_id, asked_by, last.get(post.pk))
        found[post.pk] = frozenset(pk for pk in people if pk) | keys.get(post.pk, set())
    return found


def votes_on(post_id: UUID, step: Step, seal: str, due_at: object) -> list[Decision]:
    """The approvals of this seal, for this hour, since somebody last objected to the post."""
    said = list(Decision.objects.filter(request__post_id=post_id).order_by("decided_at", "id"))
    objections = [number for number, one in enumerate(said) if one.verdict in OBJECTING]
    since = said[objections[-1] + 1 :] if objections else said
    return [
        one
        for one in since
        if one.seal == seal and one.verdict in APPROVING and step.fits(one.due_at, due_at)  # type: ignore[arg-type]
    ]


def names_of(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """How people are called, by id."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in={pk for pk in ids if pk})}


def guest_names_of(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """How guests are called, by id; no query where none is named."""
    wanted = {pk for pk in ids if pk}
    return {guest.pk: str(guest) for guest in Guest.objects.filter(pk__in=wanted)} if wanted else {}
