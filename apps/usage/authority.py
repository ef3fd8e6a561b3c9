"""What the room of people and places asks of plans (`apps.tenants.limits`)."""

from __future__ import annotations

from collections.abc import Callable

from apps.usage import selectors, services
from apps.usage.errors import PlanIsFull
from apps.usage.meters import Limit


class Plans:
    def refusal(self, of: str, used: Callable[[], int]) -> str:
        try:
            services.require(Limit(of), used=used)
        except PlanIsFull as full:
            return full.words
        return ""

    def white_label(self) -> bool | None:
        return selectors.allows_white_label()
