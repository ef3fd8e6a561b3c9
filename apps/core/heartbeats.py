"""Signs of life: every worker and beat says every few seconds that it is there, and everybody may look.

They are kept in Valkey, beside the queue, by its clock: clocks of machines that disagree make nobody look dead, and how
far a process' clock is off is known. A process has *lanes*: the queues that a worker consumes, or `beat`. A lane is
silent when no process of it has been heard of for HEARTBEAT_STALE; since when is known even after a process was
forgotten, for each lane keeps the instant of its last sign.

Reading costs one round trip and is shared by all requests of a process for some seconds. A queue that does not answer
costs one of them the blink of a time-out, and none of them an error.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.core import clock

logger = logging.getLogger(__name__)

EVERY: Final = 5.0  # seconds between two signs
SHARED: Final = 3.0  # seconds for which one look serves all requests of a process
PATIENCE: Final = 0.3  # seconds that a page waits for the queue, at most twice
FORGOTTEN_AFTER: Final = timedelta(hours=1)  # a process that is not heard of is named that long
BEAT: Final = "beat"

WHO, SEEN, LANES = "postroom:life:who", "postroom:life:seen", "postroom:life:lanes"
# One step on the server, by its clock, so that nobody ever sees half a sign.
SIGN = """
local t = redis.call('TIME')
local now = t[1] .. '.' .. string.format('%06d', t[2])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], now)
for i = 3, #ARGV do redis.call('HSET', KEYS[3], ARGV[i], now) end
return now
"""


@dataclass(frozen=True, slots=True)
class Process:
    """One process as it described itself, and when it was last heard of. `clock_ahead` is how far its clock runs before
    the queue's; what a sign takes on its way is in there."""

    name: str
    lanes: tuple[str, ...]
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    clock_ahead: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Silence:
    """A lane of which nobody is heard; `since` is its last sign of life, None where there never was one."""

    lane: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Signs:
    """What was seen in one look, at `at`. A queue that does not answer has `unreachable_since`, and tells nothing."""

    at: datetime
    processes: tuple[Process, ...] = ()
    lanes: Mapping[str, datetime] = field(default_factory=dict)
    unreachable_since: datetime | None = None

    def living(self) -> list[Process]:
        return [process for process in self.processes if self.at - process.seen_at <= settings.HEARTBEAT_STALE]

    def lost(self) -> list[Process]:
        """Those that went silent without a word of farewell."""
        return [process for process in self.processes if self.at - process.seen_at > settings.HEARTBEAT_STALE]

    def silences(self) -> list[Silence]:
        """The lanes that are wanted and silent, in the order of `wanted_lanes`."""
        if self.unreachable_since:
            return []
        heard = {lane for process in self.living() for lane in process.lanes}
        return [Silence(lane, self.lanes.get(lane)) for lane in wanted_lanes() if lane not in heard]


def wanted_lanes() -> tuple[str, ...]:
    """Beat, and each queue that some task is sent to: without a worker there, something never happens."""
    routed = [route["queue"] for route in getattr(settings, "CELERY_TASK_ROUTES", {}).values() if "queue" in route]
    return tuple(dict.fromkeys([BEAT, getattr(settings, "CELERY_TASK_DEFAULT_QUEUE", "celery"), *routed]))


class Heart:
    """The life of this process: `beat` says that it is there, `stop` that it leaves on purpose."""

    def __init__(self, name: str, lanes: Iterable[str]) -> None:
        self.id = f"{socket.gethostname()}:{os.getpid()}:{name}"
        self._lanes = list(lanes)
        self._about = {
            "name": name,
            "lanes": self._lanes,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "version": settings.VERSION,
            "started_at": clock.now().timestamp(),
        }

    def beat(self) -> bool:
        """Give a sign of life; False, and a line in the log, where the queue does not take it. Never raises."""
        about = json.dumps({**self._about, "clock": clock.now().timestamp()})
        try:
            client().eval(SIGN, 3, WHO, SEEN, LANES, self.id, about, *self._lanes)
        except redis.RedisError as error:
            logger.warning("No sign of life could be given: %s", type(error).__name__)
            return False
        return True

    def stop(self) -> None:
        """Take leave: the process is not missed. Its lanes are, if nobody else has them."""
        forget([self.id])


def look() -> Signs:
    """What is to be seen now; raises redis.RedisError where the queue does not answer."""
    with client().pipeline(transaction=False) as ask:
        ask.time()
        for key in (WHO, SEEN, LANES):
            ask.hgetall(key)
        (seconds, micros), who, seen, lanes = ask.execute()
    found = [_process(about, seen[key]) for key, about in who.items() if key in seen]
    return Signs(
        at=_instant(seconds + micros / 1e6),
        processes=tuple(sorted(found, key=lambda process: (process.name, process.host, process.pid))),
        lanes={lane.decode(): _instant(at) for lane, at in lanes.items()},
    )


class _Shared:
    """One look for all threads of the process: whoever finds it old looks anew, and nobody waits for them."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._signs = Signs(at=clock.now())
        self._good_until = 0.0

    def signs(self) -> Signs:
        if time.monotonic() >= self._good_until and self._looking.acquire(blocking=False):
            try:
                self._signs = self._look()
                self._good_until = time.monotonic() + SHARED
            finally:
                self._looking.release()
        return self._signs

    def expire(self) -> None:
        self._good_until = 0.0

    def _look(self) -> Signs:
        try:
            return look()
        except redis.RedisError as error:
            since = self._signs.unreachable_since
            if since is None:
                logger.error("The queue does not answer: %s", type(error).__name__)
            return Signs(at=clock.now(), lanes=self._signs.lanes, unreachable_since=since or clock.now())


_shared = _Shared()
_known: dict[str, redis.Redis] = {}


def current() -> Signs:
    """What was to be seen within the last seconds, from memory; never raises and never waits for long."""
    return _shared.signs()


def look_again() -> None:
    """Let the next `current` look for itself. For tests, and whoever has just changed what is to be seen."""
    _shared.expire()


def forget(ids: Iterable[str]) -> None:
    """Name these processes no more; a queue that does not answer has forgotten them, or will."""
    gone = list(ids)
    if not gone:
        return
    try:
        with client().pipeline() as ask:
            for key in (WHO, SEEN):
                ask.hdel(key, *gone)
            ask.execute()
    except redis.RedisError as error:
        logger.warning("A process could not be forgotten: %s", type(error).__name__)


def forget_long_lost() -> int:
    """Forget processes that were not heard of for an hour; how many there were."""
    signs = look()
    old = [f"{one.host}:{one.pid}:{one.name}" for one in signs.lost() if signs.at - one.seen_at > FORGOTTEN_AFTER]
    forget(old)
    return len(old)


def as_facts(process: Process) -> dict[str, Any]:
    """For JSON."""
    said = {**asdict(process), "clock_ahead": round(process.clock_ahead.total_seconds(), 3)}
    return {**said, "started_at": process.started_at.isoformat(), "seen_at": process.seen_at.isoformat()}


def _process(about: bytes, seen: bytes) -> Process:
    said = json.loads(about)
    seen_at = _instant(seen)
    return Process(
        name=said["name"],
        lanes=tuple(said["lanes"]),
        host=said["host"],
        pid=said["pid"],
        version=said["version"],
        started_at=_instant(said["started_at"]),
        seen_at=seen_at,
        clock_ahead=_instant(said["clock"]) - seen_at,
    )


def _instant(seconds: float | bytes) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)


def client() -> redis.Redis:
    """The queue's server, asked with little patience."""
    return _client_of(settings.REDIS_URL)


def hang_up() -> None:
    """Close the connections to the queue's server; the next sign or look opens its own."""
    for url in list(_known):
        _known.pop(url).close()


def _client_of(url: str) -> redis.Redis:
    # Tried twice, for a connection that a restarted server has closed is found out by using it.
    waits = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE, "retry": Retry(NoBackoff(), 1)}
    if url not in _known:
        _known[url] = redis.Redis.from_url(url, **waits)
    return _known[url]
