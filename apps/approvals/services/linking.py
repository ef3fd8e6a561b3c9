"""Review links: made and withdrawn by members and programs, opened by the client's guests.

A token is told once, to whoever makes the link; a mail of ours carries another one, made when it is written. Opening a
page changes nothing; only what a guest sends does, and then the link is held, so that a decision and a withdrawal of
the link take turns.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from apps.approvals.deciders import Decider
from apps.approvals.link_errors import ExpiryOutOfReach, LinkOver, NobodyInvited, NothingToReview, PasscodeTooShort
from apps.approvals.models import Comment, Guest, Letter, MailedToken, Request, ReviewedPost, ReviewLink
from apps.approvals.reviews import posts_for_guests
from apps.approvals.services.following import follow_all
from apps.approvals.sharing import MOST_TRIES, Kind, LinkState
from apps.approvals.states import RequestState
from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor, ActorKind
from apps.core.secrets import Secret
from apps.events import services as events
from apps.tenants.callers import Seat
from apps.tenants.models import Organization, Workspace

LONGEST_LIFE: Final = timedelta(days=180)
SHORTEST_PASSCODE: Final = 4


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who is to get a link; whoever has been invited by this address before is the same guest."""

    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A guest with a link. They see the one workspace, and of it the link's posts."""

    link: ReviewLink
    guest: Guest
    organization: Organization
    workspace: Workspace
    address: str = ""

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.GUEST, self.guest.pk, address=self.address)

    @property
    def decider(self) -> Decider:
        return Decider.of(self.actor)

    def scope(self) -> AbstractContextManager[tenancy.Tenant]:
        return tenancy.scope(organization_id=self.link.organization_id, workspace_ids=[self.link.workspace_id])


@transaction.atomic
def make_links(
    *,
    seat: Seat,
    workspace_id: UUID,
    post_ids: Collection[UUID],
    guests: Sequence[Invited],
    expires_at: datetime,
    month: str = "",
    title: str = "",
    passcode: str = "",
    language: str = "",
) -> list[tuple[ReviewLink, Secret]]:
    """A link for each guest, with its token, which is told this once. Of the posts it is for those that wait for the
    client, or will once others have approved them. Raises NothingToReview, NobodyInvited, PasscodeTooShort,
    ExpiryOutOfReach."""
    tidy = [Invited(" ".join(one.name.split())[:120], one.email.strip().casefold()) for one in guests]
    invited = list({one.email or one.name: one for one in tidy if one.name}.values())
    if not invited:
        raise NobodyInvited
    if not clock.now() < expires_at <= clock.now() + LONGEST_LIFE:
        raise ExpiryOutOfReach
    if passcode and len(passcode) < SHORTEST_PASSCODE:
        raise PasscodeTooShort
    posts = posts_for_guests(workspace_id, post_ids)
    if not posts:
        raise NothingToReview
    kind = Kind.MONTH if month else Kind.POST if len(posts) == 1 else Kind.SELECTION
    shared = {
        "kind": kind, "month": month, "title": title.strip()[:120], "language": language, "expires_at": expires_at,
        "made_by": seat.user, "passcode_hash": make_password(passcode) if passcode else "",
    }  # fmt: skip
    # Held in one order, so that two who invite the same people do not wait for each other.
    people = {one: _held_guest(workspace_id, one) for one in sorted(invited, key=lambda one: (one.email, one.name))}
    return [_made(people[one], posts, seat.actor, shared) for one in invited]


@transaction.atomic
def revoke_link(*, link_id: UUID, actor: Actor) -> ReviewLink:
    """Close the link at once; safe to repeat. What was said by it stays in steps that are passed and counts no more in
    those that are open; where all were to approve, those who are left may have done so."""
    link: ReviewLink = ReviewLink.objects.locked(link_id)
    if link.revoked_at is not None:
        return link
    link.revoked_at = clock.now()
    link.save(update_fields=["revoked_at"])
    posts = ReviewedPost.objects.filter(link=link).values("post_id")
    pending = Request.objects.filter(post_id__in=posts, state=RequestState.PENDING)
    follow_all(post_ids=list(pending.values_list("post_id", flat=True)))
    audit.record("review_link.revoked", subject=link, actor=actor)
    events.emit("approval.link_revoked", subject=link, data={"guest_id": link.guest_id})
    return link


@transaction.atomic
def forget_guest(*, guest_id: UUID, actor: Actor) -> Guest:
    """Forget the name and the address, and withdraw every link. What was decided and said stays, as that of a guest who
    was forgotten; safe to repeat."""
    guest: Guest = Guest.objects.locked(guest_id)
    if guest.forgotten_at is not None:
        return guest
    for link in ReviewLink.objects.filter(guest=guest, revoked_at=None).order_by("id"):
        revoke_link(link_id=link.pk, actor=actor)
    guest.name, guest.email, guest.forgotten_at = "", "", clock.now()
    guest.save(update_fields=["name", "email", "forgotten_at"])
    Comment.objects.filter(author_kind=ActorKind.GUEST, author_id=guest.pk).update(author_name="")
    audit.record("guest.forgotten", subject=guest, actor=actor)
    return guest


def address_of(token: Secret) -> str:
    """Where the holder of this token begins."""
    return settings.PUBLIC_URL + reverse("review:home", args=[token.reveal()])


def mailed_address(link: ReviewLink, letter: Letter) -> str:
    """Another address of the link, for this one mail: nobody can make it again from what is kept."""
    token = secrets.token_urlsafe(32)
    own = {"organization_id": link.organization_id, "workspace_id": link.workspace_id}
    MailedToken.objects.create(**own, link=link, letter=letter, token_hash=_hash(token))
    return address_of(Secret(token))


def links_of_tokens(tokens: Sequence[str]) -> list[tuple[ReviewLink, Secret]]:
    """The links that these tokens open, of those in view, with each token beside its link and in their order."""
    rows = ReviewLink.objects.select_related("guest", "organization", "workspace")
    found = {row.token_hash: row for row in rows.filter(token_hash__in=[_hash(token) for token in tokens])}
    return [(found[key], Secret(token)) for token in tokens if (key := _hash(token)) in found]


def reviewer_of(token: str, *, address: str = "") -> Reviewer | None:
    """Who holds this token; None where no link has it. The link may be over: ask its `state`."""
    with tenancy.across_tenants("find the review link that an address names"):
        rows = ReviewLink.across_tenants.filter(workspace__archived_at=None)
        rows = rows.select_related("guest", "organization", "workspace")
        link: ReviewLink | None = rows.filter(token_hash=_hash(token)).first()
        if link is None:
            mailed = MailedToken.across_tenants.filter(token_hash=_hash(token))
            link = rows.filter(pk__in=mailed.values("link")).first()
    return Reviewer(link, link.guest, link.organization, link.workspace, address) if link else None


def knows_passcode(reviewer: Reviewer, passcode: str) -> bool:
    """Whether this is the link's passcode. Each try is counted before it is looked at, so that many at once are no more
    than that many; a right one begins the count anew. Raises LinkOver once there were too many."""
    with reviewer.scope(), transaction.atomic():
        mine = ReviewLink.objects.filter(pk=reviewer.link.pk)
        if not mine.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
            raise LinkOver(LinkState.LOCKED)
    if not check_password(passcode, reviewer.link.passcode_hash):
        return False
    with reviewer.scope():
        ReviewLink.objects.filter(pk=reviewer.link.pk).update(tries=0)
    return True


def hold_open(reviewer: Reviewer) -> ReviewLink:
    """The link, held for the rest of the transaction; raises LinkOver."""
    link: ReviewLink = ReviewLink.objects.locked(reviewer.link.pk)
    if (state := link.state(clock.now())) is not LinkState.OPEN:
        raise LinkOver(state)
    return link


def _made(guest: Guest, posts: Sequence[UUID], actor: Actor, shared: dict[str, object]) -> tuple[ReviewLink, Secret]:
    token = secrets.token_urlsafe(32)
    link = ReviewLink(workspace_id=guest.workspace_id, guest=guest, token_hash=_hash(token), **shared)
    link.save()
    own = {"organization_id": link.organization_id, "workspace_id": link.workspace_id, "link": link}
    ReviewedPost.objects.bulk_create([ReviewedPost(**own, post_id=post_id) for post_id in posts])
    said = {"kind": link.kind, "posts": len(posts), "guest_id": guest.pk}
    audit.record("review_link.made", subject=link, actor=actor, diff=said)
    events.emit("approval.link_made", subject=link, data=said)
    return link, Secret(token)


def _held_guest(workspace_id: UUID, one: Invited) -> Guest:
    """Whoever has this address; without one, whoever was invited by this name without an address. Nobody forgets them
    before they have their link."""
    known = Guest.objects.filter(workspace_id=workspace_id, forgotten_at=None).select_for_update()
    same = {"email": one.email} if one.email else {"email": "", "name": one.name}
    found: Guest | None = known.filter(**same).first()
    if found is not None:
        return found
    made = Guest(workspace_id=workspace_id, name=one.name, email=one.email)
    made.save()
    return made


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
