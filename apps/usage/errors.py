"""What a limit says to whoever has reached it, in words that a page shows as they are."""

from __future__ import annotations

from datetime import date
from typing import Final

from apps.usage.meters import Limit, Meter

ASK: Final = "ask whoever runs your Postroom for another plan"


class LimitReached(Exception):
    """Nothing was counted or made. `words` say the limit, what is used, and what to do."""

    def __init__(self, words: str, *, limit: int, used: int) -> None:
        super().__init__(words)
        self.words = words
        self.limit = limit
        self.used = used


class OverLimit(LimitReached):
    """A meter has no room in this month or on this day; it starts anew on `resets_on`."""

    def __init__(self, words: str, *, meter: Meter, limit: int, used: int, resets_on: date) -> None:
        super().__init__(words, limit=limit, used=used)
        self.meter = meter
        self.resets_on = resets_on


class PlanIsFull(LimitReached):
    """The plan allows no more of something that stays until it is removed."""

    def __init__(self, words: str, *, of: Limit, limit: int, used: int) -> None:
        super().__init__(words, limit=limit, used=used)
        self.of = of
