"""The way to the server that the counts live in: short waits, and no second one while the first has told enough.

Whoever finds it silent marks it so for this process; until a pause is over nobody else waits for it, and after that one
caller at a time tries again.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.core import clock

logger = logging.getLogger(__name__)

# One for each thread that asks: fewer than threads would look like a server that does not answer.
MOST_CONNECTIONS: Final = 10_000
SCRIPTS: Final = Path(__file__).parent / "scripts"
_WINDOWS: Final = (SCRIPTS / "windows.lua").read_text()
ASK: Final = _WINDOWS + (SCRIPTS / "ask.lua").read_text()
SETTLE: Final = _WINDOWS + (SCRIPTS / "settle.lua").read_text()


class Unreachable(Exception):
    """The server does not answer, or did not a moment ago."""


class Link:
    """One process' connections to the server at `url`, shared by its threads."""

    def __init__(self, url: str) -> None:
        seconds = settings.GOVERNOR_TIMEOUT.total_seconds()
        self.url = url
        self._client = redis.Redis.from_url(
            url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 0),
            max_connections=MOST_CONNECTIONS,
        )  # fmt: skip
        self._scripts = {text: self._client.register_script(text) for text in (ASK, SETTLE)}
        self._lock = threading.Lock()
        self._next_try = 0.0  # by the monotonic clock; 0: it answers
        self.silent_since: datetime | None = None

    def run(self, script: str, keys: Sequence[str], told: dict[str, Any]) -> Any:
        """The answer of one of the scripts. Raises Unreachable."""
        return json.loads(self.call(lambda _: self._scripts[script](keys=keys, args=[json.dumps(told)])))

    def call(self, work: Any) -> Any:
        """What `work` gives, handed the client. Raises Unreachable."""
        self._wait_for_turn()
        try:
            found = work(self._client)
        except (redis.RedisError, OSError) as error:  # One that refuses (read only, full) is of as little use.
            self._note_silence(error)
            raise Unreachable(type(error).__name__) from error
        if self.silent_since is not None:
            self._note_answer()
        return found

    def close(self) -> None:
        self._client.close()

    def _wait_for_turn(self) -> None:
        if self.silent_since is None:
            return
        with self._lock:
            now = time.monotonic()
            if self.silent_since is not None and now < self._next_try:
                raise Unreachable("It did not answer a moment ago")
            self._next_try = now + settings.GOVERNOR_RETRY_AFTER.total_seconds()

    def _note_silence(self, error: Exception) -> None:
        with self._lock:
            self._next_try = time.monotonic() + settings.GOVERNOR_RETRY_AFTER.total_seconds()
            if self.silent_since is None:
                self.silent_since = clock.now()
                logger.error("The rate governor's server does not answer: on at a safe rate (%r)", error)

    def _note_answer(self) -> None:
        with self._lock:
            if self.silent_since is not None:
                logger.warning("The rate governor's server answers again")
            self.silent_since, self._next_try = None, 0.0
