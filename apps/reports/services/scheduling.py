"""Schedules: who gets which report, how often, and when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.events.models import Event
from apps.reports.errors import Malformed
from apps.reports.models import ReportTemplate, Schedule
from apps.reports.services.rhythm import next_run, rhythm_of
from apps.reports.services.sharing import require_passcode
from apps.reports.states import Cadence

MOST_RECIPIENTS: Final = 20
MOST_LINK_DAYS: Final = 400
FIELDS: Final = ("cadence", "weekday", "day", "hour", "attaches_pdf", "link_days")
BOUNDS: Final = {"weekday": (0, 6), "day": (1, 31), "hour": (0, 23), "link_days": (1, MOST_LINK_DAYS)}


@transaction.atomic
def add_schedule(*, template: ReportTemplate, actor: Actor, recipients: Iterable[str], **facts: Any) -> Schedule:
    """Promise that the template is made into a report and mailed, from the next time on; raises Malformed."""
    schedule = Schedule(
        workspace=template.workspace, organization_id=template.organization_id, template=template,
        made_by_id=actor.user_id, recipients=_addresses(recipients),
    )  # fmt: skip
    _set(schedule, facts)
    schedule.save()
    audit.record("report_schedule.added", subject=schedule, actor=actor)
    return schedule


@transaction.atomic
def change_schedule(
    *, schedule: Schedule, actor: Actor, recipients: Iterable[str] | None = None, **facts: Any
) -> Schedule:
    """Change what is named; from now on it is due at its next time. Raises Malformed."""
    if recipients is not None:
        schedule.recipients = _addresses(recipients)
    _set(schedule, facts)
    schedule.save()
    audit.record("report_schedule.changed", subject=schedule, actor=actor)
    return schedule


@transaction.atomic
def pause_schedule(*, schedule: Schedule, is_paused: bool, actor: Actor) -> Schedule:
    """Leave out its times, or go on with the next one."""
    schedule.is_paused = is_paused
    _lay(schedule)
    schedule.save()
    audit.record("report_schedule.paused" if is_paused else "report_schedule.resumed", subject=schedule, actor=actor)
    return schedule


@transaction.atomic
def remove_schedule(*, schedule: Schedule, actor: Actor) -> None:
    """Reports that came of it stay."""
    audit.record("report_schedule.removed", subject=schedule, actor=actor)
    schedule.delete()


def follow_the_clock(event: Event) -> None:
    """The workspace has another zone: what is due on a day stays due on that day, at that hour of the new clock. One
    whose hour is over there is begun at once, for its days are over, too."""
    if "timezone" not in event.payload.get("changed", ()):
        return
    for schedule in Schedule.objects.select_related("workspace").filter(workspace=event.subject_id):
        next_at = rhythm_of(schedule).of_same_day(schedule.next_at)
        # One that was begun or changed meanwhile knows the new clock.
        Schedule.objects.filter(pk=schedule.pk, next_at=schedule.next_at).update(next_at=next_at)


def _set(schedule: Schedule, facts: dict[str, Any]) -> None:
    for name in FIELDS:
        if name in facts:
            setattr(schedule, name, _value(name, facts[name]))
    if "passcode" in facts:
        passcode = require_passcode(facts["passcode"])
        schedule.passcode_hash = make_password(passcode) if passcode else ""
    _lay(schedule)


def _lay(schedule: Schedule) -> None:
    """From now on it is due at its next time, with nothing held against it."""
    schedule.next_at = next_run(schedule, after=clock.now())
    schedule.tries, schedule.next_try_at = 0, None


def _value(name: str, value: Any) -> Any:
    if name == "cadence" and value not in Cadence.values:
        raise Malformed(name, f"It is one of: {', '.join(Cadence.values)}.")
    if name in BOUNDS:
        low, high = BOUNDS[name]
        if not isinstance(value, int) or not low <= value <= high:
            raise Malformed(name, f"Choose from {low} to {high}.")
    return value


def _addresses(named: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(address.strip().lower() for address in named if address.strip()))
    if not found:
        raise Malformed("recipients", "Name at least one mail address.")
    if len(found) > MOST_RECIPIENTS:
        raise Malformed("recipients", f"A report goes to up to {MOST_RECIPIENTS} addresses.")
    for address in found:
        try:
            validate_email(address)
        except ValidationError:
            raise Malformed("recipients", f"{address} is no mail address.") from None
    return found
