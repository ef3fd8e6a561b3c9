"""Who goes first: a lower lane never takes what is reserved for those above it."""

from __future__ import annotations

from enum import IntEnum

from django.conf import settings


class Lane(IntEnum):
    """What a call is for, the most important first."""

    PUBLISH = 0
    REFRESH = 1  # what keeps accounts connected
    HEALTH = 2
    RECONCILE = 3
    ANALYTICS = 4
    IMPORT = 5

    @property
    def ceiling(self) -> float:
        """The share of a limit beyond which this lane takes nothing: what lies above is kept for higher lanes."""
        return float(settings.GOVERNOR_LANES[self] / 100)
