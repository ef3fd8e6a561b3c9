"""What people say about a file, and its removal."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.events import services as events
from apps.media.errors import AssetInUse
from apps.media.models import Asset
from apps.media.services.releasing import names_of, release_after_commit
from apps.media.services.texts import MAX_ALT, plain_text


@transaction.atomic
def describe(*, asset_id: UUID, alt: str, actor: Actor) -> Asset:
    """Give the asset its alternative text, for people who cannot see it."""
    asset = Asset.objects.locked(asset_id)
    asset.alt = plain_text(alt, MAX_ALT)
    asset.save(update_fields=["alt"])
    audit.record("media.described", subject=asset, actor=actor)
    return asset


def remove(*, asset_id: UUID, actor: Actor) -> None:
    """Delete an asset that no post uses; raises AssetInUse otherwise."""
    try:
        with transaction.atomic():
            asset = Asset.objects.locked(asset_id)
            release_after_commit(names_of(asset))
            audit.record("media.deleted", subject=asset, actor=actor)
            events.emit("media.deleted", subject=asset)
            asset.delete()
    except ProtectedError as error:
        raise AssetInUse("A post uses this file. Take it out of the post first.") from error
