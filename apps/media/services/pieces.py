"""Pieces that come through us and lie on the disk until all are there.

Each is written to a file of its own below the upload's folder and then counted by one conditional UPDATE (`received`
still where the piece began). So two who send at once cannot mix their bytes: one is counted, the other hears where the
upload stands. After a lost connection what has arrived is counted too, and one goes on from there.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from django.core.files.move import file_move_safe
from django.db import transaction

from apps.core import clock
from apps.media import storage
from apps.media.errors import FileRefused, UploadEnded, WrongOffset
from apps.media.models import Upload
from apps.media.services.destinations import Destination
from apps.media.states import UploadState

logger = logging.getLogger(__name__)

PIECE: Final = 8 * 1024 * 1024  # what is counted at a time, and what a client had best send at a time
MOST_PIECES: Final = 10_000
READ: Final = 256 * 1024


def receive(upload: Upload, *, offset: int, read: Callable[[int], bytes], length: int) -> Upload:
    """Write down a piece that begins at `offset`, as it comes, and count it; the upload as it stands then.

    Raises WrongOffset, also when somebody else was faster; UploadEnded; FileRefused for more than was declared. Fewer
    bytes than `length` are a lost connection: what came is counted.
    """
    if upload.state != UploadState.RECEIVING:
        raise UploadEnded
    if offset != upload.received:
        raise WrongOffset(upload.received)
    if offset + length > upload.declared_size:
        raise FileRefused(f"{upload.name or 'The file'} is larger than it was said to be. Choose it again.")
    if len(upload.parts) >= MOST_PIECES:
        raise FileRefused(f"{upload.name or 'The file'} came in too many pieces. Send larger ones.")
    folder, end_of_piece = _folder(upload), offset + length
    while offset < end_of_piece:
        path, wanted = _new_piece(folder, offset), min(PIECE, end_of_piece - offset)
        written = _write_piece(path, read, wanted)
        if written:
            upload = _count_piece(upload, offset=offset, written=written, path=path)
            offset += written
        else:
            path.unlink(missing_ok=True)
        if written < wanted:
            break
    return upload


def _write_piece(path: Path, read: Callable[[int], bytes], size: int) -> int:
    """Up to `size` bytes into a file, safely on the disk; how many came."""
    written = 0
    try:
        with path.open("xb") as file:
            while written < size and (piece := _next(read, min(READ, size - written))):
                file.write(piece)
                written += len(piece)
            file.flush()
            os.fdatasync(file.fileno())
    except FileNotFoundError as error:
        raise UploadEnded from error  # Somebody gave it up while this was on its way.
    except OSError:
        path.unlink(missing_ok=True)  # The disk is full, and half a piece does not help.
        raise
    return written


def _next(read: Callable[[int], bytes], size: int) -> bytes:
    """What the sender sends; nothing once the line has broken."""
    try:
        return read(size)
    except OSError as error:
        logger.info("A sender went away: %s", type(error).__name__)
        return b""


def _count_piece(upload: Upload, *, offset: int, written: int, path: Path) -> Upload:
    """One statement decides who of two senders was first; the other's bytes are thrown away."""
    parts = {**upload.parts, str(offset): path.name}
    with Destination.of(upload).scope(), transaction.atomic():
        stands_there = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING, received=offset)
        if stands_there.update(received=offset + written, parts=parts, updated_at=clock.now()):
            upload.received, upload.parts = offset + written, parts
            return upload
        now = Upload.objects.get(pk=upload.pk)
    path.unlink(missing_ok=True)
    if now.state != UploadState.RECEIVING:
        raise UploadEnded
    raise WrongOffset(now.received)


def take_over(upload: Upload, file: Any) -> Upload:
    """Count a whole file that came in a form. A large one lies in a file already, which is moved and not copied."""
    path = _new_piece(_folder(upload), 0)
    if hasattr(file, "temporary_file_path"):
        file_move_safe(file.temporary_file_path(), str(path))
    else:
        with path.open("xb") as copy:
            storage.copy(file.chunks(), copy)
    return _count_piece(upload, offset=0, written=file.size, path=path)


def files(upload: Upload) -> list[Path]:
    """The files that an upload through us consists of, in order; raises FileNotFoundError if they are not all there."""
    folder = _folder(upload)
    starts = sorted(map(int, upload.parts))
    for start, following in pairwise([*starts, upload.declared_size]):
        path = folder / upload.parts[str(start)]
        if path.stat().st_size != following - start:
            raise FileNotFoundError(path)
    return [folder / upload.parts[str(start)] for start in starts]


def remove(upload: Upload) -> None:
    """Forget what has arrived."""
    folder = storage.local_path(upload.storage_name)
    if folder is not None and folder.is_dir():
        for path in folder.iterdir():
            path.unlink(missing_ok=True)
        folder.rmdir()


def _folder(upload: Upload) -> Path:
    folder = storage.local_path(upload.storage_name)
    if folder is None or not upload.storage_name:
        raise UploadEnded
    return folder


def _new_piece(folder: Path, offset: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{offset:016d}-{secrets.token_hex(8)}"
