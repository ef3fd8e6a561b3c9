"""A server of the stand that is taken away under the workers, and brought back as it was: same place, same port."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Final

from apps.core.running.supervisor import ending_with_us

STOP_SECONDS: Final = 20.0


class Server:
    """The process `pid`, which somebody else has started."""

    def __init__(self, pid: int, *, ends_by: signal.Signals) -> None:
        place = Path(f"/proc/{pid}")
        self.pid, self._ends_by = pid, ends_by
        self._folder = os.readlink(place / "cwd")
        self._command = _command(place, Path(self._folder))
        self._who = _owner(place)
        self._ours: subprocess.Popen[bytes] | None = None

    def stop(self, how: signal.Signals) -> None:
        """Returns when it is gone."""
        os.kill(self.pid, how)
        give_up = time.monotonic() + STOP_SECONDS
        while _is_running(self.pid, self._ours):
            if time.monotonic() > give_up:
                raise RuntimeError(f"{self._command[0]} did not stop")
            time.sleep(0.02)

    def start(self) -> None:
        command = ending_with_us(self._command, by=self._ends_by)
        self._ours = subprocess.Popen(
            command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            **self._who,
        )  # fmt: skip
        self.pid = self._ours.pid

    def close(self) -> None:
        """End the one that was started here; its first life is somebody else's."""
        if self._ours is not None and self._ours.poll() is None:
            self.stop(self._ends_by)


def _command(place: Path, folder: Path) -> list[str]:
    """How it was started. The queue has put a title in the place of its arguments, and is known by its settings."""
    if (settings := folder / "queue.conf").exists():
        return [os.readlink(place / "exe"), str(settings)]
    return (place / "cmdline").read_bytes().decode().split("\0")[:-1]


def _owner(place: Path) -> dict[str, Any]:
    found = place.stat()
    return {} if found.st_uid == os.geteuid() else {"user": found.st_uid, "group": found.st_gid, "extra_groups": []}


def _is_running(pid: int, ours: subprocess.Popen[bytes] | None) -> bool:
    if ours is not None and ours.pid == pid:
        return ours.poll() is None
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # dead, and not buried by whoever has started it
