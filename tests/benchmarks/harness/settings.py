"""Settings of a process that is measured: those of a trial, and somebody who takes notes in its workers."""

from config.settings.development import *  # noqa: F403
from tests.benchmarks.harness import watching

watching.begin()
