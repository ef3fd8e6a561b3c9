"""Organizations: the tenants themselves."""

from __future__ import annotations

import secrets

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import Actor
from apps.events import services as events
from apps.tenants.models import Membership, Organization, User
from apps.tenants.permissions import Role


def create_organization(*, name: str, timezone: str, owner: User, actor: Actor) -> Organization:
    """A new organization, with this person as its first owner."""
    organization = Organization(name=name, timezone=timezone)
    with tenancy.scope(organization_id=organization.pk), transaction.atomic():
        _save_with_free_slug(organization)
        membership = Membership.objects.create(organization=organization, user=owner, role=Role.OWNER)
        audit.record("organization.created", subject=organization, actor=actor)
        audit.record("member.joined", subject=membership, actor=actor, diff={"role": Role.OWNER})
        events.emit("organization.created", subject=organization, data={"name": name})
    return organization


@transaction.atomic
def update_organization(*, organization: Organization, name: str, timezone: str, actor: Actor) -> Organization:
    """Rename it, or change the zone that new workspaces start with; workspaces keep theirs."""
    before = {"name": organization.name, "timezone": organization.timezone}
    organization.name, organization.timezone = name, timezone
    organization.save(update_fields=["name", "timezone"])
    after = {"name": name, "timezone": timezone}
    diff = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    audit.record("organization.updated", subject=organization, actor=actor, diff=diff)
    events.emit("organization.updated", subject=organization, data={"changed": sorted(diff)})
    return organization


def _save_with_free_slug(organization: Organization) -> None:
    """Slugs are unique over all tenants, whom nobody here can see: so try, and add a few letters when it is taken."""
    wanted = slugify(organization.name)[:50] or "organization"
    for slug in (wanted, f"{wanted}-{secrets.token_hex(4)}"):
        organization.slug = slug
        try:
            with transaction.atomic():
                organization.save(force_insert=True)
        except IntegrityError:
            continue
        return
    raise IntegrityError("No free slug was found for the organization")
