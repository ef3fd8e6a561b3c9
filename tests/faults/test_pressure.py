"""Figures and posts want the same grants: small, on the stand of `manage.py bench snapshots --pressure`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.benchmarks import snapshots

pytestmark = pytest.mark.faults

STAND: dict[str, Any] = {
    "workspaces": 12, "accounts": 60, "latency_ms": 150, "workers": None, "threads": 16, "strikes": 1,
    "database": "postgres", "platform": "mastodon", "profile": "", "fault": "none", "lone": 20, "gap_ms": 800,
}  # fmt: skip


def test_posts_go_out_on_time_while_figures_wait_for_grants() -> None:
    found = snapshots.run(**STAND, count=2000, batches=False, pressure=10, most_seconds=120)

    assert found["published_meanwhile"] == STAND["lone"]
    assert found["figures_put_off"] > 0, "there was no pressure"
    assert found["posts_put_off"] == 0
    assert found["publishing_went_first"]
    assert found["double_rows"] == 0
