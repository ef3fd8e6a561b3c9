"""An instant as a sentence says it, on the wall clock of a workspace."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from apps.core import clock


def when(at: datetime, zone: ZoneInfo) -> str:
    """ "at 09:30" or "on Thu 15 Oct, 09:30", with the year where it is another one."""
    return f"{'at' if _is_today(at, zone) else 'on'} {moment(at, zone)}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """The same without its preposition."""
    local, now = at.astimezone(zone), clock.now().astimezone(zone)
    year = "" if local.year == now.year else f" {local.year}"
    return f"{local:%H:%M}" if _is_today(at, zone) else f"{local:%a %-d %b}{year}, {local:%H:%M}"


def _is_today(at: datetime, zone: ZoneInfo) -> bool:
    return at.astimezone(zone).date() == clock.now().astimezone(zone).date()
