"""What a test process leaves on disk, removed when it ends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    var = Path(settings.VAR_DIR)
    is_worker = hasattr(config, "workerinput")
    if not is_worker and var.name.startswith("postroom-test-"):
        config.add_cleanup(lambda: shutil.rmtree(var, ignore_errors=True))
