"""An ear at the governor's door: what was asked, for which lane, and what it would have cost."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from apps.governor import calling
from apps.governor.decisions import Decision, Request
from apps.governor.lanes import Lane

MINUTE = timedelta(minutes=1)


class Asked:
    """Every question is the real governor's to answer; without `is_heeded` all requests leave whatever it says."""

    def __init__(self, *, is_heeded: bool = True) -> None:
        self.is_heeded = is_heeded
        self.begins: datetime | None = None  # minutes are counted from then on, and nothing is before
        self.granted: Counter[tuple[str, str, str]] = Counter()  # platform, call, lane
        self.units: Counter[str] = Counter()  # of YouTube, by lane
        self.minutes: dict[tuple[str, str, str], Counter[int]] = defaultdict(Counter)
        self.organizations: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        self.waits: list[float] = []
        self.denied = 0
        self._lock = threading.Lock()
        self._ask: Callable[..., Decision] = calling.ask

    @contextmanager
    def at_the_door(self) -> Iterator[None]:
        calling.ask = self.ask
        try:
            yield
        finally:
            calling.ask = self._ask

    def ask(self, request: Request, *, force: bool = False) -> Decision:
        began = time.perf_counter()
        decision = self._ask(request, force=force or not self.is_heeded)
        wait = time.perf_counter() - began
        with self._lock:
            self.waits.append(wait)
            self._note(request, decision)
        return decision

    def _note(self, request: Request, decision: Decision) -> None:
        if decision.retry_at is not None:
            self.denied += 1
            return
        name = (request.platform, request.call.name if request.call else "?", request.lane.name)
        self.granted[name] += 1
        self.organizations[name][str(request.organization_id)] += 1
        if request.platform == "youtube":
            self.units[request.lane.name] += sum(one.cost for one in decision.buckets if one.limit == "units")
        if self.begins is not None:
            self.minutes[name][int((request.now - self.begins) / MINUTE)] += 1

    def by_lane(self) -> dict[str, int]:
        """How many requests were let through, by platform, call and lane."""
        return {"/".join(name): count for name, count in sorted(self.granted.items())}

    def by_minute(self, platform: str, call: str, minutes: int) -> dict[str, str]:
        """By lane, the most important first: so many in the first minute, in the second, ..."""
        found = {Lane[name[2]]: by for name, by in self.minutes.items() if name[:2] == (platform, call)}
        return {lane.name: " ".join(str(found[lane][minute]) for minute in range(minutes)) for lane in sorted(found)}
