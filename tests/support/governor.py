"""Each test finds every platform's limits unused and no breaker open, whatever the tests before it did."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from apps.core import ids


@pytest.fixture(autouse=True)
def _unused_limits(settings: Settings) -> None:
    settings.GOVERNOR_PREFIX = f"governor-{ids.new_id()}"
