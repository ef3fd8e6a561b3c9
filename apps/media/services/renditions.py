"""The verbs of renditions: ask for one, keep it needed, call it off. Making them is the media lane's (`rendering`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.core import clock, tenancy
from apps.media import waking
from apps.media.models import Asset, Rendition
from apps.media.recipes import Recipe
from apps.media.states import RenditionState

LONGEST_PURPOSE = 80
OVER = (RenditionState.FAILED, RenditionState.CANCELED)


@transaction.atomic
def request(*, asset: Asset, recipe: Recipe, purpose: str = "") -> Rendition:
    """The rendition of `asset` by `recipe`, which is being made unless it is there: the same one for all who ask.

    One that had failed, or was called off, is tried anew: so ask when something is wanted, not at every glance."""
    now = clock.now()
    rendition, is_new = Rendition.objects.get_or_create(
        asset=asset,
        key=recipe.key(asset.sha256),
        defaults={
            "organization_id": asset.organization_id,
            "workspace_id": asset.workspace_id,
            "recipe": recipe.to_json(),
            "purpose": purpose[:LONGEST_PURPOSE],
            "needed_at": now,
        },
    )
    if not is_new:
        rendition = _renewed(rendition, now)
    if rendition.state == RenditionState.QUEUED:
        waking.wake_makers_after_commit()
    return rendition


def _renewed(rendition: Rendition, now: datetime) -> Rendition:
    mine = Rendition.objects.filter(pk=rendition.pk)
    mine.update(needed_at=now)
    mine.filter(state__in=OVER).update(state=RenditionState.QUEUED, tries=0, percent=0, words="", lease_until=None)
    found: Rendition = mine.get()
    return found


def needed(rendition_ids: Iterable[UUID]) -> int:
    """Somebody still needs these: they are neither called off nor removed for now. The number of those there are."""
    renewed: int = Rendition.objects.filter(pk__in=list(rendition_ids)).update(needed_at=clock.now())
    return renewed


def cancel(*, rendition_ids: Iterable[UUID]) -> int:
    """Call off what is not finished of these; a conversion that runs is ended within seconds. The number of those."""
    return _call_off(Rendition.objects.filter(pk__in=list(rendition_ids)))


def cancel_unneeded(*, since: datetime) -> int:
    """Call off whatever is not finished and that nobody has asked for since then, of all tenants."""
    with tenancy.across_tenants("call off conversions that nobody needs"):
        return _call_off(Rendition.across_tenants.filter(needed_at__lt=since))


def _call_off(rows: object) -> int:
    changes = {"state": RenditionState.CANCELED, "lease_until": None, "updated_at": clock.now()}
    called_off: int = rows.unfinished().update(**changes)  # type: ignore[attr-defined]
    return called_off
