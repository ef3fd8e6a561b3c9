"""Keeping a claim alive while its conversion runs, and noticing that it is lost."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final

from django.conf import settings

from apps.core import clock
from apps.media.errors import LostRendition
from apps.media.models import Rendition
from apps.media.rendering.claims import Claim

BEAT: Final = 1.0  # seconds between two words to the database


class Hold:
    """Extends the lease and writes down the progress, at most once in `beat` seconds; whoever works asks `is_lost`
    often."""

    def __init__(self, claim: Claim, *, beat: float = BEAT) -> None:
        self._claim, self._beat = claim, beat
        self._share = 0.0
        self._next_at = time.monotonic() + beat
        self._lost = False

    def progress(self, share: float) -> None:
        self._share = share

    def is_lost(self) -> bool:
        """Whether another worker has the row, or somebody has called it off."""
        if not self._lost and time.monotonic() >= self._next_at:
            self._lost = not self._extend(settings.MEDIA_LEASE)
            self._next_at = time.monotonic() + self._beat
        return self._lost

    def stretch(self, span: timedelta) -> None:
        """Hold it that long without a further word; raises LostRendition."""
        if not self._extend(span):
            raise LostRendition(str(self._claim))

    def _extend(self, span: timedelta) -> bool:
        with self._claim.scope():
            mine = Rendition.objects.held(self._claim.rendition_id, self._claim.fence)
            percent = min(int(self._share * 100), 99)
            return bool(mine.update(percent=percent, lease_until=clock.now() + span))
