"""The web server's application with a clock on every function, for `bench api --profile`; slows what it looks at."""

from __future__ import annotations

import atexit
import cProfile
import os
import threading
from typing import Any

from config.wsgi import application as real

_profile, _lock = cProfile.Profile(), threading.Lock()


def application(environ: Any, start_response: Any) -> Any:
    with _lock:  # One clock measures one request at a time.
        return _profile.runcall(real, environ, start_response)


def _write() -> None:
    _profile.dump_stats(f"{os.environ['BENCH_PROFILE']}.{os.getpid()}")


atexit.register(_write)
