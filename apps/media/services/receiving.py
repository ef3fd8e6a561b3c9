"""What a worker does with files that have arrived, or that it has to fetch.

The row is the truth: a message only wakes a worker, who claims uploads one by one with a lease and a fence. Whoever has
lost its claim can write nothing any more: the asset and the end of the upload are one transaction that knows the fence.
A worker that is killed is followed by another once its lease has run out; the same bytes are one asset however often.
"""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from apps.core import clock, tenancy
from apps.events import services as events
from apps.media import storage, waking
from apps.media.errors import FileRefused, LostClaim
from apps.media.models import Asset, Upload
from apps.media.services import fetching, pieces, quota, uploads
from apps.media.services.destinations import Destination
from apps.media.services.taking_in import take_in
from apps.media.states import UploadState

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=15)
PAUSE: Final = timedelta(minutes=1)  # after a fault of ours
MOST_CLAIMS: Final = 5
AT_ONCE: Final = 20 * 1024 * 1024
BATCH: Final = 50
# Of photos that come in the container of films: HEIC and AVIF.
PHOTO_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on an upload, until somebody has a newer one."""

    upload: Upload
    fence: int

    def scope(self) -> AbstractContextManager[tenancy.Tenant]:
        return Destination.of(self.upload).scope()

    def write(self, **changes: Any) -> None:
        """In the scope: change the upload, or raise LostClaim."""
        mine = Upload.objects.filter(pk=self.upload.pk, fence=self.fence)
        if not mine.update(**changes, updated_at=clock.now()):
            raise LostClaim(self.upload.pk)

    def report(self, received: int) -> None:
        """So much has come; the lease begins anew."""
        with self.scope():
            self.write(received=received, lease_until=clock.now() + LEASE)

    def make_room(self, size: int) -> None:
        """Reserve `size` bytes for the file whose size has become known; raises NoRoom."""
        with self.scope(), transaction.atomic():
            quota.reserve(self.upload.workspace_id, size, without=self.upload.pk)
            self.write(declared_size=size)


def take_in_waiting(*, most: int = BATCH) -> int:
    """Work on up to `most` uploads whose turn has come; how many there were. Any number of workers may do so."""
    for done in range(most):
        claim = _claim()
        if claim is None:
            return done
        _work_on(claim)
    return most


def take_in_now(upload: Upload) -> Upload:
    """Work on this upload here, if it is no film, small and on the disk, and nobody else does; else wake a worker. As
    it stands then.

    The worker is woken by no one else: if it were by whoever completes the upload, it would be first at times, and the
    page would have nothing to show."""
    if upload.state != UploadState.RECEIVED:
        return upload
    if upload.declared_size > AT_ONCE or storage.bucket() or _is_film(upload):
        waking.wake()
        return upload
    if claim := _claim(pk=upload.pk):
        _work_on(claim)
    with Destination.of(upload).scope():
        now: Upload = Upload.objects.get(pk=upload.pk)
    return now


def _is_film(upload: Upload) -> bool:
    """By its first bytes: an MP4 or QuickTime file that is no photo, or Matroska and WebM."""
    try:
        with contextlib.closing(_arrived(upload)) as pieces_of_it:
            head = next(pieces_of_it, b"")
    except FileNotFoundError:
        return False  # Whoever works on it finds the words.
    is_iso = head[4:8] == b"ftyp" and head[8:12] not in PHOTO_BRANDS
    return is_iso or head.startswith(b"\x1a\x45\xdf\xa3")


def _claim(**only: Any) -> Claim | None:
    """Take the upload that has waited longest; no other worker takes it before the lease ends."""
    now = clock.now()
    with tenancy.across_tenants("claim files that have arrived"), transaction.atomic():
        upload = _waiting().filter(**only).order_by("created_at", "id").skipping_locked().first()
        if upload is None:
            return None
        upload.fence += 1
        state = upload.state if upload.source_url else UploadState.PROBING
        changes = {"fence": upload.fence, "lease_until": now + LEASE, "state": state, "updated_at": now}
        Upload.across_tenants.filter(pk=upload.pk).update(**changes)
    return Claim(upload, upload.fence)


def _waiting() -> Any:
    """Uploads that have arrived or are to be fetched, and that nobody works on."""
    states = Q(state__in=[UploadState.RECEIVED, UploadState.PROBING])
    to_fetch = Q(state=UploadState.RECEIVING) & ~Q(source_url="")
    is_free = Q(lease_until=None) | Q(lease_until__lte=clock.now())
    return Upload.across_tenants.filter(states | to_fetch).filter(is_free)


def _work_on(claim: Claim) -> None:
    """Bring the file here and take it in; whatever happens, the upload says so."""
    try:
        if claim.fence > MOST_CLAIMS:
            raise FileRefused(f"{_label(claim)} could not be taken in, through a fault of ours. Try it again later.")
        with storage.workshop() as folder:
            _take_in(claim, folder)
    except FileRefused as error:
        _refuse(claim, error.words)
    except LostClaim:
        logger.warning("Somebody else works on upload %s now", claim.upload.pk)
    except Exception:  # The next try may find the bucket, or the disk, in a better state.
        logger.exception("Upload %s could not be taken in", claim.upload.pk)
        _put_back(claim)


def _take_in(claim: Claim, folder: Path) -> None:
    path, name = _bring_here(claim, folder)
    finish = functools.partial(_finish, claim, name)
    take_in(path, name=name, to=Destination.of(claim.upload), is_reserved=True, finish=finish)
    uploads.forget_bytes(claim.upload)


def _bring_here(claim: Claim, folder: Path) -> tuple[Path, str]:
    """The file on this machine's disk, and its name."""
    upload, path = claim.upload, folder / "arrived"
    if upload.source_url:
        name = fetching.fetch(upload.source_url, to=path, make_room=claim.make_room, report=claim.report)
        with claim.scope():
            claim.write(name=name, state=UploadState.PROBING, lease_until=clock.now() + LEASE)
        return path, name
    try:
        with path.open("wb") as file:
            storage.copy(_arrived(upload), file, most=upload.declared_size)
    except storage.TooLarge as error:
        raise FileRefused(f"{_label(claim)} is larger than it was said to be. Choose it again.") from error
    except FileNotFoundError as error:
        raise FileRefused(f"{_label(claim)} did not arrive whole. Choose it again.") from error
    claim.report(upload.declared_size)
    return path, upload.name


def _arrived(upload: Upload) -> Generator[bytes, None, None]:
    if storage.bucket():
        yield from storage.chunks(upload.storage_name)
        return
    for piece in pieces.files(upload):
        with piece.open("rb") as file:
            yield from iter(lambda file=file: file.read(storage.CHUNK), b"")  # type: ignore[misc]


def _finish(claim: Claim, name: str, asset: Asset) -> None:
    """In the transaction of the asset: what was reserved is stored now."""
    claim.write(state=UploadState.DONE, asset=asset, name=name, lease_until=None)


def _refuse(claim: Claim, words: str) -> None:
    try:
        with claim.scope(), transaction.atomic():
            claim.write(state=UploadState.REFUSED, words=words, lease_until=None)
            events.emit("media.failed", subject=claim.upload, data={"words": words})
    except LostClaim:
        return
    uploads.forget_bytes(claim.upload)


def _put_back(claim: Claim) -> None:
    try:
        with claim.scope():
            claim.write(lease_until=clock.now() + PAUSE)
    except LostClaim:
        return


def _label(claim: Claim) -> str:
    return claim.upload.name or "The file"
