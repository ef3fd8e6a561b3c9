"""Trial and development on one machine: what `make run` uses."""

import os
from pathlib import Path

from config import local

local.prepare(Path(os.environ.get("POSTROOM_VAR") or Path(__file__).resolve().parent.parent.parent / "var"))

from config import env  # noqa: E402
from config.settings.base import *  # noqa: E402, F403

DEBUG = env.flag("DEBUG", True)
