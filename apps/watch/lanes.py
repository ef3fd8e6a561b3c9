"""What the lanes of Celery mean to people: which work stands still when one is silent, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import redis

from apps.core import heartbeats
from apps.core.heartbeats import BEAT, Signs, Silence
from apps.watch.invariants import Finding

# Posts go out without these, and without beat: workers make their rounds by themselves. Any other lane publishes.
MEDIA: Final = "media"
HOOKS: Final = "hooks"
LOW: Final = "low"


@dataclass(frozen=True, slots=True)
class Pause:
    """What stands still, and since when (None: it has not run yet)."""

    title: str
    text: str
    since: datetime | None


def pause_of(signs: Signs) -> Pause | None:
    """What everybody should know; the gravest, where there are several. None where everything runs."""
    if signs.unreachable_since:
        text = "Its queue does not answer. What is due goes out at a careful rate, the rest waits; nothing is lost."
        return Pause("Publishing is slowed down", text, signs.unreachable_since)
    silences = {silence.lane: silence for silence in signs.silences()}
    publishing = [silence for lane, silence in silences.items() if lane not in (MEDIA, HOOKS, LOW, BEAT)]
    if publishing:
        text = "Nothing is lost: what is due goes out when it runs again."
        return Pause("Publishing is paused", text, _since(publishing))
    if MEDIA in silences:
        text = "Posts whose files are ready go out. The others wait; nothing is lost."
        return Pause("Pictures and videos are not being prepared", text, silences[MEDIA].since)
    if background := [silences[lane] for lane in (LOW, BEAT) if lane in silences]:
        text = "Posts go out. Notices, mail and renewals of sign-ins wait; nothing is lost."
        return Pause("Work in the background is paused", text, _since(background))
    if HOOKS in silences:
        text = "Posts go out. Webhook endpoints are told of it later; nothing is lost."
        return Pause("Webhooks are not being sent", text, silences[HOOKS].since)
    return None


def silent_lanes() -> Finding:
    """The silent lanes as a finding of the watchdog, which looks for itself; a queue that does not answer is one."""
    try:
        silences = heartbeats.look().silences()
    except redis.RedisError:
        return Finding(1, None, "the queue does not answer")
    return Finding(len(silences), _since(silences), ", ".join(silence.lane for silence in silences))


def meaning(lane: str) -> str:
    """What a lane does, for the operator."""
    return {
        BEAT: "wakes whoever works in the background",
        "commit": "publishes at the hour",
        "stage": "uploads ahead of the hour, looks for lost answers",
        MEDIA: "prepares pictures and videos",
        HOOKS: "tells webhook endpoints",
        LOW: "notices, mail, sign-ins, the watchdog",
    }.get(lane, "publishes, and everything else")


def _since(silences: Iterable[Silence]) -> datetime | None:
    return min((silence.since for silence in silences if silence.since), default=None)
