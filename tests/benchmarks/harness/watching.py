"""Notes from inside a worker: how many statements it has sent, and, where it was asked for, where its time goes.

Written to a file every second, for a worker that is killed writes no last words. The profile is cProfile's, one for
each thread, with the thread's own processor time as its clock: waiting costs nothing in it, and what a profiler costs
is spread over all that is called. So it tells where the time goes, and not how fast a worker is.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

EVERY: Final = 1.0  # seconds
_statements: Counter[str] = Counter()
_profiles: list[cProfile.Profile] = []


def begin() -> None:
    """Watch this process, if it is a worker of a measurement."""
    folder = os.environ.get("BENCH_NOTES")
    if not folder or "worker" not in sys.argv:
        return
    if os.environ.get("BENCH_PROFILE"):
        threading.setprofile(_begin_profile)
    from django.db.backends.signals import connection_created

    connection_created.connect(_count_statements, weak=False)
    threading.Thread(target=_write, args=(Path(folder),), name="notes", daemon=True).start()


def _count_statements(*, connection: Any, **_: Any) -> None:
    # PostgreSQL counts for itself, and better.
    if connection.vendor != "postgresql":
        connection.execute_wrappers.append(_counted)


def _counted(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    _statements[sql] += 1
    return execute(sql, params, many, context)


def _begin_profile(*_: Any) -> None:
    """Called once by each new thread; the profile takes the place of this function."""
    profile = cProfile.Profile(time.thread_time)
    _profiles.append(profile)
    profile.enable()


class _Snapshot:
    """A profile as pstats wants it, read while its thread goes on."""

    def __init__(self, profile: cProfile.Profile) -> None:
        self._profile = profile
        self.stats: Any = {}

    def create_stats(self) -> None:
        self._profile.snapshot_stats()
        self.stats = self._profile.stats


def _write(folder: Path) -> None:
    while True:
        time.sleep(EVERY)
        _replace(folder / f"statements-{os.getpid()}.json", json.dumps(dict(_statements)).encode())
        if _profiles:
            found = pstats.Stats(*map(_Snapshot, list(_profiles)))
            draft = folder / f"profile-{os.getpid()}.draft"
            found.dump_stats(draft)
            draft.replace(folder / f"profile-{os.getpid()}.stats")


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".draft")
    draft.write_bytes(content)
    draft.replace(path)
