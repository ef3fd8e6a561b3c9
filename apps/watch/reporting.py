"""How things are, for the operator: on the health page, and as JSON for `manage.py health`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from apps.core import clock, heartbeats
from apps.core.heartbeats import BEAT, Process, Signs
from apps.governor import services as governor
from apps.watch import lanes
from apps.watch.lastlook import LastLook, last_look
from apps.watch.models import Breach
from apps.watch.states import Invariant


@dataclass(frozen=True, slots=True)
class Part:
    """A lane: who works on it, and when it was last heard of."""

    lane: str
    meaning: str
    living: int
    lost: int
    where: str
    seen_at: datetime | None
    is_silent: bool
    note: str


@dataclass(frozen=True, slots=True)
class Rule:
    """An invariant and what the last look found of it."""

    label: str
    count: int | None
    began_at: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    at: datetime
    is_well: bool
    queue_away_since: datetime | None
    parts: tuple[Part, ...]
    rules: tuple[Rule, ...]
    governor: governor.Health
    looked_at: datetime | None
    is_unwatched: bool


def report() -> Report:
    """Costs one query and three looks at the queue."""
    signs, looked, now = heartbeats.current(), last_look(), clock.now()
    broken = {breach.invariant: breach for breach in Breach.objects.filter(ended_at=None)}
    parts = tuple(_part(lane, signs) for lane in _lanes(signs))
    is_unwatched = looked.is_overdue(now)
    counted = governor.health()
    is_well = not (signs.unreachable_since or is_unwatched or broken or any(part.is_silent for part in parts))
    is_well &= counted.is_well
    rules = tuple(_rule(invariant, looked, broken.get(invariant)) for invariant in Invariant)
    return Report(now, is_well, signs.unreachable_since, parts, rules, counted, looked.at, is_unwatched)


def as_json(found: Report) -> dict[str, Any]:
    return {
        "at": _iso(found.at),
        "is_well": found.is_well,
        "queue_away_since": _iso(found.queue_away_since),
        "rate_governor": {"is_well": found.governor.is_well, "words": found.governor.words},
        "watchdog_looked_at": _iso(found.looked_at),
        "lanes": {
            part.lane: {
                "living": part.living, "lost": part.lost, "seen_at": _iso(part.seen_at), "is_silent": part.is_silent,
            }
            for part in found.parts
        },
        "invariants": {
            invariant.value: {"count": rule.count, "broken_since": _iso(rule.began_at)}
            for invariant, rule in zip(Invariant, found.rules, strict=True)
        },
        "processes": [heartbeats.as_facts(process) for process in heartbeats.current().processes],
    }  # fmt: skip


def _lanes(signs: Signs) -> list[str]:
    """Those that are wanted, and others that somebody has."""
    others = sorted({lane for process in signs.processes for lane in process.lanes})
    return list(dict.fromkeys([*heartbeats.wanted_lanes(), *others]))


def _part(lane: str, signs: Signs) -> Part:
    living = [process for process in signs.living() if lane in process.lanes]
    lost = [process for process in signs.lost() if lane in process.lanes]
    silent = {silence.lane for silence in signs.silences()}
    return Part(
        lane=lane,
        meaning=lanes.meaning(lane),
        living=len(living),
        lost=len(lost),
        where=", ".join(dict.fromkeys(process.host for process in living)),
        seen_at=signs.lanes.get(lane),
        is_silent=lane in silent,
        note=_note(lane, living, lost),
    )


def _note(lane: str, living: list[Process], lost: list[Process]) -> str:
    found = []
    if lane == BEAT and len(living) > 1:
        found.append("more than one: harmless, and a waste")
    if off := [process for process in living if abs(process.clock_ahead) > settings.PUBLISH_MARGIN / 2]:
        found.append(f"clock off by {max(abs(one.clock_ahead) for one in off).total_seconds():.0f} s on {off[0].host}")
    if versions := _versions(living):
        found.append(f"versions {', '.join(versions)}")
    if lost:
        found.append(f"{len(lost)} went silent without a farewell")
    return "; ".join(found)


def _versions(living: Iterable[Process]) -> list[str]:
    known = sorted({process.version for process in living})
    return known if len(known) > 1 else []


def _rule(invariant: Invariant, looked: LastLook, breach: Breach | None) -> Rule:
    return Rule(str(invariant.label), looked.counts.get(invariant.value), breach.began_at if breach else None)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
