"""Files by name, wherever they lie: what Django's storage API lacks.

`default_storage` is the one place for files: a folder, or a bucket. Everything here reads and writes in pieces, so that
a film takes no more memory than a picture. With a bucket every call waits for the network.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from apps.media.buckets import Bucket
from apps.media.buckets import UploadGone as UploadGone

CHUNK: Final = 256 * 1024
AHEAD: Final = 1024 * 1024


class TooLarge(Exception):
    """More bytes came than were allowed."""


@dataclass(frozen=True, slots=True)
class Copied:
    size: int
    sha256: str


def bucket() -> Bucket | None:
    """The bucket that files lie in; None where they lie on the disk."""
    if not hasattr(default_storage, "bucket_name"):
        return None
    place = settings.MEDIA_BUCKET
    return Bucket(default_storage, public_url=place.public_url if place else "")


def random_name(extension: str) -> str:
    """A name that nobody guesses."""
    return f"{secrets.token_urlsafe(24)}.{extension}"


def local_path(name: str) -> Path | None:
    """Where the file lies on this machine, if it does."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


def put(path: Path, name: str) -> str:
    """Store a file of this machine, and return the name that it got. On the disk it is moved, not copied."""
    with path.open("rb") as file:
        return default_storage.save(name, _OnDisk(file, name=str(path)))


class _OnDisk(File):
    def temporary_file_path(self) -> str:
        return str(self.name)


def size(name: str) -> int:
    """In bytes; raises FileNotFoundError."""
    there = bucket()
    return there.size(name) if there else default_storage.size(name)


def delete(name: str) -> None:
    """Remove a file; one that is gone already is fine."""
    if name:
        default_storage.delete(name)


def open_file(name: str) -> IO[bytes]:
    """A seekable file to read from. Of a bucket only what is read is fetched; raises FileNotFoundError."""
    there = bucket()
    if there is None:
        return cast(IO[bytes], default_storage.open(name, "rb"))
    return io.BufferedReader(_BucketFile(there, name), AHEAD)


class _BucketFile(io.RawIOBase):
    """Reads an object from where it stands, in one request until somebody seeks."""

    def __init__(self, there: Bucket, name: str) -> None:
        self._bucket, self._name = there, name
        self._size, self._place = there.size(name), 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        if base + offset != self._place:
            self._hang_up()
        self._place = base + offset
        return self._place

    def readinto(self, buffer: Any) -> int:
        if self._place >= self._size:
            return 0
        if self._body is None:
            self._body = self._bucket.read_from(self._name, self._place)
        piece = self._body.read(len(buffer))
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _hang_up(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


def chunks(name: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes from `start` up to and without `end`, as they are read."""
    there = bucket()
    stop = size(name) if end is None else end
    if start >= stop:
        return
    source = there.read_from(name, start, stop) if there else default_storage.open(name, "rb")
    try:
        if there is None:
            source.seek(start)
        left = stop - start
        while left > 0 and (piece := source.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece
    finally:
        source.close()


def copy(pieces: Iterable[bytes], to: BinaryIO, *, most: int | None = None) -> Copied:
    """Write the pieces down and take their digest on the way; raises TooLarge once they are more than `most`."""
    written, digest = 0, hashlib.sha256()
    for piece in pieces:
        written += len(piece)
        if most is not None and written > most:
            raise TooLarge
        digest.update(piece)
        to.write(piece)
    return Copied(written, digest.hexdigest())


def digest(path: Path) -> str:
    """SHA-256 of a file of this machine."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder of one's own for files on their way; it is gone afterwards with all that is in it."""
    with tempfile.TemporaryDirectory(prefix=WORKSHOP, dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        yield Path(folder)


WORKSHOP: Final = "postroom-media-"


def listing(prefix: str, after: str = "") -> Iterator[tuple[str, datetime]]:
    """Names of all files below `prefix` that come behind `after`, in their order, with the time of their last
    change."""
    there = bucket()
    return there.listing(prefix, after) if there else _listing_on_disk(prefix, after)


def _listing_on_disk(prefix: str, after: str) -> Iterator[tuple[str, datetime]]:
    top, root = Path(default_storage.path(prefix)), Path(default_storage.path(""))
    # In the order of whole names: a folder's name ends in a slash there, which sorts before most other characters.
    pending = [top]
    while pending:
        here = pending.pop()
        name = here.relative_to(root).as_posix()
        if here.is_dir():
            inner = [entry for entry in _entries(here) if not _lies_before(entry, root, after)]
            pending.extend(sorted(inner, key=lambda entry: _sort_key(entry, root), reverse=True))
        elif name > after:
            with suppress(FileNotFoundError):
                yield name, datetime.fromtimestamp(here.stat().st_mtime, UTC)


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def _sort_key(entry: Path, root: Path) -> str:
    name = entry.relative_to(root).as_posix()
    return f"{name}/" if entry.is_dir() else name


def _lies_before(entry: Path, root: Path, after: str) -> bool:
    """Whether everything in the folder comes before `after`, so that it need not be opened."""
    name = entry.relative_to(root).as_posix()
    return entry.is_dir() and f"{name}0" <= after  # "0" is the character behind "/"


def remove_empty_folders(name: str) -> None:
    """Take away a folder of the disk that holds nothing any more; a bucket has none."""
    path = local_path(name)
    if path is not None:
        with suppress(OSError):
            path.rmdir()
