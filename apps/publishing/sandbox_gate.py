"""The gate of tests: what goes to simulated platforms is held where none are run, and never goes anywhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.publishing.gates import Obstacle, Row
from apps.publishing.models import Publication
from apps.social_accounts.adapters import has_sandbox
from apps.social_accounts.errors import NO_SANDBOX

PROBLEM: Final = "no_sandbox"


def without_sandbox(rows: Sequence[Row], now: datetime) -> Mapping[UUID, Obstacle]:
    """The rows that are only a test, where there is no simulation; no query at all."""
    if has_sandbox():
        return {}
    return {row.pk: Obstacle(PROBLEM, f"{NO_SANDBOX} Resume it once they run.") for row in rows if _is_test(row)}


def _is_test(row: Row) -> bool:
    account = row.account if isinstance(row, Publication) else row.publication.account
    return bool(account.is_test)
