"""What a web process loads at its start is left out of later collections of garbage."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.sandbox import ROOT

FROZEN = "import config.wsgi, gc; print(gc.get_freeze_count())"


def test_a_web_process_walks_no_more_through_what_it_loaded():
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    said = subprocess.run(
        [sys.executable, "-c", FROZEN], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert int(said.stdout) > 100_000
