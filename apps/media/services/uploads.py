"""Files on their way in, from the first request to the last.

Room in the workspace is reserved before the first byte. With files on the disk the pieces come through us (`pieces`);
with a bucket no byte passes us (`parts`); what is to be fetched from the web is fetched by a worker. When all is there,
a worker takes it in (`receiving`).

These are called outside of any tenancy scope and open it themselves: some wait for the bucket, some for the sender.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from apps.core import clock
from apps.media import storage, waking
from apps.media.errors import FileRefused, PartsMissing, UploadEnded
from apps.media.models import Folder, Upload
from apps.media.services import parts, pieces, quota
from apps.media.services.destinations import Destination
from apps.media.services.texts import MAX_ALT, plain_text
from apps.media.states import UploadState

logger = logging.getLogger(__name__)

INCOMING: Final = "incoming"
WAITS_FOR_WORKER: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a client is to send: `how` is pieces, put, multipart or fetch."""

    how: str
    part_size: int = 0
    put_url: str = ""


def begin(*, to: Destination, name: str, size: int) -> Upload:
    """Reserve the room and open an upload of `size` bytes; raises FileRefused, NoRoom among it, in words."""
    upload = _open(to, name=name, size=size)
    if storage.bucket() and (number := parts.begin(upload)):
        _change(upload, multipart_id=number)
    return upload


def begin_fetch(*, to: Destination, url: str) -> Upload:
    """Open an upload that a worker fetches from the web. Room is reserved as its size becomes known."""
    upload = _create(to, declared_size=0, source_url=url)
    waking.wake()
    return upload


def plan_of(upload: Upload) -> Plan:
    """How the bytes of this upload are to be sent."""
    if upload.source_url:
        return Plan("fetch")
    if storage.bucket() is None:
        return Plan("pieces", pieces.PIECE)
    if upload.multipart_id:
        return Plan("multipart", parts.size_of(upload.declared_size))
    is_open = upload.state == UploadState.RECEIVING
    return Plan("put", upload.declared_size, parts.put_url(upload) if is_open else "")


def from_form(file: Any, *, to: Destination) -> Upload:
    """Take over a file that came in an ordinary form, and complete it; raises FileRefused."""
    upload = _open(to, name=file.name or "", size=file.size)
    try:
        if storage.bucket():
            default_storage.save(upload.storage_name, file)
            return complete(upload)
        return complete(pieces.take_over(upload, file))
    except BaseException:
        abort(upload)
        raise


def complete(upload: Upload, *, etags: Mapping[int, str] | None = None) -> Upload:
    """All has been sent: look whether it is there; `take_in_now` comes next. Twice is as good as once.

    Raises PartsMissing; UploadEnded; FileRefused where the object is not what was declared, and then it is gone.
    """
    if upload.state in (UploadState.RECEIVED, UploadState.PROBING, UploadState.DONE):
        return upload
    if upload.state != UploadState.RECEIVING or upload.source_url:
        raise UploadEnded
    if storage.bucket() is None:
        if upload.received != upload.declared_size:
            raise PartsMissing(received=upload.received)
        return _received(upload)
    if upload.multipart_id:
        parts.join(upload, etags or {})
    if parts.found(upload) != upload.declared_size:
        words = f"{upload.name or 'The file'} is not as large as it was said to be. Choose it again."
        end(upload, UploadState.REFUSED, words=words)
        raise FileRefused(words)
    return _received(upload)


def _received(upload: Upload) -> Upload:
    with Destination.of(upload).scope(), transaction.atomic():
        mine = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING)
        # If no worker comes for a while, that is no fault of whoever has sent it.
        until = clock.now() + WAITS_FOR_WORKER
        size = upload.declared_size
        mine.update(state=UploadState.RECEIVED, received=size, expires_at=until, updated_at=clock.now())
        now: Upload = Upload.objects.get(pk=upload.pk)
    return now


def abort(upload: Upload) -> Upload:
    """Give an upload up, and forget what has arrived; one that has ended stays as it is."""
    return end(upload, UploadState.ABORTED)


def end(upload: Upload, state: UploadState, *, words: str = "") -> Upload:
    """Move an upload that has not been taken up yet to an end that is no success; its bytes go. A worker that fetches
    it has lost its claim."""
    with Destination.of(upload).scope(), transaction.atomic():
        idle = Upload.objects.filter(pk=upload.pk, state__in=[UploadState.RECEIVING, UploadState.RECEIVED])
        idle.update(state=state, words=words, fence=F("fence") + 1, lease_until=None, updated_at=clock.now())
        now: Upload = Upload.objects.get(pk=upload.pk)
    if now.state == state:
        forget_bytes(now)
    return now


def forget_bytes(upload: Upload) -> None:
    """Remove what has arrived of an upload that has ended. What cannot be removed now is left to the clean-up."""
    if not upload.storage_name:
        return
    try:
        (parts if storage.bucket() else pieces).remove(upload)
    except Exception as error:  # The bucket may be away; an orphan for a day is no harm.
        logger.warning("The bytes of upload %s stay for the clean-up: %s", upload.pk, type(error).__name__)
    else:
        _change(upload, storage_name="", multipart_id="", parts={})


def _open(to: Destination, *, name: str, size: int) -> Upload:
    label = plain_text(name, 255) or "The file"
    if size <= 0:
        raise FileRefused(f"{label} is empty. Choose another file.")
    if size > settings.MEDIA_MAX_UPLOAD_BYTES:
        most = quota.in_words(settings.MEDIA_MAX_UPLOAD_BYTES)
        raise FileRefused(f"{label} has {quota.in_words(size)}, and a file may have {most}. Choose a smaller one.")
    place = f"{INCOMING}/{to.organization_id}/{to.workspace_id}/{secrets.token_urlsafe(24)}"
    return _create(to, name=plain_text(name, 255), declared_size=size, storage_name=place)


def _create(to: Destination, **fields: Any) -> Upload:
    with to.scope(), transaction.atomic():
        quota.reserve(to.workspace_id, fields["declared_size"])
        # A folder that was removed meanwhile keeps nobody's file out.
        folder = Folder.objects.filter(pk=to.folder_id, workspace_id=to.workspace_id).first()
        made: Upload = Upload.objects.create(
            organization_id=to.organization_id,
            workspace_id=to.workspace_id,
            folder=folder,
            alt=plain_text(to.alt, MAX_ALT),
            uploaded_by_id=to.actor.user_id,
            expires_at=clock.now() + settings.MEDIA_UPLOAD_LIFETIME,
            **fields,
        )
    return made


def _change(upload: Upload, **fields: Any) -> None:
    with Destination.of(upload).scope():
        Upload.objects.filter(pk=upload.pk).update(**fields, updated_at=clock.now())
    for name, value in fields.items():
        setattr(upload, name, value)
