"""When a post is due: wall time in a zone, turned into one instant by one rule.

Where clocks jump forward, a time that does not exist is moved forward by as much as the clocks jump. Where they are set
back, a time that comes twice means its first coming. Either is said to the person in `note`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from zoneinfo import ZoneInfo

from apps.tenants.zones import validate_zone


class HourOutOfReach(ValueError):
    """Of the first and of the last year that there are, not every zone can tell the time."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """`local` is the wall time as the person said it, `due_at` the instant it means; `note` is for that person."""

    local: datetime
    zone: str
    due_at: datetime
    note: str = ""


def appointment(local: datetime, zone: str) -> Appointment:
    """The instant that wall time `local` means in `zone`; raises ValidationError for an unknown zone."""
    validate_zone(zone)
    if local.tzinfo is not None:
        raise ValueError("Wall time is naive: its zone is named beside it")
    local = local.replace(fold=0)
    # With fold=0 the offset before the change counts: in a gap that moves forward, in a fold it is the first coming.
    due_at = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return Appointment(local, zone, due_at, _note(local, zone, due_at))


def named(local: datetime, zone: str) -> Appointment:
    """The same of what somebody named, whatever it was; raises HourOutOfReach."""
    try:
        found = appointment(local, zone)
    except OverflowError:
        raise HourOutOfReach from None
    if not can_be_told(found.due_at):
        raise HourOutOfReach
    return found


def can_be_told(due_at: datetime) -> bool:
    """Whether every zone has a time for this instant."""
    try:
        return MINYEAR < due_at.astimezone(UTC).year < MAXYEAR
    except OverflowError:
        return False


def at_instant(due_at: datetime, zone: str) -> Appointment:
    """The appointment at an instant, for posts that go out "now"."""
    validate_zone(zone)
    return Appointment(due_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0), zone, due_at.astimezone(UTC))


def _note(local: datetime, zone: str, due_at: datetime) -> str:
    shown = due_at.astimezone(ZoneInfo(zone))
    if shown.replace(tzinfo=None, fold=0) != local:
        return (
            f"Clocks go forward that day: {local:%H:%M} does not exist in {_place(zone)}, "
            f"so the post goes out at {shown:%H:%M}."
        )
    later = local.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    if later != due_at:
        return (
            f"Clocks go back that day: {local:%H:%M} comes twice in {_place(zone)}, "
            "and the post goes out the first time."
        )
    return ""


def _place(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")
