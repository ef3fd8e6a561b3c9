"""What is taken away by itself: abandoned uploads, old trash, files made for nobody, and files that no row names.

Each run does a bounded amount of each and leaves the rest to the next. A row goes by a statement that looks once more
whether it may; a file goes after its row, and only if no other row names it.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import ProtectedError, Q

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events import services as events
from apps.media import storage
from apps.media.models import Asset, Rendition, Upload
from apps.media.services import releasing, uploads
from apps.media.states import UPLOAD_OPEN, RenditionState, UploadState

logger = logging.getLogger(__name__)

BATCH: Final = 200
LOOKED_AT: Final = 5000  # files of the storage in one run
ORPHAN_AGE: Final = timedelta(days=1)
ENDED_KEPT: Final = timedelta(days=30)
PLACE: Final = "media.clean_up:{}"  # where the walk through the storage stands
WALKED: Final = ("assets", uploads.INCOMING)


def clean_up(*, now: datetime) -> dict[str, int]:
    """Everything once; how many of each went. What one kind of work stumbles over does not keep the others."""
    work: dict[str, Callable[[], int]] = {
        "uploads": lambda: expire_uploads(now=now),
        "leftovers": lambda: forget_leftovers(now=now),
        "trash": lambda: empty_trash(now=now),
        "renditions": lambda: forget_renditions(now=now),
        "orphans": lambda: remove_orphans(now=now),
        "temporary": lambda: remove_temporary(older_than=ORPHAN_AGE),
    }
    return {name: _attempt(name, one) for name, one in work.items()}


def _attempt(name: str, work: Callable[[], int]) -> int:
    try:
        return work()
    except Exception:  # A bucket that is away, a disk that cannot be read.
        logger.exception("The clean-up of %s failed", name)
        return 0


def expire_uploads(*, now: datetime) -> int:
    """End uploads whose time is over and that nobody works on; their bytes and their room are free again."""
    with tenancy.across_tenants("end abandoned uploads"):
        over = Upload.across_tenants.filter(expires_at__lte=now, state__in=UPLOAD_OPEN).filter(_idle(now))
        ended = [upload for upload in over.order_by("expires_at")[:BATCH] if _expire(upload)]
    for upload in ended:
        uploads.forget_bytes(upload)
    return len(ended)


def _expire(upload: Upload) -> bool:
    """Unless somebody has moved it since it was read."""
    still = Upload.across_tenants.filter(pk=upload.pk, fence=upload.fence, state=upload.state)
    return bool(still.update(state=UploadState.EXPIRED, fence=upload.fence + 1))


def forget_leftovers(*, now: datetime) -> int:
    """Bytes of ended uploads that could not be removed at once, and rows of those that ended long ago."""
    with tenancy.across_tenants("forget uploads that have ended"):
        ended = Upload.across_tenants.exclude(state__in=UPLOAD_OPEN)
        left = list(ended.exclude(storage_name="").order_by("id")[:BATCH])
        old = ended.filter(storage_name="", updated_at__lt=now - ENDED_KEPT).order_by("id")[:BATCH]
        Upload.across_tenants.filter(pk__in=[row.pk for row in old]).delete()
    for upload in left:
        uploads.forget_bytes(upload)
    return len(left)


def empty_trash(*, now: datetime) -> int:
    """Delete what has lain in the trash for MEDIA_TRASH_KEPT, except what a post uses."""
    with tenancy.across_tenants("empty the trash"):
        old = Asset.across_tenants.filter(trashed_at__lt=now - settings.MEDIA_TRASH_KEPT)
        rows = list(old.order_by("trashed_at").values_list("pk", "organization_id", "workspace_id")[:BATCH])
    return sum(_delete_trashed(*row, now=now) for row in rows)


def _delete_trashed(pk: Any, organization_id: Any, workspace_id: Any, *, now: datetime) -> bool:
    try:
        with tenancy.scope(organization_id=organization_id, workspace_ids=[workspace_id]), transaction.atomic():
            old = Asset.objects.filter(pk=pk, trashed_at__lt=now - settings.MEDIA_TRASH_KEPT)
            asset = old.select_for_update().first()
            if asset is None:
                return False  # Somebody took it out meanwhile.
            releasing.release_after_commit(releasing.names_of(asset))
            audit.record("media.deleted", subject=asset, actor=SYSTEM)
            events.emit("media.deleted", subject=asset)
            asset.delete()
    except ProtectedError:
        return False
    return True


def forget_renditions(*, now: datetime) -> int:
    """Remove what was made and nobody has needed for MEDIA_RENDITIONS_KEPT; it is made again when asked for."""
    before = now - settings.MEDIA_RENDITIONS_KEPT
    idle = Q(needed_at__lt=before) & ~Q(state=RenditionState.MAKING)
    gone = []
    with tenancy.across_tenants("forget files that were made and are not needed"):
        for row in Rendition.across_tenants.filter(idle).order_by("needed_at")[:BATCH]:
            if Rendition.across_tenants.filter(idle, pk=row.pk).delete()[0]:
                gone.append(row.file.name or "")
    for name in gone:
        releasing.release(name)
    return len(gone)


def remove_orphans(*, now: datetime) -> int:
    """Walk on through the storage, and remove files older than a day that no row names."""
    return sum(_walk_on(prefix, now=now) for prefix in WALKED)


def _walk_on(prefix: str, *, now: datetime) -> int:
    began = cache.get(PLACE.format(prefix), "")
    seen = list(islice(storage.listing(prefix, after=began), LOOKED_AT))
    # Begin again from the front after the last one.
    cache.set(PLACE.format(prefix), seen[-1][0] if len(seen) == LOOKED_AT else "", timeout=None)
    old = [name for name, changed_at in seen if changed_at < now - ORPHAN_AGE]
    orphans = [name for start in range(0, len(old), BATCH) for name in _unnamed(prefix, old[start : start + BATCH])]
    for name in orphans:
        storage.delete(name)
        storage.remove_empty_folders(name.rpartition("/")[0])
    if orphans:
        logger.warning("%d files that no row names were removed below %s", len(orphans), prefix)
    return len(orphans)


def _unnamed(prefix: str, names: list[str]) -> Iterable[str]:
    known = releasing.named(names) if prefix != uploads.INCOMING else _of_open_uploads(names)
    return [name for name in names if name not in known]


def _of_open_uploads(names: list[str]) -> set[str]:
    """Those that belong to an upload: an object by its own name, a piece on the disk by that of its folder."""
    places = {name: {name, name.rpartition("/")[0]} for name in names}
    with tenancy.across_tenants("does a file on its way in belong to an upload?"):
        wanted = set().union(*places.values()) if places else set()
        rows = Upload.across_tenants.filter(storage_name__in=wanted)
        known = set(rows.values_list("storage_name", flat=True))
    return {name for name, either in places.items() if either & known}


def remove_temporary(*, older_than: timedelta) -> int:
    """Folders that a killed worker left on this machine. The disk's own clock tells their age."""
    top, before = Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()), time.time() - older_than.total_seconds()
    old = [entry for entry in top.glob(f"{storage.WORKSHOP}*") if entry.is_dir() and entry.stat().st_mtime < before]
    for entry in old[:BATCH]:
        shutil.rmtree(entry, ignore_errors=True)
    return len(old[:BATCH])


def _idle(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=now)
