"""The public status page of an organization: on or off, and its address."""

from __future__ import annotations

import secrets
from typing import Final

from django.db import transaction

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import Actor
from apps.watch.models import StatusPage

# Without letters and figures that are taken for each other; 14 of them are 69 bits.
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH: Final = 14


def status_page_of() -> StatusPage:
    """That of the organization in context; one that is off and not stored where none was ever switched on."""
    own = tenancy.required_organization()
    found: StatusPage | None = StatusPage.objects.first()
    return found or StatusPage(organization_id=own, slug=_new_slug())


@transaction.atomic
def switch_status_page(*, is_on: bool, actor: Actor) -> StatusPage:
    """Show it to the world, or take it away; its address stays, so that one that was given out is good again."""
    page = status_page_of()
    page.is_on = is_on
    page.save()
    audit.record("status_page.switched", subject=page, actor=actor, diff={"is_on": is_on})
    return page


@transaction.atomic
def give_new_address(*, actor: Actor) -> StatusPage:
    """Whoever knows the old address finds nothing from now on."""
    page = status_page_of()
    page.slug = _new_slug()
    page.save()
    audit.record("status_page.moved", subject=page, actor=actor)
    return page


def _new_slug() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
