"""The red bar that everybody sees while publishing is paused."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from apps.core import heartbeats
from apps.publishing.moments import moment
from apps.watch.lanes import pause_of


@dataclass(frozen=True, slots=True)
class Alarm:
    title: str
    text: str


def alarm_now(zone: str) -> Alarm | None:
    """What stands in the bar, on the wall clock of `zone`; None where everything runs. Costs no query and, at most once
    in some seconds, one look at the queue."""
    pause = pause_of(heartbeats.current())
    if pause is None:
        return None
    since = f" since {moment(pause.since, ZoneInfo(zone))}" if pause.since else ""
    text = pause.text if pause.since else f"No worker has been heard of yet. {pause.text}"
    return Alarm(f"{pause.title}{since}.", text)


def address(zone: str) -> str:
    """Where an open page asks again."""
    return f"{reverse('watch:pause')}?{urlencode({'zone': zone})}"
