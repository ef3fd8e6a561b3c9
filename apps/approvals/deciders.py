"""Who may decide: people by name or role, as members at that moment; guests and programs where a step says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from django.db.models import F, Q

from apps.approvals.models import Absence, Decision, Escalation, GroupMember, Guest, Request, ReviewedPost, StepState
from apps.approvals.states import APPROVING, OBJECTING, Deed, Verdict
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
    programs, are not among them unless the policy lets them. `barred` are members who could decide otherwise. Whoever
    approved with edits has written this version, and it is this which they approved: they are no such writers.

    `people` has those with a seat of their own and those who only stand in: `stands_for` has whose seats they fill. A
    seat counts once, whoever fills it, and nobody fills two."""

    step: Step
    people: frozenset[UUID]
    barred: frozenset[UUID] = frozenset()
    writers: frozenset[UUID] = frozenset()
    seated: frozenset[UUID] = frozenset()
    stands_for: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    # Of a step that asks guests: who holds a link to the post that was not withdrawn, and whose links all were.
    guests: frozenset[UUID] = frozenset()
    dismissed: frozenset[UUID] = frozenset()

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

    def is_passed_by(self, votes: Iterable[Decision]) -> bool:
        """Whether these approvals are enough. Nobody's approval is enough for no step, not even for one that all are to
        approve and that has nobody left."""
        voices = {(vote.decider_kind, vote.decider_id) for vote in votes}
        counting = {voice for voice in voices if self.seats(*voice)}
        members = {pk for kind, pk in counting if kind == ActorKind.USER and pk}
        if isinstance(self.step.needs, int):
            others = len(counting) - len(members)
            return others + self._voices(members) >= self.step.needs
        if self.step.needs is Quorum.ALL:
            kinds = {kind for kind, _ in counting}
            wanted = {ActorKind.GUEST} if self.step.guests else set()
            guests = {pk for kind, pk in counting if kind == ActorKind.GUEST}
            return bool(counting) and not self.awaited(members) and wanted <= kinds and self.guests <= guests
        return bool(counting)

    def spoken_for(self, decider: Decider, said: Collection[UUID]) -> frozenset[UUID]:
        """The people for whom this one decides as a stand-in, once these have said something. Whoever has a seat of
        their own speaks for themselves, except where all are to approve, for there one voice fills every seat that it
        may; and whoever has spoken is spoken for by nobody."""
        pk = decider.id
        if decider.kind != ActorKind.USER or pk is None or (pk in self.seated and self.step.needs is not Quorum.ALL):
            return frozenset()
        return self.stands_for.get(pk, frozenset()) - frozenset(said)

    def awaited(self, said: Collection[UUID]) -> frozenset[UUID]:
        """The seats that are still empty once these have said something."""
        filled = {seat for pk in said for seat in self._seats_of(pk)}
        return self.seated - filled

    def asked(self, said: Collection[UUID]) -> frozenset[UUID]:
        """The people from whom an answer is wanted: on empty seats, and who may fill them."""
        empty = self.awaited(said)
        return frozenset(pk for pk in self.people if pk not in said and (self._seats_of(pk) & empty))

    def _seats_of(self, pk: UUID) -> frozenset[UUID]:
        own = frozenset({pk}) if pk in self.seated else frozenset()
        return own | self.stands_for.get(pk, frozenset())

    def _voices(self, members: Collection[UUID]) -> int:
        """How many seats these fill when nobody fills two."""
        taken: dict[UUID, UUID] = {}

        def sits(pk: UUID, tried: set[UUID]) -> bool:
            for seat in sorted(self._seats_of(pk) - tried):
                tried.add(seat)
                if seat not in taken or sits(taken[seat], tried):
                    taken[seat] = pk
                    return True
            return False

        return sum(sits(pk, set()) for pk in sorted(members))


@dataclass(frozen=True, slots=True)
class Seating:
    """What seats people in a workspace, read once: roles, groups, who is away, and whom policies have brought in."""

    roles: Mapping[UUID, Role]
    groups: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    delegates: Mapping[UUID, UUID] = field(default_factory=dict)
    # By step: what rules did that seats people at it, in the order in which they did it.
    acted: Mapping[UUID, Sequence[Escalation]] = field(default_factory=dict)

    @classmethod
    def in_workspace(cls, workspace_id: UUID, rows: Collection[tuple[StepState, Sequence[Decision]]]) -> Self:
        """What `bench` needs for these steps, each with its approvals."""
        steps = [row.step for row, _ in rows]
        groups = {pk for step in steps for pk in step.groups}
        return cls(
            roles=roles_in(workspace_id),
            groups=people_of(groups, workspace_id) if groups else {},
            delegates=_delegates(clock.now()),
            acted=_acted(rounds_of(rows)) if any(step.escalations for step in steps) else {},
        )

    def able(self) -> frozenset[UUID]:
        """The members whose role decides."""
        return frozenset(pk for pk, role in self.roles.items() if DECIDES in PERMISSIONS[role])

    def named(self, step: Step) -> frozenset[UUID]:
        """Those of them whom the step names, by themselves, by role or by group."""
        grouped = frozenset().union(*(self.groups.get(pk, frozenset()) for pk in step.groups))
        asked = {pk for pk, role in self.roles.items() if pk in step.people or role in step.roles or pk in grouped}
        return self.able() & asked

    def bench(self, row: StepState, wrote: frozenset[UUID], votes: Sequence[Decision]) -> Bench:
        """Who may decide the step now: whom it names, with what its rules did, and with those who stand in. `votes` are
        its approvals so far."""
        able, named = self.able(), self.named(row.step)
        writers = wrote - {one.decider_id for one in with_edits(votes)}
        seated = named - writers
        stand_ins: dict[UUID, frozenset[UUID]] = {}
        for one in self.acted.get(row.pk, ()):
            brought = frozenset(map(UUID, one.people)) & able - writers
            seats = frozenset(map(UUID, one.seats))
            if one.deed == Deed.ADD:
                seated |= brought
            elif one.deed == Deed.HAND_OVER and brought:
                # Where nobody of them may decide any more, those who were asked before sit again.
                seated = seated - seats | brought
            elif one.deed == Deed.DELEGATE:
                stand_ins |= {pk: stand_ins.get(pk, frozenset()) | seats for pk in brought}
        for away, delegate in self.delegates.items():
            if delegate in able - writers:
                stand_ins[delegate] = stand_ins.get(delegate, frozenset()) | {away}
        stands_for = {pk: seats & seated - {pk} for pk, seats in stand_ins.items() if seats & seated - {pk}}
        return Bench(row.step, seated | stands_for.keys(), named & writers, writers, seated, stands_for)


def people_of(group_ids: Collection[UUID], workspace_id: UUID) -> dict[UUID, frozenset[UUID]]:
    """Who is in these groups, as far as they are of this client or of every client."""
    rows = GroupMember.objects.filter(group__in=group_ids)
    rows = rows.filter(Q(group__workspace=None) | Q(group__workspace=workspace_id))
    found: dict[UUID, frozenset[UUID]] = {}
    for group_id, user_id in rows.values_list("group_id", "user_id"):
        found[group_id] = found.get(group_id, frozenset()) | {user_id}
    return found


def _delegates(now: datetime) -> dict[UUID, UUID]:
    """Who stands in for whom in the organization at this moment; the absence that began last says it."""
    rows = Absence.objects.filter(begins_at__lte=now, ends_at__gt=now).exclude(delegate=None).order_by("begins_at")
    return dict(rows.values_list("user_id", "delegate_id"))


def _acted(rounds: Mapping[UUID, Collection[UUID]]) -> dict[UUID, list[Escalation]]:
    own: dict[UUID, list[Escalation]] = {}
    for one in Escalation.objects.filter(step__in={pk for each in rounds.values() for pk in each}):
        own.setdefault(one.step_id, []).append(one)
    found = {pk: [one for step_id in each for one in own.get(step_id, ())] for pk, each in rounds.items()}
    return {pk: sorted(acts, key=lambda one: (one.acted_at, one.pk)) for pk, acts in found.items()}


def roles_in(workspace_id: UUID) -> dict[UUID, Role]:
    """The role of every active member in a workspace of the organization in context; two queries."""
    whole = Membership.objects.exclude(role="").filter(user__is_active=True).values_list("user_id", "role")
    own = WorkspaceAccess.objects.alive(clock.now()).filter(workspace_id=workspace_id, membership__user__is_active=True)
    found = {user_id: Role(role) for user_id, role in own.values_list("membership__user_id", "role")}
    return found | {user_id: Role(role) for user_id, role in whole}


def bench(row: StepState, *, writers: Collection[UUID], allows_self_approval: bool, votes: Sequence[Decision]) -> Bench:
    """Who may decide the step of a request now; `votes` are its approvals so far."""
    barred = frozenset() if allows_self_approval else frozenset(writers)
    return Seating.in_workspace(row.workspace_id, [(row, votes)]).bench(row, barred, votes)


def with_edits(votes: Iterable[Decision]) -> list[Decision]:
    return [one for one in votes if one.verdict == Verdict.APPROVE_WITH_EDITS]


def rounds_of(rows: Collection[tuple[StepState, Sequence[Decision]]]) -> dict[UUID, set[UUID]]:
    """By step, the rows whose rules have seated people at it. Where an approval with edits made this version, whoever
    was asked when it was given keeps their seat, however many have edited one after the other."""
    past = Past.before([one for _, votes in rows for one in with_edits(votes)])
    return {row.pk: {row.pk} | past.rounds(votes) for row, votes in rows}


@dataclass(frozen=True, slots=True)
class Past:
    """What had been decided about a post before each approval with edits, by its id; and the steps that these were
    given at."""

    said: Mapping[UUID, Sequence[Decision]] = field(default_factory=dict)
    steps: Mapping[UUID, StepState] = field(default_factory=dict)

    @classmethod
    def before(cls, edits: Collection[Decision]) -> Self:
        """Three queries; where nobody has edited none."""
        if not edits:
            return cls()
        requests = Request.objects.filter(pk__in={one.request_id for one in edits})
        stories = decisions_on(list(requests.values_list("post_id", flat=True))).values()
        said = {one.pk: story[:number] for story in stories for number, one in enumerate(story)}
        given_at = {one.step_id for story in stories for one in with_edits(story)}
        return cls(said, StepState.objects.in_bulk(given_at))

    def rounds(self, votes: Iterable[Decision]) -> set[UUID]:
        """The steps at which these were given, and those at which what had counted there was given."""
        found: dict[UUID, UUID] = {}  # by approval
        left = with_edits(votes)
        while left:
            vote = left.pop()
            if vote.pk not in found:
                step = self.steps[vote.step_id]
                found[vote.pk] = step.pk
                left += with_edits(votes_among(self.said[vote.pk], step.step, step.seal, step.due_at))
        return set(found.values())


def with_guests(seats: Bench, post_id: UUID) -> Bench:
    """The same, with the guests who hold a link to the post; where the step asks none, without a query."""
    if not seats.step.guests:
        return seats
    return with_these_guests(seats, guests_of_each([post_id]).get(post_id, {}))


def with_these_guests(seats: Bench, guests: Mapping[UUID, bool]) -> Bench:
    """The same with guests who were read before: each with whether a link of theirs was not withdrawn."""
    open_to = frozenset(guest_id for guest_id, is_open in guests.items() if is_open)
    return replace(seats, guests=open_to, dismissed=frozenset(guests) - open_to)


def guests_of_each(post_ids: Collection[UUID]) -> dict[UUID, dict[UUID, bool]]:
    """Who was given a link to each of the posts, and whether one of them was not withdrawn; in one query."""
    rows = ReviewedPost.objects.filter(post_id__in=post_ids)
    found: dict[UUID, dict[UUID, bool]] = {}
    for post_id, guest_id, revoked_at in rows.values_list("post_id", "link__guest_id", "link__revoked_at"):
        guests = found.setdefault(post_id, {})
        guests[guest_id] = guests.get(guest_id, False) or revoked_at is None
    return found


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
    return votes_among(decisions_on([post_id]).get(post_id, []), step, seal, due_at)


def decisions_on(post_ids: Collection[UUID]) -> dict[UUID, list[Decision]]:
    """Everything that was decided about each of the posts, the first first; in one query."""
    rows = Decision.objects.filter(request__post_id__in=post_ids).annotate(post_id=F("request__post_id"))
    found: dict[UUID, list[Decision]] = {}
    for one in rows.order_by("decided_at", "id"):
        found.setdefault(one.post_id, []).append(one)
    return found


def votes_among(said: Sequence[Decision], step: Step, seal: str, due_at: object) -> list[Decision]:
    """Of everything that was decided about a post, the approvals that count as `votes_on` has it."""
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
