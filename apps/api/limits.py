"""How often a key may ask: so many times in a second, in ten and in a minute, counted at once.

One sorted set for each key holds the requests of the last minute; a script counts them in all windows and adds this one
only if it fits into each, so that two at the same moment cannot both be the last.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import redis
from django.conf import settings
from rest_framework.throttling import BaseThrottle

from apps.core.ids import new_id
from apps.tenants.rest.once import SAFE
from apps.tenants.rest.problems import Problem

logger = logging.getLogger(__name__)

SCRIPT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local longest = tonumber(ARGV[#ARGV])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - longest)
local wait, answer = 0, {}
for number = 2, #ARGV, 2 do
  local most, span = tonumber(ARGV[number]), tonumber(ARGV[number + 1])
  local used = redis.call('ZCOUNT', KEYS[1], '(' .. (now - span), '+inf')
  local first = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. (now - span), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  local free_in = first[2] and (tonumber(first[2]) + span - now) or span
  if used >= most and free_in > wait then wait = free_in end
  table.insert(answer, most - used)
  table.insert(answer, free_in)
end
if wait == 0 then
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], longest)
  for number = 1, #answer, 2 do answer[number] = answer[number] - 1 end
end
table.insert(answer, 1, wait)
return answer
"""


@dataclass(frozen=True, slots=True)
class Window:
    """`most` requests in `seconds`."""

    most: int
    seconds: int


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


def take(key: str) -> Reading:
    """Count one request, unless it is one too many. Raises redis.RedisError where nobody can count."""
    windows = tuple(Window(most, seconds) for most, seconds in settings.API_RATE_WINDOWS)
    numbers = [number for window in windows for number in (window.most, window.seconds * 1000)]
    found = _script(settings.REDIS_URL)(keys=[f"api:rate:{key}"], args=[new_id().hex, *numbers])
    left = tuple((w, found[1 + 2 * n], found[2 + 2 * n] / 1000) for n, w in enumerate(windows))
    return Reading(found[0] / 1000, left)


class KeyThrottle(BaseThrottle):
    """Without the server that counts, reads go on uncounted and writes wait."""

    def allow_request(self, request: Any, view: Any) -> bool:
        try:
            self.reading = take(str(request.user.key.pk))
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
