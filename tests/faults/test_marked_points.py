"""Workers die at every marked point while platforms lose answers: small, on the stand of `manage.py bench`.

The same at size, and every other fault: `manage.py bench publish --fault ...` (docs/performance.md, "Faults").
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.benchmarks import publish
from tests.benchmarks.harness import marks

pytestmark = pytest.mark.faults

STAND: dict[str, Any] = {
    "workspaces": 12, "accounts": 60, "latency_ms": 150, "workers": None, "threads": 16, "strikes": 1,
    "database": "postgres", "platform": "mastodon", "profile": "", "prepared": True, "comments": 0,
}  # fmt: skip


def test_workers_die_at_every_mark_and_nothing_is_lost_nor_out_twice() -> None:
    found = publish.run(**STAND, count=150, fault="mixed", most_seconds=100)

    told = {name: found[name] for name in ("kills", "struck", "struck_at", "missing_by_state", "states", "words")}
    sys.stderr.write(f"\n{told}\n")
    assert found["is_sound"], found
    assert sum(found["struck_at"].values()) >= len(marks.ALL) // 2, "too few have died to say anything"
    assert found["struck"], "no answer was lost"


def test_workers_die_at_every_mark_and_no_comment_is_lost_nor_said_twice() -> None:
    found = publish.run(**{**STAND, "comments": 120}, count=60, fault="mixed", most_seconds=100)["comments"]

    told = {name: found[name] for name in ("kills", "struck", "struck_at", "missing_by_state", "states", "words")}
    sys.stderr.write(f"\n{told}\n")
    assert found["is_sound"], found
    assert (found["count"], found["duplicates"], found["lost"]) == (120, 0, 0)
    assert sum(found["struck_at"].values()) >= len(marks.LEAVING) // 2, "too few have died to say anything"
    assert found["struck"], "no answer was lost"


@pytest.mark.parametrize(("guard", "fault"), [("intent", "kill"), ("search", "lost")])
def test_without_one_of_its_guards_the_count_shows_it(guard: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_BREAK", guard)

    # Slow answers, so that a kill meets requests under way.
    found = publish.run(**{**STAND, "latency_ms": 1500}, count=120, fault=fault, most_seconds=40)

    assert found["duplicates"]
    assert not found["is_sound"]
