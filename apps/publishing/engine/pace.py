"""How early preparing has to begin, as it was measured: what took long these last two weeks begins that much sooner.

Only what took long is written down, for nothing else asks for more than its platform's usual span. Where one process
learned it, the others know within a minute.
"""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from apps.core import clock
from apps.platforms.contract import Draft
from apps.publishing.models import LongPreparation

LONG: Final = timedelta(minutes=2)
MEMORY: Final = timedelta(days=14)
MOST: Final = timedelta(hours=6)
SHARE: Final = 0.9  # of the long ones would have been in time
RESERVE: Final = 1.5
LAST: Final = 2000  # rows that are looked at
FRESH_SECONDS: Final = 60.0

Paces = dict[tuple[str, bool], timedelta]  # by platform, and whether there is a film
_learned: Paces = {}
_learned_until = 0.0


def learn(platform: str, draft: Draft, took: timedelta) -> None:
    """Keep how long the preparing of this took, where it took long."""
    if took >= LONG:
        seconds = round(took.total_seconds())
        LongPreparation.objects.create(platform=platform, has_video=has_video(draft), seconds=seconds)


def wanted(platform: str, draft: Draft) -> timedelta:
    """How long before its hour the preparing of such a draft should begin; nothing where it never took long."""
    return _paces().get((platform, has_video(draft)), timedelta(0))


def most_wanted(platform: str) -> timedelta:
    """The same for any post of the platform."""
    return max(_paces().get((platform, film), timedelta(0)) for film in (False, True))


def has_video(draft: Draft) -> bool:
    return any(file.is_video for file in draft.media)


def forget(*, now: datetime) -> None:
    """Delete what is too old to count."""
    LongPreparation.objects.filter(created_at__lt=now - MEMORY).delete()


def look_again() -> None:
    """Read it anew at the next question."""
    global _learned_until
    _learned_until = 0.0


def _paces() -> Paces:
    global _learned, _learned_until
    if time.monotonic() >= _learned_until:
        _learned, _learned_until = _read(), time.monotonic() + FRESH_SECONDS
    return _learned


def _read() -> Paces:
    took: dict[tuple[str, bool], list[int]] = defaultdict(list)
    rows = LongPreparation.objects.filter(created_at__gte=clock.now() - MEMORY).order_by("-created_at")
    for platform, film, seconds in rows.values_list("platform", "has_video", "seconds")[:LAST]:
        took[platform, film].append(seconds)
    return {of: _span(sorted(seconds)) for of, seconds in took.items()}


def _span(seconds: list[int]) -> timedelta:
    """`seconds` in rising order."""
    return min(timedelta(seconds=seconds[int(SHARE * (len(seconds) - 1))] * RESERVE), MOST)
