"""Fresh figures on request: a row says what is wanted, and a worker reads it. Nobody waits for a platform."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Least

from apps.analytics.errors import TooManyRefreshes
from apps.analytics.models import Reading, Refresh
from apps.analytics.services.following import follow
from apps.analytics.states import RefreshState
from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.publishing.models import Publication
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace

SPAN: Final = timedelta(days=1)


@transaction.atomic
def refresh(
    *, workspace: Workspace, accounts: Sequence[SocialAccount], publications: Sequence[Publication], actor: Actor
) -> list[Refresh]:
    """Promise that these are read soon, one request for each; where one waits already, it is that. Raises
    TooManyRefreshes, and then nothing was asked for."""
    # Who asks at the same moment is counted after; rows that refer to the workspace are written on.
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    readings = [*_of_accounts(accounts), *_of_publications(publications)]
    waiting = Refresh.objects.filter(reading__in=readings, state=RefreshState.WAITING)
    known = {row.reading_id: row for row in waiting}
    wanted = [reading for reading in readings if reading.pk not in known]
    _require_room(workspace, len(wanted))
    now = clock.now()
    own = {"organization_id": workspace.organization_id, "workspace_id": workspace.pk, "asked_at": now}
    made = Refresh.objects.bulk_create(Refresh(**own, reading=reading) for reading in wanted)
    rows: Any = Reading.objects.filter(pk__in=[reading.pk for reading in wanted])
    rows.update(next_try_at=Least(Coalesce(F("next_try_at"), Value(now)), Value(now)), updated_at=now)
    if made:
        audit.record("analytics.refreshed", subject=workspace, actor=actor, diff={"count": len(made)})
    return [*known.values(), *made]


def left(workspace_id: UUID) -> int:
    """How many more the workspace may ask for now."""
    asked = Refresh.objects.filter(workspace_id=workspace_id, asked_at__gt=clock.now() - SPAN)
    return max(settings.ANALYTICS_REFRESHES - asked.count(), 0)


def _require_room(workspace: Workspace, more: int) -> None:
    room = left(workspace.pk)
    if more > room:
        words = (
            f"A workspace asks for up to {settings.ANALYTICS_REFRESHES} fresh figures in 24 hours; {room} are left. "
            "What is read by itself goes on."
        )
        raise TooManyRefreshes(words, code="too_many_refreshes")


def _of_accounts(accounts: Sequence[SocialAccount]) -> list[Reading]:
    rows = [
        Reading(organization_id=one.organization_id, workspace_id=one.workspace_id, account=one) for one in accounts
    ]
    Reading.objects.bulk_create(rows, ignore_conflicts=True)
    return list(Reading.objects.filter(account__in=accounts, publication=None))


def _of_publications(publications: Sequence[Publication]) -> list[Reading]:
    """Those that the platform can be asked for, on the ladder or past it."""
    known = [one.pk for one in publications if not one.is_known_by_hand]
    follow(Publication.objects.filter(pk__in=known))
    return list(Reading.objects.filter(publication__in=known))
