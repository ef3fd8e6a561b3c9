from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the corpus lie once they were made."""
    return tmp_path_factory.mktemp("corpus")
