"""Threads that work for as long as there is work renew their database connections between two pieces of it.

A round may go on for days. Nothing but this closes a connection that the database, or a machine on the way to it, has
given up meanwhile.
"""

from __future__ import annotations

import threading

from django.db import connections


class Freshness:
    """The connections of the threads of one round."""

    def __init__(self) -> None:
        self._generation = 0
        self._of_this_thread = threading.local()

    def renew(self) -> None:
        """Whatever connection is open now is closed by its own thread before that uses it for something new."""
        self._generation += 1

    def keep(self) -> None:
        """Between two pieces of work: close what broke in the last one, and what `renew` was called about."""
        generation = self._generation
        is_stale = getattr(self._of_this_thread, "generation", generation) != generation
        self._of_this_thread.generation = generation
        for connection in connections.all(initialized_only=True):
            if is_stale or connection.errors_occurred:
                connection.close()
