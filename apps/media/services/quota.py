"""How much a workspace may store, and how much it does.

What counts is what lies in the storage for it: files, what was made of them, captions, and uploads that are still open
at the size that they declared. A file taken from the organization's shelf is counted there, once, and not here.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Sum

from apps.core import tenancy
from apps.media.errors import NoRoom
from apps.media.models import Asset, CaptionTrack, Rendition, ShelfItem, Upload
from apps.media.states import UPLOAD_OPEN
from apps.tenants.models import Organization
from apps.usage import selectors as usage
from apps.usage.meters import Limit

_UNITS: Final = ((1000**3, "GB"), (1000**2, "MB"), (1000, "kB"))


def used(workspace_id: UUID, *, without: UUID | None = None) -> int:
    """Bytes that are stored or reserved in the workspace; `without` leaves one upload out."""
    here = {"workspace_id": workspace_id}
    shared = ShelfItem.objects.values("file")
    uploads = Upload.objects.filter(**here, state__in=UPLOAD_OPEN).exclude(pk=without)
    return (
        _sum(Asset.objects.filter(**here).exclude(file__in=shared), "size")
        + _sum(Rendition.objects.filter(**here).exclude(file=""), "size")
        + _sum(CaptionTrack.objects.filter(**here), "size")
        + _sum(uploads, "declared_size")
    )


def used_by_shelf() -> int:
    """Bytes on the shelf of the organization in context."""
    return _sum(ShelfItem.objects.all(), "size")


def limit() -> int:
    """Bytes that each workspace of the organization in context may store: its plan's, its own, or the deployment's."""
    if (of_plan := usage.limit_of(Limit.STORAGE)) is not None:
        return of_plan
    own = Organization.objects.filter(pk=tenancy.required_organization()).values_list("max_storage_bytes", flat=True)
    return next(iter(own), None) or settings.MEDIA_WORKSPACE_BYTES


def reserve(workspace_id: UUID, size: int, *, without: UUID | None = None) -> None:
    """Make sure that `size` more bytes fit, or raise NoRoom.

    Call it in the transaction that writes down what takes the room: whoever asks next waits until that has ended, so
    that two at once cannot both have the last bytes.
    """
    _take_turns(workspace_id)
    require_room(workspace_id, size, without=without)


def require_room(workspace_id: UUID, size: int, *, without: UUID | None = None) -> None:
    """Raise NoRoom unless `size` more bytes fit at this moment."""
    allowed = limit()
    left = max(0, allowed - used(workspace_id, without=without))
    if size > left:
        raise NoRoom(
            f"This needs {in_words(size)} and {in_words(left)} are left of {in_words(allowed)}. "
            "Delete files, or ask whoever runs your Postroom for more room."
        )


def in_words(size: int) -> str:
    """As people say it: 1.2 GB, 300 MB."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} bytes"


def _take_turns(workspace_id: UUID) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("Room is reserved in the transaction that takes it")
    if connection.vendor == "postgresql":  # On SQLite every writer takes turns already.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"media/{workspace_id}"])


def _sum(rows: Any, field: str) -> int:
    return rows.order_by().aggregate(total=Sum(field))["total"] or 0
