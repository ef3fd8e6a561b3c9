"""Trial and development on one machine: what `make run` uses."""

import os
from pathlib import Path

from config import local

local.prepare(Path(os.environ.get("POSTROOM_VAR") or Path(__file__).resolve().parent.parent.parent / "var"))

from config import env  # noqa: E402
from config.settings.base import *  # noqa: E402, F403

DEBUG = env.flag("DEBUG", True)
# Static files come from where they are written: nothing has to be collected for a trial.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
SIGNUP_OPEN = env.flag("SIGNUP_OPEN", True)
