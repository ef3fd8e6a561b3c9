"""A stored file goes when no row names it any more.

Files may be shared: an asset that was taken from the shelf names the file of the shelf item. Two rules make that safe.
Whoever shares a file holds the row that it takes the name from (`locked`) until the new row is committed; and `release`
is called after the row that named the file is gone. So a name that no row has is never taken up again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction

from apps.core import tenancy
from apps.media import storage
from apps.media.models import Asset, CaptionTrack, Rendition, ShelfItem

logger = logging.getLogger(__name__)

# Every column that names a stored file.
COLUMNS: Final[tuple[tuple[Any, str], ...]] = (
    (Asset, "file"),
    (Asset, "thumbnail"),
    (ShelfItem, "file"),
    (ShelfItem, "thumbnail"),
    (Rendition, "file"),
    (CaptionTrack, "file"),
)


def release(name: str) -> bool:
    """Remove a file unless a row still names it; whether it is gone. Call it after the row's own end is committed."""
    if not name or named([name]):
        return False
    try:
        storage.delete(name)
    except Exception as error:  # The bucket may be away; the clean-up finds what is left.
        logger.warning("%s stays for the clean-up: %s", name, type(error).__name__)
        return False
    return True


def release_after_commit(names: Iterable[str]) -> None:
    """Once this transaction is through, remove those of the files that no row names any more."""
    for name in set(filter(None, names)):
        transaction.on_commit(lambda name=name: release(name), robust=True)  # type: ignore[misc]


def named(names: Iterable[str]) -> set[str]:
    """Those of the names that a row of any tenant has."""
    wanted, found = list(names), set()
    with tenancy.across_tenants("is a stored file still named by a row?"):
        for model, column in COLUMNS:
            rows = model.across_tenants.filter(**{f"{column}__in": wanted})
            found.update(rows.values_list(column, flat=True))
    return found


def names_of(asset: Asset) -> set[str]:
    """Every stored file that goes with an asset."""
    made = Rendition.objects.filter(asset=asset).values_list("file", flat=True)
    spoken = CaptionTrack.objects.filter(asset=asset).values_list("file", flat=True)
    return {str(name) for name in (asset.file.name, asset.thumbnail.name, *made, *spoken) if name}
