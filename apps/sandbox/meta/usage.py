"""Meta's rate limits: buckets that fill in a window, told in percent; who keeps knocking waits longer."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from apps.sandbox.core.world import World

# "Calls made while throttled raise the count and prolong the block": by how much is not documented.
PENALTY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Usage:
    percent: int  # 100: throttled
    minutes: int  # until it is over; 0 unless throttled

    @property
    def is_throttled(self) -> bool:
        return self.percent >= 100


def count(world: World, bucket: str, *, limit: int, window: timedelta) -> Usage:
    """Count one call against `bucket` (a limit of 0 is none) and say how full it is now."""
    if not limit:
        return Usage(0, 0)
    now, blocks = world.now(), world.box("meta", "block")
    block = blocks.thing(bucket)
    used = world.limits.hit(f"meta {bucket}", limit=limit, window=window, now=now)
    if block is None and not used.is_exceeded:
        return Usage(min(99, 100 * used.used // limit), 0)
    ends = block.expires_at + PENALTY if block and block.expires_at else used.reset_at
    lasts = ends - now
    blocks.put(bucket, {}, lives=lasts)
    return Usage(100, math.ceil(lasts.total_seconds() / 60))


def tell_app(response: Response, usage: Usage) -> None:
    """`X-App-Usage`; Meta leaves it out while there is little to tell."""
    if usage.percent:
        told = {"call_count": usage.percent, "total_cputime": usage.percent // 4, "total_time": usage.percent // 4}
        response.headers["X-App-Usage"] = json.dumps(told)


def tell_business(response: Response, usage: Usage, *, id: str, type: str) -> None:
    """`X-Business-Use-Case-Usage` of the Page or account `id`."""
    if usage.percent:
        told = {
            "type": type,
            "call_count": usage.percent,
            "total_cputime": usage.percent // 4,
            "total_time": usage.percent // 4,
            "estimated_time_to_regain_access": usage.minutes,
        }
        response.headers["X-Business-Use-Case-Usage"] = json.dumps({id: [told]})
