"""A folder for each conversion, which is gone when it ends, or soon after its worker was killed."""

from __future__ import annotations

import fcntl
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from django.conf import settings

logger = logging.getLogger(__name__)

LOCK: Final = "in-use"
GRACE: Final = 60.0  # seconds in which a new folder may have no lock yet


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of one's own. The lock in it is the kernel's, and ends with this process."""
    settings.MEDIA_WORK_DIR.mkdir(parents=True, exist_ok=True)
    made = tempfile.TemporaryDirectory(dir=settings.MEDIA_WORK_DIR, ignore_cleanup_errors=True)
    with made as name, (Path(name) / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Path(name)


@contextmanager
def place(count: int) -> Iterator[bool]:
    """One of the places at which files are converted on this machine, or False where all are taken. Its workers are one
    more than there are places, so that somebody is always free to look at a file that has arrived."""
    settings.MEDIA_WORK_DIR.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        yield any(_is_free(opened.enter_context(_place(number).open("w"))) for number in range(count))


def _place(number: int) -> Path:
    path: Path = settings.MEDIA_WORK_DIR / f"place-{number}"
    return path


def _is_free(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def clear_leftovers(*, grace: float = GRACE) -> int:
    """Remove the folders that no living worker of this machine holds; the number of them."""
    if not settings.MEDIA_WORK_DIR.is_dir():
        return 0
    left = [one for one in settings.MEDIA_WORK_DIR.iterdir() if one.is_dir() and _is_left(one, grace)]
    for one in left:
        logger.info("Removing what a worker left in %s", one.name)
        shutil.rmtree(one, ignore_errors=True)
    return len(left)


def _is_left(left: Path, grace: float) -> bool:
    try:
        if time.time() - left.stat().st_mtime < grace:
            return False
        with (left / LOCK).open("w") as lock:
            return _is_free(lock)
    except FileNotFoundError:
        return left.exists()
