"""Notes from inside a worker: how many statements it has sent, and, where it was asked for, where its time goes.

Written to files every second, for a worker that is killed writes no last words.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.harness.sampling import Sampler

EVERY: Final = 1.0  # seconds
BEGUN: Final = "begun"  # a file whose presence says that the measuring has begun
_statements: Counter[str] = Counter()


def begin() -> None:
    """Watch this process, if it is a worker of a measurement."""
    folder = os.environ.get("BENCH_NOTES")
    if not folder or "worker" not in sys.argv:
        return
    from django.db.backends.signals import connection_created

    connection_created.connect(_count_statements, weak=False)
    publishes = sys.argv[-1].startswith("worker")  # the name that the fleet has given it
    sampler = Sampler() if publishes and os.environ.get("BENCH_PROFILE") else None
    name = "worker" if publishes else "other"
    threading.Thread(target=_write, args=(Path(folder), name, sampler), name="notes", daemon=True).start()
    if sampler:
        threading.Thread(target=sampler.run, name="sampler", daemon=True).start()


def _count_statements(*, connection: Any, **_: Any) -> None:
    connection.execute_wrappers.append(_counted)


def _counted(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    _statements[sql] += 1
    return execute(sql, params, many, context)


def _write(folder: Path, name: str, sampler: Sampler | None) -> None:
    has_begun = False
    while True:
        time.sleep(EVERY)
        _replace(folder / f"statements-{name}-{os.getpid()}.json", dict(_statements))
        if sampler and has_begun:
            _replace(folder / f"profile-{os.getpid()}.json", sampler.as_json())
        elif sampler and (folder / BEGUN).exists():
            has_begun = True
            sampler.reset()


def _replace(path: Path, content: object) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content))
    draft.replace(path)
