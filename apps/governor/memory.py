"""What one process remembers for the time in which nobody keeps the counts: the last known state, and a safe rate.

While the server is silent a process lets through `GOVERNOR_OUTAGE_PERCENT` of each limit in each of its spans, and
nothing of a budget that was used up when it was last seen. So the fleet stays within its limits as long as there are no
more processes than that fraction allows for. What was let through is charged when the server is back.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.conf import settings

from apps.governor.buckets import Bucket

MOST: Final = 20_000  # budgets, and as many gates


@dataclass(slots=True)
class Known:
    """A budget as it was last seen, and what this process has spent since nobody answers: (when, cost)."""

    used: int = 0
    amount: int | None = None
    free_at: int = 0
    spent: deque[tuple[int, int]] = field(default_factory=deque)
    bucket: Bucket | None = None

    def spent_alone(self) -> int:
        return sum(cost for _, cost in self.spent)

    def spend(self, now: int, bucket: Bucket) -> None:
        """A sixtieth of the span is one entry, so that few are kept of a large limit."""
        if self.spent and now - self.spent[-1][0] < bucket.span // 60:
            cost = self.spent.pop()[1] + bucket.cost
            self.spent.append((now, cost))
        else:
            self.spent.append((now, bucket.cost))

    def forget(self, now: int, bucket: Bucket) -> None:
        while self.spent and self.spent[0][0] <= now - bucket.span - bucket.margin:
            self.spent.popleft()


class Memory:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._gates: OrderedDict[str, int] = OrderedDict()

    def note(self, buckets: Sequence[Bucket], views: Sequence[Sequence[int]]) -> None:
        """Keep what the server has just said of these budgets."""
        with self._lock:
            for bucket, (used, amount, free_at, *_) in zip(buckets, views, strict=True):
                known = self._of(bucket)
                known.used, known.free_at = int(used), int(free_at)
                known.amount = int(amount) if amount >= 0 else None

    def close_until(self, gates: Sequence[str], at: int) -> None:
        """A breaker or a pause was seen closed to callers until then."""
        with self._lock:
            for gate in gates:
                self._gates[gate] = max(at, self._gates.pop(gate, 0))
            while len(self._gates) > MOST:
                self._gates.popitem(last=False)

    def ask(self, gates: Sequence[str], buckets: Sequence[Bucket], *, ceiling: float, now: int) -> int:
        """0, and the call is charged here; or the moment to come back."""
        with self._lock:
            closed = max((self._gates.get(gate, 0) for gate in gates), default=0)
            free_at = max([closed, *(self._free_at(one, ceiling, now) for one in buckets)])
            if free_at > now:
                return free_at
            for bucket in buckets:
                self._of(bucket).spend(now, bucket)
            return 0

    def take_spent(self, now: int) -> list[Bucket]:
        """What was spent on the own account and still counts, once: to be charged where the counts are kept."""
        with self._lock:
            found = []
            for known in self._known.values():
                if (bucket := known.bucket) is None:
                    continue
                known.forget(now, bucket)
                if known.spent:
                    ends = max(bucket.ends, now + bucket.margin)
                    found.append(replace(bucket, cost=known.spent_alone(), ends=ends, is_shared=False))
                    known.spent.clear()
            return found

    def _free_at(self, bucket: Bucket, ceiling: float, now: int) -> int:
        known = self._of(bucket)
        known.forget(now, bucket)
        amount = known.amount if known.amount is not None else bucket.amount
        if amount is None:
            return 0
        if known.free_at > now and known.used + known.spent_alone() + bucket.cost > amount * ceiling:
            return known.free_at
        # One call in a span goes out in any case, however small the fraction.
        allowed = max(int(amount * ceiling * settings.GOVERNOR_OUTAGE_PERCENT / 100), bucket.cost)
        if known.spent_alone() + bucket.cost <= allowed:
            return 0
        return known.spent[0][0] + bucket.span + bucket.margin

    def _of(self, bucket: Bucket) -> Known:
        known = self._known.get(bucket.key)
        if known is None:
            known = self._known[bucket.key] = Known()
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        known.bucket = bucket
        return known
