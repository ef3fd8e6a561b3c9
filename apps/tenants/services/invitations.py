"""Invitations: a mail with a link that lets its reader in, once, within seven days.

The link's token is random. It is kept sealed until the mail is out and as a hash after that. The mail itself is written
by a consumer of `member.invited` (`apps.tenants.mail`), so that no transaction waits for a mail server.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.core.secrets import Secret
from apps.events import services as events
from apps.tenants import limits, selectors
from apps.tenants.callers import Seat
from apps.tenants.errors import AlreadyMember, InvitationClosed, MeantForSomebodyElse, NoWorkspaceChosen
from apps.tenants.models import Invitation, Membership, User
from apps.tenants.permissions import Role
from apps.tenants.services.members import give_role, record_join, refuse_owners_business

LIFETIME: Final = timedelta(days=7)


@transaction.atomic
def invite(*, email: str, role: Role, workspace_ids: Iterable[UUID] = (), by: Seat) -> Invitation:
    """Invite somebody by mail; an earlier open invitation of the same address is replaced. NoRoomInPlan where no seat
    is left: whoever is invited has one."""
    email = email.lower()
    refuse_owners_business(role, None, by=by)
    chosen = [] if role.whole_organization else sorted({str(workspace_id) for workspace_id in workspace_ids})
    if not chosen and not role.whole_organization:
        raise NoWorkspaceChosen
    if Membership.objects.filter(user__email=email).exists():
        raise AlreadyMember(email)
    Invitation.objects.open(clock.now()).filter(email=email).update(revoked_at=clock.now())
    limits.require(limits.SEATS, used=selectors.seats_in_use)
    invitation = Invitation(
        organization_id=by.organization.pk, email=email, role=role, workspace_ids=chosen, invited_by=by.user
    )
    _give_token(invitation)
    _announce(invitation, by=by)
    return invitation


@transaction.atomic
def send_again(*, invitation: Invitation, by: Seat) -> Invitation:
    """Send a new link that works for another seven days; the old one stops working."""
    invitation = _open_and_locked(invitation)
    refuse_owners_business(Role(invitation.role), None, by=by)
    _give_token(invitation)
    _announce(invitation, by=by)
    return invitation


@transaction.atomic
def revoke(*, invitation: Invitation, by: Seat) -> None:
    """Withdraw an invitation that nobody has accepted yet."""
    invitation = _open_and_locked(invitation)
    refuse_owners_business(Role(invitation.role), None, by=by)
    invitation.revoked_at = clock.now()
    invitation.unsent_token = Secret("")
    invitation.save(update_fields=["revoked_at", "unsent_token"])
    audit.record("invitation.revoked", subject=invitation, actor=by.actor)
    events.emit("invitation.revoked", subject=invitation)


def find(token: str) -> Invitation:
    """The open invitation of this token, with its organization and inviter; InvitationClosed says why not."""
    with tenancy.across_tenants("read the invitation that a mailed token names"):
        known = Invitation.across_tenants.select_related("organization", "invited_by")
        invitation: Invitation | None = known.filter(token_hash=_hash(token)).first()
    if invitation is None:
        raise InvitationClosed("This link is not complete, or a newer one has replaced it.")
    if invitation.accepted_at:
        raise InvitationClosed("This invitation was used already.")
    if invitation.revoked_at:
        raise InvitationClosed("This invitation was withdrawn.")
    if invitation.expires_at <= clock.now():
        raise InvitationClosed("This invitation has expired.")
    return invitation


def accept(*, token: str, user: User, actor: Actor) -> Membership:
    """Make a signed-in person a member, if the invited address is one they have verified."""
    invitation = find(token)
    owns_address = EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists()
    if not owns_address:
        raise MeantForSomebodyElse(invitation.email)
    with tenancy.scope(organization_id=invitation.organization_id), transaction.atomic():
        return _let_in(invitation, user, actor=actor)


def join(*, token: str, name: str, password: str, address: str = "", request_id: str = "") -> Membership:
    """Make an account for a person who has none, and let them in; holding the token has verified their address."""
    invitation = find(token)
    with tenancy.scope(organization_id=invitation.organization_id), transaction.atomic():
        if has_account(invitation.email):
            raise MeantForSomebodyElse(invitation.email)
        user = User.objects.create_user(invitation.email, password, name=name)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        return _let_in(invitation, user, actor=Actor.user(user.pk, request_id=request_id, address=address))


def has_account(email: str) -> bool:
    return (
        User.objects.filter(email=email.lower()).exists() or EmailAddress.objects.filter(email__iexact=email).exists()
    )


def _let_in(invitation: Invitation, user: User, *, actor: Actor) -> Membership:
    invitation = _open_and_locked(invitation)
    if Membership.objects.filter(user=user).exists():
        raise AlreadyMember(user.email)
    invitation.accepted_at = clock.now()
    invitation.unsent_token = Secret("")
    invitation.save(update_fields=["accepted_at", "unsent_token"])
    membership: Membership = Membership.objects.create(organization_id=invitation.organization_id, user=user)
    role = Role(invitation.role)
    give_role(membership, role, [UUID(workspace_id) for workspace_id in invitation.workspace_ids])
    record_join(membership, role, actor=actor)
    return membership


def _open_and_locked(invitation: Invitation) -> Invitation:
    locked: Invitation = Invitation.objects.locked(invitation.pk)
    if not Invitation.objects.open(clock.now()).filter(pk=locked.pk).exists():
        raise InvitationClosed("This invitation was used or withdrawn, or it has expired.")
    return locked


def _give_token(invitation: Invitation) -> None:
    token = secrets.token_urlsafe(32)
    invitation.token_hash = _hash(token)
    invitation.unsent_token = Secret(token)
    invitation.sent_at = None
    invitation.expires_at = clock.now() + LIFETIME
    invitation.save()


def _announce(invitation: Invitation, *, by: Seat) -> None:
    diff = {"role": invitation.role, "workspaces": invitation.workspace_ids}
    audit.record("member.invited", subject=invitation, actor=by.actor, diff=diff)
    events.emit("member.invited", subject=invitation, data=diff)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
