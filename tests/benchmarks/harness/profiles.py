"""Where the time of the workers went, as text, out of the notes that their samplers have left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.harness.sampling import PAUSE

LINES: Final = 30


def write(folder: Path, to: Path, *, count: int) -> None:
    """Merge the notes of all workers into one page."""
    notes = [json.loads(path.read_text()) for path in sorted(folder.glob("profile-*.json"))]
    to.write_text("\n".join(_page(notes, count)) + "\n" if notes else "No worker has left a profile.\n")


def _page(notes: list[dict[str, Any]], count: int) -> Iterator[str]:
    waits, itself, within, database = (_sum(notes, name) for name in ("waits", "itself", "within", "database"))
    working, every = itself.total(), itself.total() + waits.total()
    yield f"{len(notes)} workers, {count} publications; every thread looked at each {PAUSE * 1000:.0f} ms."
    yield f"Working or waiting for the interpreter's lock: {_share(working, every)} of all looks at threads."
    yield from (f"Waiting for {what}: {_share(times, every)}" for what, times in waits.most_common())
    yield from _table("Working, by our functions with all that they call", within, working)
    yield from _table("Working, by package", _by_package(itself), working)
    yield from _table("Working, by what is done itself", itself, working)
    yield from _table("Waiting for the database, by our innermost function", database, database.total())


def _table(title: str, found: Counter[str], of: int) -> Iterator[str]:
    yield f"\n{title}"
    yield from (f"{_share(times, of):>7}  {label}" for label, times in found.most_common(LINES))


def _by_package(itself: Counter[str]) -> Counter[str]:
    """The first folders of each file: django/db, psycopg, apps/publishing."""
    found: Counter[str] = Counter()
    for label, times in itself.items():
        *folders, _ = label.partition(":")[0].split("/")
        found["/".join(folders[:2]) or "the standard library"] += times
    return found


def _sum(notes: list[dict[str, Any]], name: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for note in notes:
        found.update(note[name])
    return found


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f} %"
