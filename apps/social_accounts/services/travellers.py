"""Who may be on a journey to a consent page: a member, or somebody who came by a portal link."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.core import clock, tenancy
from apps.core.actors import Actor, ActorKind
from apps.social_accounts.errors import ConnectionRefused, Reason
from apps.social_accounts.models import PortalLink
from apps.tenants.members import Member
from apps.tenants.models import Organization

CLOSED = "This link was used, withdrawn, or its time is up."


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a portal link. They see the one workspace, and may do nothing but connect accounts to it."""

    link: PortalLink
    organization: Organization
    address: str = ""

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.GUEST, self.link.pk, address=self.address)

    def scope(self) -> AbstractContextManager[tenancy.Tenant]:
        return tenancy.scope(organization_id=self.link.organization_id, workspace_ids=[self.link.workspace_id])

    def require(self, permission: str, workspace_id: UUID | None = None) -> None:
        """Raise ConnectionRefused unless the link is open at this moment."""
        link: PortalLink | None = PortalLink.objects.filter(pk=self.link.pk).first()
        is_meant = permission == "account.connect" and workspace_id == self.link.workspace_id
        if link is None or not is_meant or not link.is_open(clock.now()):
            raise ConnectionRefused(CLOSED, reason=Reason.CLOSED)


Traveller = Member | Visitor


def whose(traveller: Traveller) -> dict[str, Any]:
    """The columns by which a journey belongs to somebody."""
    if isinstance(traveller, Visitor):
        return {"user_id": None, "link_id": traveller.link.pk}
    return {"user_id": traveller.user.pk, "link_id": None}
