"""Erasing an organization or a workspace: asked for with its name typed, taken back while there is time, then carried
out to the last row and certified."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import models, transaction

from apps.audit import services as audit
from apps.compliance import demolition
from apps.compliance.errors import NotConfirmed, StillBusy
from apps.compliance.estate import Estate
from apps.compliance.models import Erasure
from apps.compliance.services.requesting import new_code
from apps.compliance.states import ErasureState
from apps.core import clock
from apps.events import services as events
from apps.tenants.members import Member
from apps.tenants.models import Workspace

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(hours=2)
PAUSE: Final = timedelta(minutes=10)
OPEN: Final = (ErasureState.ASKED, ErasureState.WORKING)


@transaction.atomic
def request_erasure(*, member: Member, workspace_id: UUID | None, typed: str) -> Erasure:
    """Have the organization, or one of its workspaces, erased after the time in which it can be taken back. Raises
    NotConfirmed unless its name was typed. Asked again, it is the same request."""
    subject: Any = Workspace.objects.get(pk=workspace_id) if workspace_id else member.organization
    if typed.strip() != subject.name:
        raise NotConfirmed
    known = Erasure.objects.filter(of_organization=member.organization.pk, of_workspace=workspace_id, state__in=OPEN)
    if (found := known.first()) is not None:
        return found
    due_at = clock.now() + settings.ERASURE_GRACE
    erasure = Erasure.objects.create(
        of_organization=member.organization.pk, of_workspace=workspace_id, asked_by=member.user.pk, code=new_code(),
        asked_at=clock.now(), due_at=due_at, next_try_at=due_at,
    )  # fmt: skip
    audit.record("erasure.requested", subject=subject, actor=member.actor, diff={"due_at": due_at})
    events.emit("erasure.requested", subject=subject, data={"due_at": due_at})
    return erasure


@transaction.atomic
def undo_erasure(*, member: Member, erasure_id: UUID) -> bool:
    """Take it back; False once it has begun, or if it is not this organization's."""
    mine = Erasure.objects.filter(pk=erasure_id, of_organization=member.organization.pk, state=ErasureState.ASKED)
    if not mine.update(state=ErasureState.UNDONE, updated_at=clock.now()):
        return False
    erasure = Erasure.objects.get(pk=erasure_id)
    subject: Any = Workspace.objects.get(pk=erasure.of_workspace) if erasure.of_workspace else member.organization
    audit.record("erasure.undone", subject=subject, actor=member.actor)
    events.emit("erasure.undone", subject=subject)
    return True


def carry_out_erasures(*, now: datetime, most: int = 10) -> int:
    """Carry out what nobody has taken back in time; how many were tried. One that breaks off goes on later."""
    due = Erasure.objects.filter(state__in=OPEN, next_try_at__lte=now).order_by("next_try_at")
    return sum(_carry_out(erasure, now) for erasure in due[:most])


def _carry_out(erasure: Erasure, now: datetime) -> bool:
    # The row decides: whoever takes it back in this instant wins, or comes too late.
    mine = Erasure.objects.filter(pk=erasure.pk, state=erasure.state, next_try_at=erasure.next_try_at)
    if not mine.update(state=ErasureState.WORKING, next_try_at=now + LEASE, tries=models.F("tries") + 1):
        return False
    try:
        demolition.demolish(
            Estate(erasure.of_organization, erasure.of_workspace), note=lambda count: _add(erasure, count)
        )
    except Exception as error:  # It is tried again until it is done: that was promised.
        if not isinstance(error, StillBusy):
            logger.exception("The erasure %s broke off", erasure.pk)
        again = {"next_try_at": clock.now() + PAUSE, "problem": type(error).__name__}
        Erasure.objects.filter(pk=erasure.pk).update(**again)
    else:
        done = {"state": ErasureState.DONE, "done_at": clock.now(), "problem": ""}
        Erasure.objects.filter(pk=erasure.pk).update(**done)
    return True


@transaction.atomic
def _add(erasure: Erasure, removed: Counter[str]) -> None:
    """In the transaction that removed them, so that the certificate counts each row once."""
    row = Erasure.objects.select_for_update().get(pk=erasure.pk)
    row.removed = dict(Counter(row.removed) + removed)
    row.save(update_fields=["removed"])
