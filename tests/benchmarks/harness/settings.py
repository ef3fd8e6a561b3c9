"""Settings of a process that is measured: those of a trial, somebody who takes notes in its
workers, and what goes wrong in them."""

from config.settings.development import *  # noqa: F403
from tests.benchmarks.harness import inside, pressure, watching

watching.begin()
inside.begin()
pressure.begin()
