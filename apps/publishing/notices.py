"""What every page tells while a stop holds for what its reader sees, and until somebody has decided after one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.urls import reverse

from apps.core import clock
from apps.platforms import registry
from apps.publishing.models import Publication
from apps.publishing.restraints import Scope, Target
from apps.publishing.states import State
from apps.publishing.stops import STOPPED, Halt, halts_of
from apps.social_accounts.models import SocialAccount
from apps.tenants.members import Member

# After this a choice that nobody has made is still on the stop's page, but not on every page.
REMEMBERED: Final = timedelta(days=14)
MOST: Final = 2


@dataclass(frozen=True, slots=True)
class StopNotice:
    """A bar across a page. `what` ends its title; `since` is None once the stop is lifted and posts still wait."""

    what: str
    by: str
    reason: str
    since: datetime | None
    posts: int
    url: str
    may_lift: bool


def notices(member: Member) -> Sequence[StopNotice]:
    """Stops in force that touch what the member sees, and the last one that was lifted with posts still waiting for
    their word. One query while nothing is stopped."""
    now = clock.now()
    halts = halts_of(organization_ids={member.organization.pk}, lifted_since=now - REMEMBERED)
    halts = [halt for halt in halts if _is_here(halt, member)]
    shown = [_in_force(halt, member) for halt in halts if halt.is_in_force]
    if shown:
        return shown[:MOST]
    waiting = (_waiting(halt, member) for halt in reversed(halts))
    return [notice for notice in waiting if notice][:1]


def deciding(member: Member) -> frozenset[UUID]:
    """The workspaces in which this member stops publishing, and decides what becomes of what was held."""
    return frozenset(place.pk for place in member.workspaces if member.may_in(place, "publishing.stop"))


def may_lift(halt: Halt, member: Member) -> bool:
    """Who may stop a thing may start it again; the operator's stops only the operator."""
    return not halt.is_operators and may_stop(halt.target, member)


def may_stop(target: Target, member: Member) -> bool:
    if target.workspace_id:
        return member.may_in(target.workspace_id, "publishing.stop")
    return member.may("organization.stop")


def name_of(target: Target, member: Member) -> str:
    """What is stopped, at the end of a title: "for Harbour Coffee", "on LinkedIn"."""
    if target.scope == Scope.ACCOUNT:
        account = SocialAccount.objects.filter(pk=target.account_id).first()
        return f"on {registry.label(account.platform)} @{account.handle}" if account else "on an account"
    if target.scope == Scope.WORKSPACE:
        places = (*member.workspaces, *member.archived)
        return next((f"for {place.name}" for place in places if place.pk == target.workspace_id), "for a workspace")
    if target.scope == Scope.PLATFORM:
        return f"on {registry.label(target.platform)}"
    return f"for all of {member.organization.name}" if target.scope == Scope.ORGANIZATION else "everywhere"


def _is_here(halt: Halt, member: Member) -> bool:
    """A network on which this member sees no account is none of their business."""
    if halt.target.scope != Scope.PLATFORM:
        return True
    accounts = SocialAccount.objects.filter(platform=halt.target.platform)
    return bool(accounts.filter(workspace__in=[place.pk for place in member.workspaces]).exists())


def _in_force(halt: Halt, member: Member) -> StopNotice:
    return StopNotice(
        what=name_of(halt.target, member),
        by=halt.by,
        reason=halt.reason,
        since=halt.since,
        posts=0,
        url=reverse("stops:stop", args=[halt.id]),
        may_lift=may_lift(halt, member),
    )


def _waiting(halt: Halt, member: Member) -> StopNotice | None:
    held = Publication.objects.filter(halt.target.condition(), state=State.HELD, problem=STOPPED)
    posts = held.filter(workspace_id__in=deciding(member), post__deleted_at=None).count()
    if not posts:
        return None
    return StopNotice(
        what=name_of(halt.target, member),
        by=halt.by,
        reason=halt.reason,
        since=None,
        posts=posts,
        url=reverse("stops:stop", args=[halt.id]),
        may_lift=False,
    )
