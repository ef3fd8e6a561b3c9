"""How a conversion ends: each is one conditional UPDATE that knows the fence."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from apps.core import clock
from apps.events import services as events
from apps.media.errors import LostRendition
from apps.media.models import Rendition
from apps.media.states import RenditionState

if TYPE_CHECKING:
    from apps.media.probing import Probe
    from apps.media.rendering.claims import Claim

logger = logging.getLogger(__name__)

PAUSE: Final = timedelta(seconds=30)  # before the next try, when something of ours broke


def finish(claim: Claim, made: Probe, *, name: str, sha256: str) -> None:
    """The file is stored under `name`; raises LostRendition when the row is not ours any more."""
    shape = ("mime_type", "size", "width", "height", "frames", "seconds", "frame_rate", "video_codec", "audio_codec")
    facts = {field: getattr(made, field) for field in (*shape, "bit_rate")}
    _move(claim, RenditionState.READY, file=name, sha256=sha256, percent=100, words="", lease_until=None, **facts)


@transaction.atomic
def fail(claim: Claim, words: str, *, lapsed_at: datetime | None = None) -> bool:
    """It cannot be made, and people hear why; with `lapsed_at` only where the lease is over by then."""
    with claim.scope():
        mine = Rendition.objects.held(claim.rendition_id, claim.fence)
        if lapsed_at is not None:
            mine = mine.filter(lease_until__lt=lapsed_at)
        changes = {"state": RenditionState.FAILED, "words": words, "lease_until": None, "updated_at": clock.now()}
        if not mine.update(**changes):
            return False
        rendition = Rendition.objects.get(pk=claim.rendition_id)
        about = {"asset_id": str(rendition.asset_id), "purpose": rendition.purpose, "words": words}
        events.emit("media.failed", subject=rendition, data=about)
        return True


def postpone(claim: Claim) -> None:
    """Something of ours broke: the lease ends soon, and then it is tried again, or has failed if that was often."""
    with claim.scope():
        Rendition.objects.held(claim.rendition_id, claim.fence).update(lease_until=clock.now() + PAUSE)


def _move(claim: Claim, to: RenditionState, **changes: Any) -> None:
    with claim.scope():
        mine = Rendition.objects.held(claim.rendition_id, claim.fence)
        if not mine.update(state=to, updated_at=clock.now(), **changes):
            raise LostRendition(str(claim))
