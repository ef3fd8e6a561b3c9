"""How often a key may ask: so many times in a second, in ten and in a minute, counted at once.

One sorted set for each key holds the requests of the last minute, one for each organization those of all its keys, and
a third which keys have asked. A script counts them in all windows and adds this request only if it fits into each, so
that two at the same moment cannot both be the last.

**Fair between keys.** All keys of an organization together have a limit too. A key that storms may use what the others
leave, but never what is theirs: where the whole is used up, a key that has had less than its share of it (the whole by
the number of keys that ask) goes on. So what one key does costs another nothing but what it had beyond its share.

The numbers are the deployment's, or those of the organization's plan, which is asked once a minute.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

import redis
from django.conf import settings
from rest_framework.throttling import BaseThrottle

from apps.core import tenancy
from apps.core.ids import new_id
from apps.tenants.rest.once import SAFE
from apps.tenants.rest.problems import Problem
from apps.usage.pace import Window, usual_windows, windows_in_force

logger = logging.getLogger(__name__)

# Keys: of the key, of the organization, of those that ask. Arguments: a name for the request and for the key, and of
# each window its milliseconds, the most of a key and the most of the organization; the longest comes last.
SCRIPT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local longest = tonumber(ARGV[#ARGV - 2])
for _, name in ipairs(KEYS) do redis.call('ZREMRANGEBYSCORE', name, '-inf', now - longest) end
redis.call('ZADD', KEYS[3], now, ARGV[2])
redis.call('PEXPIRE', KEYS[3], longest)

local function used_of(name, span)
  local since = '(' .. (now - span)
  local first = redis.call('ZRANGEBYSCORE', name, since, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  local free_in = first[2] and (tonumber(first[2]) + span - now) or span
  return redis.call('ZCOUNT', name, since, '+inf'), free_in
end

local wait, answer = 0, {}
for number = 3, #ARGV, 3 do
  local span, most, whole = tonumber(ARGV[number]), tonumber(ARGV[number + 1]), tonumber(ARGV[number + 2])
  local used, free_in = used_of(KEYS[1], span)
  local used_by_all, all_free_in = used_of(KEYS[2], span)
  local asking = redis.call('ZCOUNT', KEYS[3], '(' .. (now - span), '+inf')
  local share = math.max(math.floor(whole / asking), 1)
  local left = most - used
  local left_to_it = math.max(whole - used_by_all, share - used)
  if left_to_it < left then left, free_in = left_to_it, all_free_in end
  if left <= 0 and free_in > wait then wait = free_in end
  table.insert(answer, left)
  table.insert(answer, free_in)
end
if wait == 0 then
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('ZADD', KEYS[2], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], longest)
  redis.call('PEXPIRE', KEYS[2], longest)
  for number = 1, #answer, 2 do answer[number] = answer[number] - 1 end
end
table.insert(answer, 1, wait)
return answer
"""
PLAN_KEPT: Final = 60.0  # seconds until a plan's numbers are read again


@dataclass(frozen=True, slots=True)
class Reading:
    """What is left in each window, and after how many seconds there is room again; `wait` is 0 for who may go on."""

    wait: float
    left: tuple[tuple[Window, int, float], ...]

    def headers(self) -> dict[str, str]:
        policy = ", ".join(f'"{w.seconds}s";q={w.most};w={w.seconds}' for w, _, _ in self.left)
        window, left, free_in = min(self.left, key=lambda one: (one[1] / one[0].most, -one[0].seconds))
        tightest = f'"{window.seconds}s";r={max(left, 0)};t={max(round(free_in), 1)}'
        return {"RateLimit-Policy": policy, "RateLimit": tightest}


def take(key: str, *, of: str = "", windows: Sequence[Window] = ()) -> Reading:
    """Count one request of a key of the organization `of`, unless it is one too many. Raises redis.RedisError where
    nobody can count."""
    windows = tuple(windows) or usual_windows()
    numbers = [number for one in windows for number in (one.seconds * 1000, one.most, one.whole)]
    together = f"api:rate:of:{of or key}"
    names = [f"api:rate:{key}", together, f"{together}:keys"]
    found = _script(settings.REDIS_URL)(keys=names, args=[new_id().hex, key, *numbers])
    left = tuple((one, found[1 + 2 * n], found[2 + 2 * n] / 1000) for n, one in enumerate(windows))
    return Reading(found[0] / 1000, left)


def windows_of(organization_id: UUID) -> tuple[Window, ...]:
    """Those of an organization, as its plan has them; after a change of plan they are a minute old at most."""
    known = _plans.get(organization_id)
    if known is None or known[0] < time.monotonic():
        known = _plans[organization_id] = (time.monotonic() + PLAN_KEPT, _planned(organization_id))
    return known[1]


def forget_plans() -> None:
    """Read every plan's numbers anew. For tests."""
    _plans.clear()


_plans: Final[dict[UUID, tuple[float, tuple[Window, ...]]]] = {}


def _planned(organization_id: UUID) -> tuple[Window, ...]:
    with tenancy.scope(organization_id=organization_id):
        return windows_in_force()


class KeyThrottle(BaseThrottle):
    """Without the server that counts, reads go on uncounted and writes wait."""

    def allow_request(self, request: Any, view: Any) -> bool:
        key = request.user.key
        try:
            windows = windows_of(key.organization_id)
            self.reading = take(str(key.pk), of=str(key.organization_id), windows=windows)
        except redis.RedisError as error:
            logger.error("Requests of the API cannot be counted: %s", type(error).__name__)
            if request.method in SAFE:
                return True
            raise Problem(
                503, "unavailable", "Requests cannot be counted at the moment. Try again soon.",
                headers={"Retry-After": "5"},
            ) from error  # fmt: skip
        view.headers.update(self.reading.headers())
        return not self.reading.wait

    def wait(self) -> float:
        return self.reading.wait


@cache
def _script(url: str) -> Any:
    client = redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    return client.register_script(SCRIPT)
