"""How early the preparing of a post may begin, and until when what was prepared stays good.

Both follow from what its platform declares (`Capabilities.stage_ahead` and `staged_for`, which a format may differ in),
from what the operator says, and from how long it was seen to take.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from apps.platforms import registry
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import Draft
from apps.platforms.formats import limits_of, with_limits

NOT_AT_ALL: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Said:
    """What is known about one platform besides its declaration.

    `given` holds instead of all else (`<PLATFORM>_STAGE_AHEAD_SECONDS`). `most` is the longest that is usual
    (`PUBLISH_STAGE_AHEAD_SECONDS`; 0 prepares nothing ahead), and `measured` what posts there were seen to need, which
    may be more than that.
    """

    given: timedelta | None = None
    most: timedelta = timedelta.max
    measured: timedelta = NOT_AT_ALL


def longest(platform: str, said: Said) -> timedelta:
    """How long before its hour any post of `platform` may be prepared: for whoever does not know the post yet."""
    can = registry.capabilities(platform)
    ways = (can, *(with_limits(can, one.limits) for one in can.formats))
    return max(_span(one, said) for one in ways)


def before_the_hour(platform: str, draft: Draft, said: Said) -> timedelta:
    """How long before its hour this draft may be prepared; nothing where there is nothing to be done ahead."""
    adapter = registry.adapter_class(platform)
    if not adapter.stages(draft):
        return NOT_AT_ALL
    return _span(limits_of(draft, adapter.capabilities), said)


def good_until(platform: str, draft: Draft, *, begun_at: datetime) -> datetime | None:
    """When what was begun at `begun_at` is over: from then on it is staged anew. None: not before it is taken back."""
    adapter = registry.adapter_class(platform)
    lasts = limits_of(draft, adapter.capabilities).staged_for
    return begun_at + lasts if lasts is not None and adapter.stages(draft) else None


def _span(can: Capabilities, said: Said) -> timedelta:
    """Never more than half of the time for which it stays good, so that a post that is late still finds it."""
    span = _usual(can, said) if said.given is None else said.given
    return min(span, can.staged_for / 2) if can.staged_for is not None else span


def _usual(can: Capabilities, said: Said) -> timedelta:
    if not said.most or not can.stage_ahead:
        return NOT_AT_ALL
    return max(min(can.stage_ahead, said.most), said.measured)
