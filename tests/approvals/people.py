"""What tests do with people: put them into groups, let them be away, have them approve with edits."""

from __future__ import annotations

from datetime import timedelta

from apps.approvals import services
from apps.approvals.models import Absence, Group, Request
from apps.approvals.states import Verdict
from apps.core import clock as system_clock
from apps.core.actors import SYSTEM
from apps.events.services import relay
from apps.tenants.models import Membership
from tests.approvals.conftest import Desk


def group(desk: Desk, *people: Membership, name: str = "Legal", everywhere: bool = False) -> Group:
    place = None if everywhere else desk.agency.workspace.pk
    with desk.agency.scope():
        made = services.make_group(name=name, people=[one.user_id for one in people], workspace_id=place, actor=SYSTEM)
    relay()
    return made


def away(desk: Desk, who: Membership, delegate: Membership | None, *, days: int = 3) -> Absence:
    today = system_clock.now().date()
    with desk.agency.scope():
        made = services.note_absence(
            user_id=who.user_id, starts_on=today, ends_on=today + timedelta(days=days), zone="UTC",
            delegate_id=delegate.user_id if delegate else None, actor=SYSTEM,
        )  # fmt: skip
    relay()
    return made


def edited(desk: Desk, request: Request, by: Membership) -> Request:
    content = desk.agency.content("Good evening, dear", [desk.account])
    return desk.decide(request, by, Verdict.APPROVE_WITH_EDITS, content=content)
