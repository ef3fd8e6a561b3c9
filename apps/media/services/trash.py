"""Out of the way, back again, and gone. A post that uses a file keeps it, wherever the library has put it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.events import services as events
from apps.media.models import Asset

KEPT_FOR: Final = timedelta(days=30)


@transaction.atomic
def put_in_trash(*, asset_ids: Iterable[UUID], actor: Actor) -> int:
    """Take files out of the library; they can be fetched back for 30 days. Posts that show them are not touched."""
    assets = list(Asset.objects.filter(pk__in=list(asset_ids), trashed_at=None))
    Asset.objects.filter(pk__in=[asset.pk for asset in assets]).update(trashed_at=clock.now())
    for asset in assets:
        audit.record("media.trashed", subject=asset, actor=actor)
        events.emit("media.trashed", subject=asset)
    return len(assets)


@transaction.atomic
def take_from_trash(*, asset_ids: Iterable[UUID], actor: Actor) -> int:
    """Put files back where they were."""
    assets = list(Asset.objects.filter(pk__in=list(asset_ids)).in_trash())
    Asset.objects.filter(pk__in=[asset.pk for asset in assets]).update(trashed_at=None)
    for asset in assets:
        audit.record("media.restored", subject=asset, actor=actor)
    return len(assets)
