"""The verbs about reviewers as people: their groups, their hours, and their absences."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.approvals.errors import PeopleRefused
from apps.approvals.models import Absence, Group, GroupMember, Mailing, Policy, WorkingHours
from apps.approvals.people.hours import MIDNIGHT, Hours
from apps.approvals.services.escalating import look_again
from apps.approvals.states import MailChoice
from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.events import services as events
from apps.tenants.models import Membership
from apps.tenants.zones import known_zones

MOST_MEMBERS: Final = 100
FARTHEST: Final = timedelta(days=7320)
LONGEST_ABSENCE: Final = timedelta(days=366)
DAY: Final = timedelta(days=1)


@transaction.atomic
def make_group(*, name: str, people: Collection[UUID], workspace_id: UUID | None, actor: Actor) -> Group:
    """A group of one client's reviewers, or without a workspace of every client's. Raises PeopleRefused."""
    group = Group(organization_id=tenancy.required_organization(), workspace_id=workspace_id)
    return _write_group(group, name, people, actor)


@transaction.atomic
def change_group(*, group: Group, name: str, people: Collection[UUID], actor: Actor) -> Group:
    """Another name or other people; who is in it counts from now on, also for what waits. Raises PeopleRefused."""
    return _write_group(Group.objects.locked(group.pk), name, people, actor)


@transaction.atomic
def delete_group(*, group: Group, actor: Actor) -> None:
    """Raises PeopleRefused while a policy in force names it: a step, or one of its rules, would name nobody. That goes
    for policies which the actor does not see, too."""
    with tenancy.scope(organization_id=group.organization_id):
        policies = list(Policy.objects.filter(replaced_at=None).exclude(steps=[]))
    if any(group.pk in _groups_named_by(policy) for policy in policies):
        raise PeopleRefused(_("A policy names this group. Take it out of the policy first."), code="in_use")
    audit.record("group.deleted", subject=group, actor=actor, diff={"name": group.name})
    group.delete()


def _groups_named_by(policy: Policy) -> set[UUID]:
    """Those whom its steps ask, and those whom rules bring in when nobody answers."""
    steps = policy.ordered_steps
    brought_in = {pk for step in steps for rule in step.escalations for pk in rule.groups}
    return brought_in | {pk for step in steps for pk in step.groups}


@transaction.atomic
def set_hours(
    *, hours: Hours, actor: Actor, user_id: UUID | None = None, workspace_id: UUID | None = None
) -> WorkingHours:
    """The working hours of a member; else the usual ones of a workspace, else those of the organization. Raises
    PeopleRefused."""
    _check_hours(hours)
    row, _is_new = WorkingHours.objects.update_or_create(
        user_id=user_id, workspace_id=workspace_id,
        defaults={
            "organization_id": tenancy.required_organization(), "timezone": hours.zone,
            "weekdays": sorted(hours.weekdays), "begins": hours.begins, "ends": hours.ends,
        },
    )  # fmt: skip
    if user_id is None:
        look_again(workspace_id=workspace_id, now=clock.now())
    said = {"user": str(user_id or ""), "hours": str(row)}
    audit.record("hours.changed", subject=row, actor=actor, diff=said)
    return row


@transaction.atomic
def choose_mail(*, user_id: UUID, choice: MailChoice) -> None:
    """How this member wants to hear of what waits for them."""
    organization_id = tenancy.required_organization()
    Mailing.objects.update_or_create(user_id=user_id, defaults={"organization_id": organization_id, "choice": choice})


@transaction.atomic
def note_absence(
    *, user_id: UUID, starts_on: date, ends_on: date, zone: str, delegate_id: UUID | None, actor: Actor
) -> Absence:
    """That a member is away from the first day to the last, by the clock of `zone`. Raises PeopleRefused."""
    own = ZoneInfo(_known(zone))
    if ends_on < starts_on:
        raise PeopleRefused(_("The last day is before the first."), field="ends_on")
    if abs(ends_on - clock.now().date()) > FARTHEST:
        raise PeopleRefused(_("An absence ends within twenty years."), field="ends_on")
    if ends_on - starts_on > LONGEST_ABSENCE:
        raise PeopleRefused(_("An absence is at most a year long."), field="ends_on")
    begins_at = datetime.combine(starts_on, MIDNIGHT, own).astimezone(UTC)
    ends_at = datetime.combine(ends_on + DAY, MIDNIGHT, own).astimezone(UTC)
    if ends_at <= clock.now():
        raise PeopleRefused(_("This absence is over already."), field="ends_on")
    if delegate_id == user_id:
        raise PeopleRefused(_("Somebody else stands in for you."), field="delegate")
    _require_members({user_id, delegate_id} - {None}, field="delegate")
    Membership.objects.select_for_update().get(user=user_id)  # One at a time, so that no two overlap.
    if Absence.objects.filter(user=user_id, begins_at__lt=ends_at, ends_at__gt=begins_at).exists():
        raise PeopleRefused(_("Another absence covers some of these days."), field="starts_on")
    row = Absence.objects.create(
        organization_id=tenancy.required_organization(), user_id=user_id, begins_at=begins_at, ends_at=ends_at,
        timezone=zone, delegate_id=delegate_id,
    )  # fmt: skip
    _tell_absence(row, actor, "noted")
    return row


@transaction.atomic
def end_absence(*, absence: Absence, actor: Actor) -> None:
    """Take back an absence, or end it now: who stood in stands in no more."""
    _tell_absence(absence, actor, "ended")
    absence.delete()


def _write_group(group: Group, name: str, people: Collection[UUID], actor: Actor) -> Group:
    group.name = " ".join(name.split())[:60]
    if not group.name:
        raise PeopleRefused(_("Give the group a name."), field="name")
    if not people or len(set(people)) > MOST_MEMBERS:
        raise PeopleRefused(
            _("A group has up to %(number)s people, and at least one.") % {"number": MOST_MEMBERS}, field="people"
        )
    _require_members(set(people), field="people")
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise PeopleRefused(_("Another group has this name."), field="name") from error
    members = GroupMember.objects.filter(group=group)
    members.exclude(user__in=people).delete()
    known = set(members.values_list("user_id", flat=True))
    GroupMember.objects.bulk_create(
        GroupMember(organization_id=group.organization_id, group=group, user_id=pk) for pk in set(people) - known
    )
    said = {"name": group.name, "people": sorted(map(str, people))}
    audit.record("group.changed", subject=group, actor=actor, diff=said)
    events.emit("group.changed", subject=group, data={"name": group.name})
    return group


def _require_members(user_ids: Collection[UUID | None], *, field: str) -> None:
    known = Membership.objects.filter(user__in=user_ids, user__is_active=True).count()
    if known < len(user_ids):
        raise PeopleRefused(_("Somebody named here is no member."), field=field)


def _check_hours(hours: Hours) -> None:
    _known(hours.zone)
    if not hours.weekdays or not hours.weekdays <= set(range(7)):
        raise PeopleRefused(_("Choose at least one day of the week."), field="weekdays")
    if hours.ends != MIDNIGHT and hours.ends <= hours.begins:
        raise PeopleRefused(_("The day ends after it begins."), field="ends")
    if _minutes(hours.begins, hours.ends) < 60:
        raise PeopleRefused(_("A working day has at least an hour."), field="ends")


def _minutes(begins: time, ends: time) -> int:
    last = 24 * 60 if ends == MIDNIGHT else ends.hour * 60 + ends.minute
    return last - begins.hour * 60 - begins.minute


def _known(zone: str) -> str:
    if zone not in known_zones():
        raise PeopleRefused(_("Choose a time zone such as Europe/Berlin."), field="timezone")
    return zone


def _tell_absence(row: Absence, actor: Actor, verb: str) -> None:
    said = {"user": str(row.user_id), "delegate": str(row.delegate_id or ""), "until": row.ends_at.isoformat()}
    audit.record(f"absence.{verb}", subject=row, actor=actor, diff=said)
    events.emit("absence.changed", subject=row, data={"user": row.user_id, "delegate": row.delegate_id})
