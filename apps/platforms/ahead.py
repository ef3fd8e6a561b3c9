"""How early the preparing of a post may begin, and until when what was prepared stays good.

Both follow from what its platform declares (`Capabilities.stage_ahead` and `staged_for`, which a format may differ in)
and from what the operator says: `given` are spans by platform that hold instead, as `<PLATFORM>_STAGE_AHEAD_SECONDS`
names them, and `most` is the longest for all others (`PUBLISH_STAGE_AHEAD_SECONDS`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from apps.platforms import registry
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import Draft
from apps.platforms.formats import limits_of, with_limits

Spans = Mapping[str, timedelta]
NOT_AT_ALL: Final = timedelta(0)


def longest(platform: str, given: Spans, *, most: timedelta = timedelta.max) -> timedelta:
    """How long before its hour any post of `platform` may be prepared: for whoever does not know the post yet."""
    can = registry.capabilities(platform)
    ways = (can, *(with_limits(can, one.limits) for one in can.formats))
    return max(_span(platform, one, given, most) for one in ways)


def before_the_hour(platform: str, draft: Draft, given: Spans, *, most: timedelta = timedelta.max) -> timedelta:
    """How long before its hour this draft may be prepared; nothing where there is nothing to be done ahead."""
    adapter = registry.adapter_class(platform)
    if not adapter.stages(draft):
        return NOT_AT_ALL
    return _span(platform, limits_of(draft, adapter.capabilities), given, most)


def good_until(platform: str, draft: Draft, *, begun_at: datetime) -> datetime | None:
    """When what was begun at `begun_at` is over: from then on it is staged anew. None: not before it is taken back."""
    adapter = registry.adapter_class(platform)
    lasts = limits_of(draft, adapter.capabilities).staged_for
    return begun_at + lasts if lasts is not None and adapter.stages(draft) else None


def _span(platform: str, can: Capabilities, given: Spans, most: timedelta) -> timedelta:
    """Never more than half of the time for which it stays good, so that a post that is late still finds it."""
    span = given[platform] if platform in given else min(can.stage_ahead, most)
    return min(span, can.staged_for / 2) if can.staged_for is not None else span
