"""The question before a request leaves, and what is told after its answer. One script each; see `scripts/`.

`now` is the caller's clock, in milliseconds. A worker whose clock is ahead sees windows end that much too early, one
that is behind too late: up to the margin (a twenty-fifth of the span, at most two seconds) nothing comes of it, beyond
that a platform's own answers correct the counts. What a clock wrote that was wrong by more than a span is not believed.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from apps.governor import link as links
from apps.governor.buckets import Bucket, Party, as_ms, bucket_of, buckets_of, instant, key, milliseconds
from apps.governor.lanes import Lane
from apps.governor.link import Link, Unreachable
from apps.governor.memory import Memory
from apps.platforms.calls import Call
from apps.platforms.limits import Usage

IN_THE_AIR: Final = timedelta(minutes=2)  # longer than any request
TOKEN_GATE, APP_GATE = 1, 2


@dataclass(frozen=True, slots=True)
class Request:
    """What is about to leave, and for whom. `times`: it carries so many calls in one, and costs as much."""

    platform: str
    party: Party
    call: Call | None
    lane: Lane
    organization_id: UUID | None
    now: datetime
    times: int = 1

    @property
    def gates(self) -> tuple[str, str, str]:
        """The keys of the token's breaker, the app's breaker, and the pause of this call."""
        call = self.call.name if self.call else "-"
        return (
            key(self.platform, "breaker", "token", self.party.token),
            key(self.platform, "breaker", "app", self.party.app),
            key(self.platform, "pause", call, self.party.token or self.party.app),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """`retry_at` is set where the request must not leave. `why` says what holds it: "limit:posts", "share:posts",
    "breaker", "pause", "outage"."""

    request: Request
    buckets: tuple[Bucket, ...]
    retry_at: datetime | None = None
    why: str = ""
    is_stirred: bool = False  # a breaker has seen failures, and wants to hear of a success
    seen: tuple[tuple[int, ...], ...] = ()  # by bucket: what the server said

    @property
    def is_granted(self) -> bool:
        return self.retry_at is None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request that left. `is_well` None: nothing is known. `reset_at` is when the platform takes calls
    again, if it said so; with `pauses` this very call is not made before."""

    is_well: bool | None
    why: str = ""
    reset_at: datetime | None = None
    usages: tuple[Usage, ...] = ()
    pauses: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A breaker opened or closed."""

    platform: str
    kind: str  # "token" or "app"
    id: str
    is_open: bool
    until: datetime | None = None
    why: str = ""


_memory = Memory()
_lock = threading.Lock()
_link: Link | None = None


def link() -> Link:
    global _link
    with _lock:
        if _link is None or _link.url != settings.REDIS_URL:
            _link = Link(settings.REDIS_URL)
        return _link


def ask(request: Request, *, force: bool = False) -> Decision:
    """May it leave now? A grant is charged at once. With `force` it is charged and always granted."""
    buckets = buckets_of(request.platform, request.call, request.party, now=request.now, times=request.times)
    try:
        _charge_what_was_spent_alone(request.now)
        found = _decide(request, buckets, force=force)
    except Unreachable:
        return _ask_alone(request, buckets, force=force)
    views = found["views"] or []
    _memory.note(buckets, views)
    seen = tuple(tuple(int(number) for number in view) for view in views)
    if found["ok"]:
        return Decision(request, buckets, is_stirred=found["stirred"], seen=seen)
    for gate, closed_until in zip(request.gates, found["gates"], strict=True):
        if closed_until:
            _memory.close_until([gate], int(closed_until))
    return Decision(request, buckets, instant(found["at"]), _named(found["why"], buckets), seen=seen)


def settle(decision: Decision, outcome: Outcome, *, now: datetime) -> list[Change]:
    """Tell the breakers what came of it and correct the counts; the breakers that moved. Costs no round trip where all
    went well and nothing is to be told."""
    if outcome.is_well is not False and not outcome.usages and not decision.is_stirred:
        return []
    if outcome.pauses and outcome.reset_at:
        _memory.close_until(decision.request.gates[2:], milliseconds(outcome.reset_at))
    learnt = _learnt(decision, outcome.usages, now)
    request = decision.request
    lists = (key(request.platform, "open"), key(request.platform, "changes"))
    keys = [*request.gates, *lists, *(bucket.key for bucket, _ in learnt)]
    told = _outcome_told(request, outcome, now) | {"learn": [line for _, line in learnt]}
    try:
        moved = link().run(links.SETTLE, keys, told) or []
    except Unreachable:
        return []
    ids = {TOKEN_GATE: ("token", request.party.token), APP_GATE: ("app", request.party.app)}
    return [
        Change(request.platform, *ids[gate], state == "opened", instant(until) if until else None, outcome.why)
        for gate, state, until in moved
    ]


def _decide(request: Request, buckets: Sequence[Bucket], *, force: bool) -> Mapping[str, Any]:
    shared = [name for one in buckets if one.is_shared for name in _shares(one, request.lane)]
    told = _question(request.now, buckets, ceiling=request.lane.ceiling, force=force)
    told |= {"organization": str(request.organization_id or "")}
    keys = [*request.gates, *(bucket.key for bucket in buckets), *shared]
    found: Mapping[str, Any] = link().run(links.ASK, keys, told)
    return found


def _question(now: datetime, buckets: Sequence[Bucket], *, ceiling: float, force: bool) -> dict[str, Any]:
    return {
        "now": milliseconds(now),
        "organization": "",
        "force": force,
        "low": settings.GOVERNOR_LOW_PERCENT / 100,
        "trial": as_ms(settings.BREAKER_TRIAL),
        "air": as_ms(IN_THE_AIR),
        "buckets": [bucket.as_json(ceiling) for bucket in buckets],
    }


def _shares(bucket: Bucket, lane: Lane) -> tuple[str, str]:
    return f"{bucket.key}:asked:{lane.value}", f"{bucket.key}:had:{lane.value}"


def _named(why: str, buckets: Sequence[Bucket]) -> str:
    """The scripts count budgets from 1; people know their names."""
    what, _, number = why.partition(":")
    return f"{what}:{buckets[int(number) - 1].limit}" if number else what


def _ask_alone(request: Request, buckets: tuple[Bucket, ...], *, force: bool) -> Decision:
    ceiling, now = request.lane.ceiling, milliseconds(request.now)
    free_at = _memory.ask(request.gates, buckets, ceiling=ceiling, now=now)
    if free_at and not force:
        return Decision(request, buckets, instant(free_at), "outage")
    return Decision(request, buckets)


def _charge_what_was_spent_alone(now: datetime) -> None:
    """The server is back, or is tried: what this process let through meanwhile counts."""
    if link().silent_since is None:
        return
    link().call(lambda client: client.ping())
    for bucket in _memory.take_spent(milliseconds(now)):
        told = _question(now, [bucket], ceiling=1.0, force=True)
        link().run(links.ASK, [f"{bucket.key}:-"] * 3 + [bucket.key], told)


def _outcome_told(request: Request, outcome: Outcome, now: datetime) -> dict[str, Any]:
    reset = milliseconds(outcome.reset_at) if outcome.reset_at else 0
    return {
        "now": milliseconds(now),
        "result": {True: "ok", False: "bad", None: ""}[outcome.is_well],
        "reset": reset,
        "pause": reset if outcome.pauses else 0,
        "token": request.party.token,
        "app": request.party.app,
        "organization": str(request.organization_id or ""),
        "why": outcome.why,
        "tries": [settings.BREAKER_TOKEN_FAILURES, settings.BREAKER_APP_FAILURES],
        "first": as_ms(settings.BREAKER_FIRST_PAUSE),
        "longest": as_ms(settings.BREAKER_LONGEST_PAUSE),
    }


def _learnt(decision: Decision, usages: Sequence[Usage], now: datetime) -> list[tuple[Bucket, dict[str, Any]]]:
    """Each budget that the answer told of, and what of it."""
    request, found = decision.request, []
    seen = dict(zip((one.limit for one in decision.buckets), decision.seen, strict=False))
    for usage in usages:
        bucket = bucket_of(request.platform, usage.limit, request.party, now=now)
        if bucket is None:
            continue
        line = bucket.as_json(1.0)
        told = {"told": usage.amount, "remaining": usage.remaining, "share": usage.share}
        line |= {name: value for name, value in told.items() if value is not None}
        if usage.reset_at:
            line["reset"] = milliseconds(usage.reset_at)
        if view := seen.get(usage.limit):
            line |= {"number": view[3], "alone": view[4]}
        found.append((bucket, line))
    return found
