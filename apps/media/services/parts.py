"""Uploads that go straight into the bucket, by addresses that are good for exactly the declared bytes.

The browser brings them there; we look at what the bucket has before anything is believed. Every call here waits for the
bucket, so none is made inside a tenancy scope.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from apps.media import storage
from apps.media.buckets import Bucket, StoredPart, UploadGone
from apps.media.errors import PartsMissing, UploadEnded
from apps.media.models import Upload
from apps.media.states import UploadState

logger = logging.getLogger(__name__)

MEBIBYTE: Final = 1024 * 1024
SINGLE_PUT: Final = 16 * MEBIBYTE  # up to here a file goes in one request
SMALLEST_PART: Final = 8 * MEBIBYTE  # S3 wants 5 at least
MOST_PARTS: Final = 9000  # S3 takes 10,000
ADDRESS_LIFETIME: Final = timedelta(hours=1)


def begin(upload: Upload) -> str:
    """The id of an upload in parts; "" for a file that goes in one request."""
    there = _bucket(upload)
    return there.begin_parts(upload.storage_name) if upload.declared_size > SINGLE_PUT else ""


def put_url(upload: Upload) -> str:
    """Where the one request goes."""
    there = _bucket(upload)
    return there.put_address(upload.storage_name, size=upload.declared_size, lifetime=ADDRESS_LIFETIME)


def size_of(size: int) -> int:
    """Of each part but the last: whole mebibytes, never more parts than S3 takes."""
    return max(SMALLEST_PART, -(-size // (MOST_PARTS * MEBIBYTE)) * MEBIBYTE)


def urls(upload: Upload, numbers: Iterable[int]) -> dict[int, str]:
    """Presigned addresses for these parts; numbers that the upload does not have are left out."""
    if not _takes_parts(upload):
        raise UploadEnded
    there = _bucket(upload)
    sizes = _part_sizes(upload.declared_size)
    return {
        number: there.part_address(
            upload.storage_name, upload.multipart_id, number, size=sizes[number], lifetime=ADDRESS_LIFETIME
        )
        for number in numbers
        if number in sizes
    }


def received(upload: Upload) -> list[StoredPart]:
    """What has arrived of an upload in parts."""
    if not _takes_parts(upload):
        return []
    try:
        return _bucket(upload).parts(upload.storage_name, upload.multipart_id)
    except UploadGone:
        return []


def join(upload: Upload, etags: Mapping[int, str]) -> None:
    """Look before joining: a refusal of the bucket's would cost all parts."""
    there = _bucket(upload)
    sizes = _part_sizes(upload.declared_size)
    try:
        parts = [part for part in there.parts(upload.storage_name, upload.multipart_id) if part.number in sizes]
        good = {part.number for part in parts if part.size == sizes[part.number] and _agrees(part, etags)}
        if missing := sorted(set(sizes) - good):
            received = sum(part.size for part in parts if part.number in good)
            raise PartsMissing(received=received, numbers=tuple(missing))
        there.join_parts(upload.storage_name, upload.multipart_id, parts)
    except UploadGone:
        # Joined before, by a request whose answer was lost? What lies there is looked at next.
        logger.info("The parts of upload %s are gone", upload.pk)


def _agrees(part: StoredPart, etags: Mapping[int, str]) -> bool:
    return etags.get(part.number, part.etag).strip('"') == part.etag


def found(upload: Upload) -> int:
    """How many bytes lie there; raises PartsMissing."""
    try:
        return _bucket(upload).size(upload.storage_name)
    except FileNotFoundError as error:
        raise PartsMissing(received=0) from error


def remove(upload: Upload) -> None:
    """Forget what has arrived."""
    there = _bucket(upload)
    if upload.multipart_id:
        there.drop_parts(upload.storage_name, upload.multipart_id)
    storage.delete(upload.storage_name)


def _part_sizes(size: int) -> dict[int, int]:
    each = size_of(size)
    whole, rest = divmod(size, each)
    sizes = dict.fromkeys(range(1, whole + 1), each)
    return sizes | ({whole + 1: rest} if rest else {})


def _bucket(upload: Upload) -> Bucket:
    there = storage.bucket()
    if there is None or not upload.storage_name:
        raise UploadEnded
    return there


def _takes_parts(upload: Upload) -> bool:
    return bool(upload.multipart_id) and upload.state == UploadState.RECEIVING
