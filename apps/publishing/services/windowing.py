"""Setting a workspace's publishing windows, and a person's word that one post goes out all the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor, ActorKind
from apps.events import services as events
from apps.posts.models import Post
from apps.publishing.errors import DecisionIncomplete
from apps.publishing.models import PublishingWindows, Waiver
from apps.publishing.windows import WEEKDAYS, Blackout, Quiet, Windows, read
from apps.tenants.models import Workspace

MOST_ENTRIES: Final = 100
LONGEST_NAME: Final = 80
LONGEST_BLACKOUT: Final = timedelta(days=366)
LONGEST_SPACING: Final = timedelta(days=1)
MOST_IN_A_DAY: Final = 200


@transaction.atomic
def set_windows(
    *,
    workspace: Workspace,
    actor: Actor,
    blackouts: Sequence[Blackout] | None = None,
    quiet_hours: Sequence[Quiet] | None = None,
    **pace: Any,
) -> Windows:
    """Change the windows of a workspace; what is not named stays as it is. `pace` may name `spacing` (a timedelta or
    None) and `daily_most` (a number or None).

    What is planned already is asked again at its hour. Raises DecisionIncomplete, naming the field.
    """
    own = {"organization_id": tenancy.required_organization(), "workspace": workspace}
    PublishingWindows.objects.get_or_create(workspace=workspace, defaults=own)
    row = PublishingWindows.objects.select_for_update().get(workspace=workspace)
    changes: dict[str, Any] = dict(pace)
    if blackouts is not None:
        changes["blackouts"] = _blackouts(blackouts)
    if quiet_hours is not None:
        changes["quiet_hours"] = _quiet_hours(quiet_hours)
    _check_pace(**pace)
    diff = {name: [getattr(row, name), value] for name, value in changes.items() if getattr(row, name) != value}
    if diff:
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(update_fields=list(changes))
        said = {name: [_said(old), _said(new)] for name, (old, new) in diff.items()}
        audit.record("workspace.windows_changed", subject=workspace, actor=actor, diff=said)
        events.emit("workspace.updated", subject=workspace, data={"changed": ["windows"]})
    return read(row, workspace.timezone)


def waive(post: Post, *, due_at: Any, actor: Actor) -> None:
    """Let the post go out at this very hour whatever the windows say. The caller holds the post."""
    by = actor.id if actor.kind == ActorKind.USER else None
    own = {"organization_id": tenancy.required_organization(), "workspace_id": post.workspace_id}
    Waiver.objects.update_or_create(
        post=post, defaults={"due_at": due_at, "by_id": by, "updated_at": clock.now(), **own}
    )
    audit.record("post.windows_waived", subject=post, actor=actor, diff={"due_at": due_at})


def _blackouts(given: Sequence[Blackout]) -> list[dict[str, str]]:
    for one in given:
        if not one.name.strip() or len(one.name) > LONGEST_NAME:
            raise DecisionIncomplete("Give these days a name, so that everybody knows why.", field="name")
        if one.last < one.first:
            raise DecisionIncomplete("The last day is before the first.", field="last")
        if one.last - one.first > LONGEST_BLACKOUT:
            raise DecisionIncomplete("A blackout is at most a year long.", field="last")
    _refuse_too_many(given, "name")
    found = sorted(given, key=lambda one: (one.first, one.last))
    return [{"name": one.name.strip(), "first": str(one.first), "last": str(one.last)} for one in found]


def _quiet_hours(given: Sequence[Quiet]) -> list[dict[str, Any]]:
    for one in given:
        if not one.days or not set(one.days) <= set(range(len(WEEKDAYS))):
            raise DecisionIncomplete("Choose at least one weekday.", field="days")
    if _is_always_quiet(given):
        raise DecisionIncomplete("Nothing could ever go out: leave some hours open.", field="begins")
    _refuse_too_many(given, "days")
    return [
        {"days": sorted(set(one.days)), "begins": f"{one.begins:%H:%M}", "ends": f"{one.ends:%H:%M}"} for one in given
    ]


def _is_always_quiet(given: Sequence[Quiet]) -> bool:
    """Whether no minute of a week is open."""
    closed: set[int] = set()
    for one in given:
        length = ((one.ends.hour - one.begins.hour) * 60 + one.ends.minute - one.begins.minute) % 1440 or 1440
        for day in one.days:
            first = day * 1440 + one.begins.hour * 60 + one.begins.minute
            closed.update(minute % 10080 for minute in range(first, first + length))
    return len(closed) == len(WEEKDAYS) * 1440


def _refuse_too_many(given: Collection[Any], field: str) -> None:
    if len(given) > MOST_ENTRIES:
        raise DecisionIncomplete(f"A workspace keeps at most {MOST_ENTRIES} of these.", field=field)


def _check_pace(*, spacing: timedelta | None = None, daily_most: int | None = None) -> None:
    if spacing is not None and not timedelta(0) < spacing <= LONGEST_SPACING:
        raise DecisionIncomplete("From a minute to 24 hours; leave it empty for none.", field="spacing")
    if daily_most is not None and not 0 < daily_most <= MOST_IN_A_DAY:
        raise DecisionIncomplete(f"From 1 to {MOST_IN_A_DAY}; leave it empty for none.", field="daily_most")


def _said(value: Any) -> Any:
    return str(value) if isinstance(value, timedelta) else value
