"""Where threads are, looked at many times a second: what they wait for, and what they do when they do not wait.

A profiler that is called for each function makes a worker of a hundred threads six times slower, and tells of that
then. Looking costs little. A thread that waits for the interpreter's lock in the middle of its work counts as working:
the shares are those of the work that wants to be done.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from types import CodeType, FrameType
from typing import Any, Final

PAUSE: Final = 0.02  # seconds
# Whoever looks wants the interpreter's lock at once: given up when a thread comes to wait anyway, it would show threads
# in no other places.
SWITCH: Final = 0.0005
# The innermost function of a thread that waits, and what it waits for.
WAITS: Final = {
    ("psycopg/connection.py", "wait"): "the database",
    ("sqlite3/base.py", "execute"): "the database",
    ("sqlite3/base.py", "_start_transaction_under_autocommit"): "the database",
    ("backends/base/base.py", "_commit"): "the database",
    ("backends/sync.py", "read"): "the platform",
    ("backends/sync.py", "connect_tcp"): "the platform",
    ("socket.py", "create_connection"): "the platform",
    ("httpcore/_synchronization.py", "__enter__"): "the lock of the HTTP client's pool",
    ("selectors.py", "select"): "work or a lock",
    ("threading.py", "__enter__"): "work or a lock",
    ("threading.py", "wait"): "work or a lock",
    ("threading.py", "_wait_for_tstate_lock"): "work or a lock",
    ("engine/crew.py", "_run"): "work or a lock",
    ("engine/desk.py", "_gathered"): "work or a lock",
    ("concurrent/futures/thread.py", "_worker"): "work or a lock",
    ("kombu/utils/eventio.py", "poll"): "work or a lock",
    ("redis/connection.py", "_connect"): "the queue",
    ("redis/_parsers/socket.py", "_read_from_socket"): "the queue",
}
OURS: Final = ("/apps/", "/config/")


class Sampler:
    def __init__(self) -> None:
        self._places: dict[CodeType, tuple[str, str, bool]] = {}  # label, what is waited for, whether it is ours
        self.reset()

    def reset(self) -> None:
        """Forget what was seen before the measuring began."""
        self.looks = 0
        self.waits: Counter[str] = Counter()
        self.itself: Counter[str] = Counter()  # working, by the innermost function
        self.within: Counter[str] = Counter()  # working, by each function of ours that is under way
        self.database: Counter[str] = Counter()  # waiting for the database, by our innermost function

    def run(self) -> None:
        own = {thread.ident for thread in threading.enumerate() if thread.name in ("sampler", "notes")}
        sys.setswitchinterval(SWITCH)
        while True:
            time.sleep(PAUSE)
            self.looks += 1
            for thread, frame in sys._current_frames().items():
                if thread not in own:
                    self._note(frame)

    def _note(self, frame: FrameType) -> None:
        label, wait, _ = self._place(frame.f_code)
        if wait:
            self.waits[wait] += 1
            if wait == "the database":
                self.database[self._ours(frame)[0]] += 1
            return
        self.itself[label] += 1
        self.within.update(set(self._ours(frame)))

    def _ours(self, frame: FrameType | None) -> list[str]:
        """Functions of ours that are under way, the innermost first."""
        found: list[str] = []
        while frame is not None:
            label, _, is_ours = self._place(frame.f_code)
            if is_ours:
                found.append(label)
            frame = frame.f_back
        return found or ["elsewhere"]

    def _place(self, code: CodeType) -> tuple[str, str, bool]:
        if code not in self._places:
            file, name = code.co_filename, code.co_name
            wait = next((what for (end, of), what in WAITS.items() if of == name and file.endswith(end)), "")
            self._places[code] = (f"{_short(file)}:{code.co_qualname}", wait, any(mark in file for mark in OURS))
        return self._places[code]

    def as_json(self) -> dict[str, Any]:
        return {
            "looks": self.looks,
            "waits": dict(self.waits),
            "itself": dict(self.itself),
            "within": dict(self.within),
            "database": dict(self.database),
        }


def _short(file: str) -> str:
    """A path as people say it, without what is of this machine alone."""
    for root in sorted(filter(None, sys.path), key=len, reverse=True):
        if file.startswith(f"{root}/"):
            return file.removeprefix(f"{root}/")
    return file
