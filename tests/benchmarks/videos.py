"""A large video to every platform that takes one: memory, bytes read, bytes sent, and bytes sent twice after a kill.

Each platform gets a process of its own, so that one's memory is not the other's. The file is made up while it is read,
and a reader that is told to die at 60 % stands for a worker that is killed there; the next one goes on from the row.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, cast

ROOT = Path(__file__).resolve().parents[2]
MEBIBYTE = 1024 * 1024
KILLED_AT = 0.6
MOST_STEPS = 100_000


class Killed(BaseException):
    """Nobody catches it, as nobody catches SIGKILL."""


class MadeUpVideo(io.RawIOBase):
    """A video of any size: a real beginning, then zeros. Counts what is read in `meter`."""

    def __init__(self, head: bytes, size: int, meter: dict[str, Any]) -> None:
        self._head, self._size, self._place, self._meter = head, size, 0, meter

    def seek(self, offset: int, whence: int = 0) -> int:
        self._place = offset
        return offset

    def tell(self) -> int:
        return self._place

    def read(self, size: int = -1) -> bytes:
        left = self._size - self._place
        count = left if size < 0 else min(size, left)
        self._meter["read"] += count
        if self._meter["dies_at"] is not None and self._meter["read"] >= self._meter["dies_at"]:
            self._meter["dies_at"] = None
            raise Killed
        piece = self._head[self._place : self._place + count]
        self._place += count
        return piece + bytes(count - len(piece))


def run(*, size: int, platforms: Sequence[str] = ()) -> dict[str, Any]:
    """Figures by platform; `size` in bytes."""
    found = {}
    for name in platforms or video_platforms():
        command = [sys.executable, "-m", "tests.benchmarks.videos", name, str(size)]
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        figures = done.stdout.strip().splitlines()
        found[name] = json.loads(figures[-1]) if done.returncode == 0 else {"failed": done.stderr.strip()[-400:]}
    return {"wanted_mib": size // MEBIBYTE, "platforms": found}


def video_platforms() -> tuple[str, ...]:
    """The platforms that are sent the bytes of a video; those that come and get it are left out."""
    from tests.platforms.conformance.benches import SANDBOX_BENCHES

    wired = {bench.name: bench for bench in SANDBOX_BENCHES.values()}
    return tuple(name for name, bench in wired.items() if not bench.fetches_videos and _takes_videos(name))


def _takes_videos(name: str) -> bool:
    from apps.platforms import registry

    can = registry.capabilities(name)
    return bool(can.max_videos or any(one.limits.get("max_videos") for one in can.formats))


def _largest(name: str) -> int:
    """The most bytes that any format of the platform takes for a video."""
    from apps.platforms import registry

    can = registry.capabilities(name)
    return max([can.max_video_bytes, *(int(one.limits.get("max_video_bytes", 0)) for one in can.formats)])


def measure(name: str, size: int) -> dict[str, Any]:
    """One upload from beginning to end, and one that is killed on its way."""
    from tests.platforms.conformance.benches import SANDBOX_BENCHES, open_bench
    from tests.support.sandbox import SandboxServer

    key = next(key for key, bench in SANDBOX_BENCHES.items() if bench.name == name)
    size = min(size, _largest(name) or size)
    with SandboxServer() as sandbox, open_bench(key, sandbox, handle="measured", files="") as bench:
        credential = bench.connect()
        _upload(bench, credential, size=8 * MEBIBYTE, key="warm-up", dies=False)
        before = _memory()
        whole = _upload(bench, credential, size=size, key="key-1", dies=False)
        grown = _memory() - before
        killed = _upload(bench, credential, size=size, key="key-2", dies=True)
    return {
        "sent_mib": size // MEBIBYTE,
        "memory_grew_mib": round(grown / MEBIBYTE, 1),
        "read_times": round(whole / size, 3),
        "read_twice_after_kill_mib": round((killed - size) / MEBIBYTE, 1),
    }


def _upload(bench: Any, credential: Any, *, size: int, key: str, dies: bool) -> int:
    """Stage a video of `size` bytes; how many were read from storage."""
    from tests.platforms.drafts import draft, video_bytes

    meter: dict[str, Any] = {"read": 0, "dies_at": int(size * KILLED_AT) if dies else None}
    head = video_bytes(seconds=60, width=1080, height=1920, size=0)
    sample = next(one for one in bench.samples().values() if any(media.is_video for media in one.media))
    file = replace(
        next(media for media in sample.media if media.is_video),
        id=key,
        size=size,
        seconds=60.0,
        sha256=f"{size:064x}",
        open=lambda: cast(IO[bytes], MadeUpVideo(head, size, meter)),
    )
    written = replace(sample, text=f"{sample.text} {key}", media=(file,)) if sample.media else draft("", file)
    staged = None
    for _ in range(MOST_STEPS):
        try:
            staged = bench.adapter.stage(written, credential, key=key, before=staged)
        except Killed:
            continue
        if staged.ready:
            return int(meter["read"])
        if staged.again_in > timedelta(0):
            bench.clock.advance(seconds=staged.again_in.total_seconds())
    raise AssertionError("Staging has no end")


def _memory() -> int:
    """The most that this process has held, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))  # noqa: T201
