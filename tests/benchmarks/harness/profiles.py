"""Where the time of the workers went, as text: what takes most by itself, and what takes most with all it calls."""

from __future__ import annotations

import io
import pstats
import re
import sys
from pathlib import Path
from typing import Final

LINES: Final = 45
OURS: Final = r"/apps/"
_PREFIXES: Final = (*(f"{path}/" for path in sorted(filter(None, sys.path), key=len, reverse=True)),)


def write(folder: Path, to: Path, *, count: int) -> None:
    """Merge the notes of all workers into one page."""
    found = sorted(folder.glob("profile-*.stats"))
    if not found:
        to.write_text("No worker has left a profile.\n")
        return
    said = io.StringIO()
    stats = pstats.Stats(*map(str, found), stream=said)
    said.write(
        f"{len(found)} workers, {count} publications; processor seconds under cProfile, which slows all of it down.\n"
    )
    said.write("\n--- by what takes most by itself ---\n")
    stats.sort_stats("tottime").print_stats(LINES)
    said.write("\n--- ours, by what takes most with all that it calls ---\n")
    stats.sort_stats("cumulative").print_stats(OURS, LINES)
    to.write_text(_shortened(said.getvalue()))


def _shortened(text: str) -> str:
    """Paths as people say them, and none of this machine."""
    for prefix in _PREFIXES:
        text = text.replace(prefix, "")
    kept = [line for line in text.splitlines() if not re.match(r"\s*(\w{3} ){2}.*profile-|.*profile-\d+\.stats", line)]
    return "\n".join(line.rstrip() for line in kept) + "\n"
