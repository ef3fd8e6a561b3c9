"""Stopping: an account, a workspace, an organization, a platform of it; and by the operator, a platform or everything.

A stop is one row. Committed, it holds for whatever is claimed or about to leave from then on (`apps.publishing.stops`);
who and what is told of it follows after.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor, ActorKind
from apps.events import services as events
from apps.platforms import registry
from apps.publishing.errors import DecisionIncomplete, PostBusy
from apps.publishing.models import FollowUp, OperatorStop, Publication, Stop
from apps.publishing.restraints import LONGEST_REASON, Target
from apps.publishing.states import WAITING, State
from apps.publishing.stops import STOPPED, Halt, halt_of
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import PUBLISHES
from apps.tenants.models import Organization

logger = logging.getLogger(__name__)

NO_REASON: Final = "Say why, in a few words: everybody whose posts wait reads it."
NO_NETWORK: Final = "Postroom knows no network of this name."
LIFTED_BEFORE: Final = "Publishing was started again before. Look at it once more."


@transaction.atomic
def stop(*, target: Target, reason: str, actor: Actor) -> Stop:
    """Stop what `target` names, from this commit on; the stop that is in force. Pressed twice, the first one counts.

    Raises DecisionIncomplete without a reason, and for a platform that does not exist.
    """
    values = {**_columns(target), "reason": _checked(reason, target.platform)}
    try:
        with transaction.atomic():
            made: Stop = Stop.objects.create(**values, by_id=_person(actor))
    except IntegrityError:
        same = {name: value for name, value in values.items() if name != "reason"}
        return Stop.objects.get(**same, lifted_at=None)
    said = {"scope": made.scope, "account_id": made.account_id, "platform": made.platform, "reason": made.reason}
    audit.record("publishing.stopped", subject=made, actor=actor, diff=said)
    events.emit("publishing.stopped", subject=made, data={**said, "stop_id": made.pk, "by": _person(actor)})
    return made


@transaction.atomic
def lift(*, stop_id: Any, actor: Actor) -> Stop:
    """Take a stop back. What fell due meanwhile is held first, for nothing of it goes out without a choice.

    Raises PostBusy if somebody has lifted it before.
    """
    made: Stop = Stop.objects.locked(stop_id)
    if made.lifted_at is not None:
        raise PostBusy(LIFTED_BEFORE)
    halt = halt_of(organization_id=made.organization_id, halt_id=made.pk)
    if halt is not None:
        hold_past_due(halt)
    made.lifted_at, made.lifted_by_id = clock.now(), _person(actor)
    made.save(update_fields=["lifted_at", "lifted_by"])
    said = {"scope": made.scope, "account_id": made.account_id, "platform": made.platform}
    audit.record("publishing.restarted", subject=made, actor=actor, diff=said)
    events.emit("publishing.restarted", subject=made, data={**said, "stop_id": made.pk, "by": _person(actor)})
    return made


def hold_past_due(halt: Halt) -> None:
    """Hold what a stop in force covers and what is past due without having been held: nobody has tried to claim it."""
    past_due = {"state__in": WAITING, "next_try_at__lte": clock.now()}
    posts = Publication.objects.filter(halt.target.condition(), **past_due).select_related("workspace")
    comments = FollowUp.objects.filter(halt.target.condition("publication__"), **past_due).select_related("workspace")
    rows: list[Any] = [*posts, *comments]
    for row in rows:
        said = {"problem": STOPPED, "problem_words": halt.words(ZoneInfo(row.workspace.timezone)), "problem_field": ""}
        # One that a worker prepares is taken out of its hands; nothing of it is public.
        if not type(row).objects.filter(pk=row.pk).steer(State.HELD, only=WAITING, **said):
            continue
        told = {"problem": STOPPED, "words": said["problem_words"]}
        if isinstance(row, FollowUp):
            events.emit("comment.failed", subject=row, data={"publication_id": row.publication_id, **told})
        else:
            events.emit("publication.held", subject=row, data={"post_id": row.post_id, **told})


# --- the operator ---------------------------------------------------------------------------------------------------


def stop_all(*, reason: str, actor: Actor, platform: str = "") -> OperatorStop:
    """Stop a platform, or everything, for every organization; each of those concerned is told once this is committed.

    Runs inside `tenancy.across_tenants`. Raises DecisionIncomplete as `stop`.
    """
    reason = _checked(reason, platform)
    try:
        with transaction.atomic():
            made = OperatorStop.objects.create(platform=platform, reason=reason, by_id=_person(actor))
    except IntegrityError:
        return OperatorStop.objects.get(platform=platform, lifted_at=None)
    transaction.on_commit(partial(_tell_all, "publishing.stopped", made, actor), robust=True)
    return made


def lift_all(*, stop: OperatorStop, actor: Actor) -> OperatorStop:
    """Take the operator's stop back, once what fell due meanwhile is held; each organization then makes its own choice.

    Runs inside `tenancy.across_tenants`. Raises PostBusy if it was lifted before.
    """
    past_due = Publication.across_tenants.filter(state__in=WAITING, next_try_at__lte=clock.now())
    waiting = past_due.values_list("organization_id", flat=True)
    for organization_id in set(waiting.order_by()):
        with tenancy.scope(organization_id=organization_id):
            if halt := halt_of(organization_id=organization_id, halt_id=stop.pk):
                hold_past_due(halt)
    lifted = {"lifted_at": clock.now(), "lifted_by": _person(actor), "updated_at": clock.now()}
    if not OperatorStop.objects.filter(pk=stop.pk, lifted_at=None).update(**lifted):
        raise PostBusy(LIFTED_BEFORE)
    stop.refresh_from_db()
    transaction.on_commit(partial(_tell_all, "publishing.restarted", stop, actor), robust=True)
    return stop


def _tell_all(name: str, stop: OperatorStop, actor: Actor) -> None:
    """Write it in the diary of every organization that has something to publish there, each in its own transaction."""
    said = {"scope": stop.target.scope, "platform": stop.platform, "reason": stop.reason, "account_id": None}
    for organization_id in _concerned(stop.platform):
        try:
            with tenancy.scope(organization_id=organization_id), transaction.atomic():
                organization = Organization.objects.get(pk=organization_id)
                audit.record(name, subject=organization, actor=Actor(ActorKind.OPERATOR, _person(actor)), diff=said)
                events.emit(name, subject=organization, data={**said, "stop_id": stop.pk, "by": None})
        except Exception:
            logger.exception("Organization %s was not told of %s", organization_id, name)


def _concerned(platform: str) -> Iterable[Any]:
    with tenancy.across_tenants("see whom the operator's stop concerns"):
        accounts = SocialAccount.across_tenants.filter(organization_id=OuterRef("pk"), state__in=PUBLISHES)
        if platform:
            accounts = accounts.filter(platform=platform)
        return list(Organization.objects.filter(Exists(accounts)).values_list("pk", flat=True))


def _checked(reason: str, platform: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise DecisionIncomplete(NO_REASON, field="reason")
    if len(reason) > LONGEST_REASON:
        raise DecisionIncomplete(f"Keep it to {LONGEST_REASON} characters.", field="reason")
    if platform and platform not in registry.ADAPTERS:
        raise DecisionIncomplete(NO_NETWORK, field="platform")
    return reason


def _columns(target: Target) -> Mapping[str, Any]:
    return {
        "scope": target.scope,
        "workspace_id": target.workspace_id,
        "account_id": target.account_id,
        "platform": target.platform,
        "organization_id": tenancy.required_organization(),
    }


def _person(actor: Actor) -> Any:
    return actor.id if actor.kind in (ActorKind.USER, ActorKind.OPERATOR) else None
