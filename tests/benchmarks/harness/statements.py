"""SQL statements, counted where they arrive: by PostgreSQL itself, or else by the processes' own notes.

Those of the workers that publish go by their notes alone, which leave out what opens and ends a transaction.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

# What opens and ends transactions and tells them their tenant; all else reads or writes rows.
FRAME: Final = ("begin", "commit", "rollback", "savepoint", "release", "set ", "select set_config")
ALIVE: Final = "SELECT $1"  # whether a connection that was kept still lives, once for each request
BRACKETS: Final = ("begin", "commit", "rollback", "savepoint", "release")
# PostgreSQL's own, at the end of a transaction: nobody has sent them, and they cost all the same.
CHECK: Final = "OPERATOR(pg_catalog.=)"
MOST: Final = 20
LONGEST: Final = 160
COUNTED: Final = """
    SELECT query, sum(calls)::int FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND query NOT LIKE '%pg_stat_statements%'
    GROUP BY query
"""


class Statements:
    """Those of a stretch of time: from `begin` until `figures`. `owner` is a psycopg connection, on PostgreSQL."""

    def __init__(self, owner: Any, folder: Path) -> None:
        self.owner, self._folder = owner, folder
        self._before: Counter[str] = Counter()
        self._before_in_workers = 0

    def begin(self) -> None:
        self._before_in_workers = self._noted("worker").total()
        if self.owner is not None:
            self.owner.execute("SELECT pg_stat_statements_reset()")
        else:
            self._before = self._noted()

    def figures(self, count: int) -> dict[str, Any]:
        """For each of `count` publications: all that anybody has sent, beat and relay included, and how much of it
        is about rows; and the checks of foreign keys that it has caused."""
        found = self._noted() - self._before if self.owner is None else self._counted()
        checks = Counter({text: times for text, times in found.items() if CHECK in text})
        sent = found - checks
        frame = sum(times for text, times in sent.items() if text.strip().lower().startswith(FRAME))
        per = max(count, 1)
        in_workers = self._noted("worker").total() - self._before_in_workers
        return {
            "statements_per_publication_in_workers": round(in_workers / per, 2),
            "statements_per_publication": round(sent.total() / per, 2),
            "statements_on_rows_per_publication": round((sent.total() - frame) / per, 2),
            "foreign_key_checks_per_publication": round(checks.total() / per, 2),
            "most_frequent_statements": {text: round(n / per, 3) for text, n in self._merged(sent).most_common(MOST)},
        }

    def by_kind(self, count: int) -> dict[str, Any]:
        """For each of `count` requests, on PostgreSQL: what reads or writes rows, takes a lock or names the tenant;
        what opens and ends transactions; the checks of foreign keys; and the statements themselves."""
        found = self._counted()
        checks = Counter({text: times for text, times in found.items() if CHECK in text})
        brackets = Counter({text: times for text, times in found.items() if text.strip().lower().startswith(BRACKETS)})
        rows = found - checks - brackets
        rows.pop(ALIVE, None)
        per = max(count, 1)
        return {
            "statements_on_rows": round(rows.total() / per, 2),
            "transactions": round(brackets.total() / per, 2),
            "foreign_key_checks": round(checks.total() / per, 2),
            "statements": {text: round(n / per, 2) for text, n in self._merged(rows).most_common(MOST)},
            "brackets": {text: round(n / per, 2) for text, n in self._merged(brackets).most_common(MOST)},
        }

    def _counted(self) -> Counter[str]:
        return Counter(dict(self.owner.execute(COUNTED).fetchall()))

    def _noted(self, of: str = "*") -> Counter[str]:
        found: Counter[str] = Counter()
        for path in self._folder.glob(f"statements-{of}-*.json"):
            found.update(json.loads(path.read_text()))
        return found

    @staticmethod
    def _merged(found: Counter[str]) -> Counter[str]:
        """By their beginnings, for lists of different lengths make one statement many; columns say little."""
        merged: Counter[str] = Counter()
        for text, times in found.items():
            short = re.sub(r"^SELECT (?!set_config).*? FROM ", "SELECT … FROM ", " ".join(text.split()))
            merged[short[:LONGEST]] += times
        return merged
