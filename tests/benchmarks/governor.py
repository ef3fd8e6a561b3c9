"""Ten simulated minutes of three platforms, asked by twenty workers that always have more to do than they may.

Workers are threads with clocks of their own, each up to a quarter of a second wrong. Time goes on in steps of a tenth
of a second, in which all of them work at once against a real server. What they are granted travels for up to a second
and is counted on arrival by a stand-in for the platform, whose windows are written here and not read from the governor.
The minutes lie around midnight in California, so that YouTube's day ends in the middle.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
STEP: Final = timedelta(milliseconds=100)
SKEW: Final = 0.25  # seconds, and so is the next
WAY: Final = 1.0
ORGANIZATIONS: Final = 5
QUARTER: Final = timedelta(minutes=15)
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Kind:
    """One kind of work that never ends: a call of a platform in a lane, for so many people."""

    platform: str
    call: str
    lane: str
    people: int = ORGANIZATIONS
    every: timedelta = timedelta(0)  # 0: as often as it may


# What counts against one limit stands together; `_LINES` says how the platform counts it.
WORK: Final = (
    Kind("youtube", "publish", "PUBLISH"), Kind("youtube", "caption", "PUBLISH"),
    Kind("youtube", "look", "ANALYTICS"), Kind("youtube", "start", "PUBLISH"),
    Kind("x", "post", "PUBLISH", people=10), Kind("x", "me", "PUBLISH", people=10),
    Kind("x", "me", "ANALYTICS", people=10),
    Kind("tiktok", "start_video", "PUBLISH", people=10), Kind("tiktok", "status", "PUBLISH", people=10),
    # Each organization reads a little more often than an even share allows, the first of them as often as it may.
    Kind("tiktok", "list_videos", "PUBLISH", every=timedelta(milliseconds=400)),
    Kind("tiktok", "list_videos", "PUBLISH", people=1),
    Kind("tiktok", "list_videos", "RECONCILE"), Kind("tiktok", "list_videos", "ANALYTICS"),
    Kind("tiktok", "list_videos", "IMPORT"),
)  # fmt: skip


@dataclass
class Line:
    """One limit as the platform keeps it: `judge` gives the units in the window of a call that arrives."""

    amount: int
    ideal: Callable[[datetime, datetime, int], int]  # the most that ten minutes allow
    judge: Callable[[], Callable[[datetime, int], int]]
    cost: Callable[[str], int]
    by_person: bool = False
    windows: dict[str, Callable[[datetime, int], int]] = field(default_factory=dict)
    most: int = 0
    over: int = 0
    taken: int = 0

    def take(self, whose: str, at: datetime, call: str) -> int:
        window = self.windows.setdefault(whose if self.by_person else "", self.judge())
        cost = self.cost(call)
        inside = window(at, cost)
        self.most, self.taken = max(self.most, inside), self.taken + cost
        self.over += inside > self.amount
        return inside


def _day() -> Callable[[datetime, int], int]:
    days: Counter[Any] = Counter()

    def take(at: datetime, cost: int) -> int:
        day = at.astimezone(PACIFIC).date()
        days[day] += cost
        return days[day]

    return take


def _first_use() -> Callable[[datetime, int], int]:
    state = {"ends": datetime.min.replace(tzinfo=UTC), "used": 0}

    def take(at: datetime, cost: int) -> int:
        if at >= state["ends"]:
            state.update(ends=at + QUARTER, used=0)
        state["used"] += cost
        return int(state["used"])

    return take


def _rolling() -> Callable[[datetime, int], int]:
    calls: list[tuple[datetime, int]] = []

    def take(at: datetime, cost: int) -> int:
        calls.append((at, cost))
        while calls[0][0] <= at - MINUTE:
            calls.pop(0)
        return sum(cost for _, cost in calls)

    return take


def _days(begins: datetime, ends: datetime, amount: int) -> int:
    return amount * ((ends.astimezone(PACIFIC).date() - begins.astimezone(PACIFIC).date()).days + 1)


def _spans(span: timedelta) -> Callable[[datetime, datetime, int], int]:
    return lambda begins, ends, amount: amount * max(1, -(-(ends - begins) // span))


def _units(call: str) -> int:
    return {"publish": 50, "caption": 400, "look": 1}[call]


def _one(_: str) -> int:
    return 1


def _lines() -> dict[tuple[str, str], Line]:
    """By platform and call, from the platforms' documentation."""
    units = Line(10_000, _days, _day, _units)
    lists = Line(600, _spans(MINUTE), _rolling, _one)
    return {
        ("youtube", "publish"): units, ("youtube", "caption"): units, ("youtube", "look"): units,
        ("youtube", "start"): Line(100, _days, _day, _one),
        ("x", "post"): Line(100, _spans(QUARTER), _first_use, _one, by_person=True),
        ("x", "me"): Line(75, _spans(QUARTER), _first_use, _one, by_person=True),
        # Six in a minute, and fifteen in a day: here the day is what ends first.
        ("tiktok", "start_video"): Line(15, _spans(timedelta(days=1)), _first_use, _one, by_person=True),
        ("tiktok", "status"): Line(30, _spans(MINUTE), _rolling, _one, by_person=True),
        ("tiktok", "list_videos"): lists,
    }  # fmt: skip


@dataclass
class Tally:
    """What all workers count together."""

    granted: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    units: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    minutes: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    by_organization: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    denied: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Piece:
    """A never-ending job of one person; `again_at` is when it is worth asking."""

    kind: Kind
    person: int
    organization_id: UUID
    again_at: datetime


def run(*, workers: int = 20, minutes: int = 10) -> dict[str, Any]:
    """Figures: the fullest window of each limit against what is allowed, how much of it was used, and by which lanes;
    decisions in a second and how long one takes."""
    with _private_server():
        tally, lines, begins = Tally(), _lines(), _midnight() - timedelta(minutes=minutes / 2)
        ends = begins + timedelta(minutes=minutes)
        began = time.perf_counter()
        _simulate(workers, begins, ends, tally, lines)
        seconds = time.perf_counter() - began
        alone = _bare_decisions()
    return _figures(tally, lines, begins, ends, seconds) | {"decisions_alone": alone}


def _midnight() -> datetime:
    return datetime(2026, 11, 30, tzinfo=PACIFIC).astimezone(UTC)


@contextmanager
def _private_server() -> Iterator[None]:
    from django.conf import settings

    from tests.support import valkey

    before = settings.REDIS_URL
    with valkey.server() as url:
        settings.REDIS_URL = url
        try:
            yield
        finally:
            settings.REDIS_URL = before


def _simulate(workers: int, begins: datetime, ends: datetime, tally: Tally, lines: dict[Any, Line]) -> None:
    chance = random.Random(11)
    organizations = [uuid4() for _ in range(ORGANIZATIONS)]
    pieces = [
        Piece(kind, person, organizations[person % ORGANIZATIONS], begins)
        for kind in WORK
        for person in range(kind.people)
    ]
    skews = [timedelta(seconds=chance.uniform(-SKEW, SKEW)) for _ in range(workers)]
    on_the_way: list[tuple[datetime, Piece]] = []
    now = begins
    with ThreadPoolExecutor(workers) as crew:
        while now < ends:
            due = [piece for piece in pieces if piece.again_at <= now]
            chance.shuffle(due)
            shares = [(due[n::workers], skews[n], now) for n in range(workers)]
            for sent in crew.map(lambda share: _work(*share, tally, begins), shares):
                on_the_way += sent
            now += STEP
            arrived = sorted((one for one in on_the_way if one[0] <= now), key=lambda one: one[0])
            on_the_way = [one for one in on_the_way if one[0] > now]
            _arrive(arrived, lines)
    _arrive(sorted(on_the_way, key=lambda one: one[0]), lines)


def _arrive(arrived: list[tuple[datetime, Piece]], lines: dict[Any, Line]) -> None:
    for at, piece in arrived:
        lines[piece.kind.platform, piece.kind.call].take(str(piece.person), at, piece.kind.call)


def _work(
    pieces: list[Piece], skew: timedelta, now: datetime, tally: Tally, begins: datetime
) -> list[tuple[datetime, Piece]]:
    """One worker's step: a few tries at each of its pieces, by its own clock."""
    from apps.governor.decisions import ask

    sent = []
    for piece in pieces:
        for _ in range(3):
            request = _request(piece, now + skew)
            began = time.perf_counter()
            decision = ask(request)
            wait = time.perf_counter() - began
            with tally.lock:
                tally.waits.append(wait)
                _count(piece, decision, tally, now, begins)
            if decision.retry_at is not None:
                piece.again_at = decision.retry_at - skew
                break
            sent.append((now + timedelta(seconds=random.uniform(0, WAY)), piece))
            if piece.kind.every:
                piece.again_at = now + piece.kind.every
                break
    return sent


def _count(piece: Piece, decision: Any, tally: Tally, now: datetime, begins: datetime) -> None:
    kind = piece.kind
    if decision.retry_at is not None:
        tally.denied += 1
        return
    name = (kind.platform, kind.call, kind.lane)
    tally.granted[name] += 1
    tally.units[name] += max((bucket.cost for bucket in decision.buckets), default=0)
    tally.minutes[f"{kind.platform}/{kind.call}/{kind.lane}"][int((now - begins) / MINUTE)] += 1
    if name == ("tiktok", "list_videos", "PUBLISH"):
        tally.by_organization[str(piece.organization_id)] += 1


def _request(piece: Piece, now: datetime) -> Any:
    from apps.core.secrets import Secret
    from apps.governor.buckets import party_of
    from apps.governor.decisions import Request
    from apps.governor.lanes import Lane
    from apps.platforms import registry
    from apps.platforms.contract import Credential, OAuthClient

    kind = piece.kind
    who = Credential(str(piece.person), Secret("none"), client=OAuthClient("measured"), channel_id=str(piece.person))
    call = next(one for one in registry.adapter_class(kind.platform).calls if one.name == kind.call)
    party = party_of(kind.platform, who, host="")
    return Request(kind.platform, party, call, Lane[kind.lane], piece.organization_id, now)


def _bare_decisions(count: int = 5000) -> dict[str, float]:
    """One caller, with nobody else about."""
    from apps.governor.decisions import ask

    waits, busy = [], time.process_time()
    for number in range(count):
        piece = Piece(Kind("tiktok", "start_video", "PUBLISH"), 1000 + number % 500, uuid4(), _midnight())
        request = _request(piece, _midnight() + timedelta(minutes=number / 500))
        began = time.perf_counter()
        ask(request)
        waits.append(time.perf_counter() - began)
    busy = time.process_time() - busy
    return _speed(waits, sum(waits)) | {"own_cpu_us": round(busy / count * 1e6), "server_us": _server_us()}


def _server_us() -> float:
    """How long the server was at one script, by its own word."""
    from apps.governor.decisions import link

    told = link().call(lambda client: client.info("commandstats"))
    return float(told["cmdstat_evalsha"]["usec_per_call"])


def _speed(waits: list[float], seconds: float) -> dict[str, float]:
    ordered = sorted(waits)
    return {
        "per_second": round(len(waits) / seconds),
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 3),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 3),
    }


def _figures(
    tally: Tally, lines: dict[tuple[str, str], Line], begins: datetime, ends: datetime, seconds: float
) -> dict[str, Any]:
    found: dict[int, dict[str, Any]] = {}
    for (platform, call), line in lines.items():
        people = len(line.windows) if line.by_person else 1
        ideal = line.ideal(begins, ends, line.amount) * people
        told = found.setdefault(id(line), {
            "platform": platform, "calls": [], "allowed": line.amount, "fullest": line.most, "over": line.over,
            "taken": line.taken, "utilisation": round(line.taken / ideal, 3),
        })  # fmt: skip
        told["calls"].append(call)
    limits = list(found.values())
    return {
        "seconds": round(seconds, 1),
        "over_limits": sum(one["over"] for one in limits),
        "least_utilisation": min(one["utilisation"] for one in limits),
        "limits": limits,
        "granted_by_lane": {"/".join(name): count for name, count in sorted(tally.granted.items())},
        "granted_by_minute": _by_minute(tally),
        "worst_fair_share": _worst_share(tally.by_organization),
        "denied": tally.denied,
        "decisions": _speed(tally.waits, seconds),
    }


def _by_minute(tally: Tally) -> dict[str, str]:
    return {
        name: " ".join(str(by[minute]) for minute in range(max(by) + 1)) for name, by in sorted(tally.minutes.items())
    }


def _worst_share(by_organization: Counter[str]) -> float:
    """What the organization that got least had, of an even share."""
    even = sum(by_organization.values()) / ORGANIZATIONS
    return round(min(by_organization.values(), default=0) / even, 2) if even else 0.0
