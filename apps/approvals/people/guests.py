"""From whom of the client's guests an answer is wanted now, and by which link each can be reached by mail.

Whoever cannot be reached is a member's to see to: who shared the post with them, else who submitted or wrote it, else
everybody who looks after the client.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.approvals.deciders import roles_in, votes_on
from apps.approvals.models import Request, ReviewedPost, ReviewLink, StepState
from apps.approvals.people.awaiting import Asked, asked
from apps.approvals.sharing import LinkState
from apps.core.actors import ActorKind
from apps.tenants.permissions import PERMISSIONS

SEES, LOOKS_AFTER = "approval.view", "workspace.edit"


@dataclass(frozen=True, slots=True)
class Unreached:
    """A guest who is awaited and has no mail address, or no link that is open (`state` says why); without a name:
    nobody holds a link. `members` are to see to it."""

    name: str
    members: frozenset[UUID]
    state: LinkState | None = None


@dataclass(frozen=True, slots=True)
class GuestsAsked:
    """An open step of the client's guests. `links` come with guest, workspace, organization and who made them."""

    request: Request
    row: StepState
    links: Sequence[ReviewLink] = ()
    unreached: Sequence[Unreached] = ()


def guests_asked(*, step_ids: Collection[UUID], now: datetime) -> list[GuestsAsked]:
    """Those of the steps that ask guests and wait for one, the earliest hour first."""
    return [_of_step(one, now) for one in asked(step_ids=step_ids) if one.row.step.guests]


def _of_step(one: Asked, now: datetime) -> GuestsAsked:
    own = ReviewedPost.objects.filter(post=one.request.post_id).values("link")
    rows = ReviewLink.objects.filter(pk__in=own, revoked_at=None).order_by("-id")
    held: dict[UUID, list[ReviewLink]] = {}
    for link in rows.select_related("guest", "workspace", "organization", "made_by"):
        held.setdefault(link.guest_id, []).append(link)
    if not held:
        return GuestsAsked(one.request, one.row, unreached=[Unreached("", _seeing_to_it(one.request, None))])
    reached, unreached = [], []
    for links in _awaited(one, held):
        if way := next((link for link in links if link.guest.email and link.state(now) is LinkState.OPEN), None):
            reached.append(way)
        else:
            unreached.append(_unreached(one.request, links, now))
    return GuestsAsked(one.request, one.row, reached, unreached)


def _awaited(one: Asked, held: dict[UUID, list[ReviewLink]]) -> Iterator[list[ReviewLink]]:
    votes = votes_on(one.request.post_id, one.row.step, one.row.seal, one.row.due_at)
    said = {vote.decider_id for vote in votes if vote.decider_kind == ActorKind.GUEST}
    return (links for guest_id, links in held.items() if guest_id not in said)


def _unreached(request: Request, links: Sequence[ReviewLink], now: datetime) -> Unreached:
    last = links[0]
    state = next((link.state(now) for link in links if link.state(now) is LinkState.OPEN), last.state(now))
    return Unreached(str(last.guest), _seeing_to_it(request, last.made_by_id), state)


def _seeing_to_it(request: Request, shared_by: UUID | None) -> frozenset[UUID]:
    """The first of these who still sees the client; everybody who looks after it where nobody of them does."""
    roles = {pk: PERMISSIONS[role] for pk, role in roles_in(request.workspace_id).items()}
    for pk in (shared_by, request.asked_by_id, request.post.author_id):
        if pk is not None and SEES in roles.get(pk, ()):
            return frozenset({pk})
    return frozenset(pk for pk, granted in roles.items() if LOOKS_AFTER in granted)
