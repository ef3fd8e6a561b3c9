"""Who answers what: the two platforms by their paths, the control address, and the faults in between."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial

from apps.sandbox.fast import control
from apps.sandbox.fast.faults import Fault
from apps.sandbox.fast.mastodon import Mastodon
from apps.sandbox.fast.tally import Tally
from apps.sandbox.fast.threads import Threads
from apps.sandbox.fast.wire import Answer, Request, Turn

NOT_FOUND = Answer('{"error": "Not found"}', 404)
UNAUTHORIZED = Answer('{"error": "The access token is invalid"}', 401)
FAILED = Answer('{"error": "Something went wrong on our side"}', 500)


class Stub:
    """Both platforms at one address. A post is accepted the moment that its request is read in whole; the answer leaves
    `latency` seconds later."""

    def __init__(self, origin: str, *, latency: float = 0.0, clock: Callable[[], float] = time.time) -> None:
        self.origin, self.latency, self._clock = origin, latency, clock
        self.faults: list[Fault] = []
        self.requests = 0
        self.reset()

    def reset(self, *, honours_keys: bool = True) -> None:
        """Forget every post, every fault and the counts."""
        self.tally = Tally()
        self.faults.clear()
        self.requests = 0
        self.mastodon = Mastodon(self.tally, self.origin, honours_keys=honours_keys)
        self.threads = Threads(self.tally, self.origin)

    def turn(self, request: Request) -> Turn:
        if request.path.startswith(control.PREFIX):
            return Turn(partial(control.answer, self, request))
        self.requests += 1
        platform = self.mastodon if request.path.startswith("/api/") else self.threads
        if not request.path.startswith(("/api/v1/", "/v1")):
            return Turn(lambda: NOT_FOUND, latency=self.latency)
        if not request.token:
            return Turn(lambda: UNAUTHORIZED, latency=self.latency)
        fault = self._fault() if platform.is_commit(request) else None
        pause = fault.seconds if fault and fault.kind == "latency" else 0.0
        return Turn(partial(self._act, platform, request, fault), pause=pause, latency=self.latency)

    def _fault(self) -> Fault | None:
        return next((fault for fault in self.faults if fault.strikes()), None)

    def _act(self, platform: Mastodon | Threads, request: Request, fault: Fault | None) -> Answer | None:
        kind = fault.kind if fault else ""
        if kind == "lost_before":
            return None
        if kind == "error_before":
            return FAILED
        try:
            answer = platform.answer(request, request.token, self._clock())
        except (ValueError, TypeError, IndexError):  # What nobody sends who means it.
            return Answer(json.dumps({"error": "The request makes no sense"}), 400)
        if answer.status >= 400 or not kind.endswith("_after"):
            return answer
        return None if kind == "lost_after" else FAILED
