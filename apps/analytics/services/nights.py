"""A workspace's night: which accounts are asked, and the record of what came of it.

Beat wakes this every few minutes, and the rows say whose night has begun: one run for each workspace and day, whoever
opens it. A run that is still open when the next night begins is ended with what it has.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.analytics.ladder import RUNGS
from apps.analytics.models import AccountSnapshot, PublicationSnapshot, Reading, SnapshotRun
from apps.analytics.nights import DAY, last_day_due, night_of, place_in
from apps.analytics.services.following import follow
from apps.analytics.services.storing import keep_missing_day, keep_missing_days
from apps.analytics.states import Missing, RunState
from apps.core import clock, tenancy
from apps.core.calendar import cell_of, reach
from apps.events import services as events
from apps.publishing.models import Publication
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState
from apps.tenants.models import Workspace

logger = logging.getLogger(__name__)

BATCH: Final = 500  # workspaces of one zone in one round; the next round takes the others
MOST_SKIPPED: Final = 90  # days that get a row each when nobody was at work; a longer silence is a gap
WHY: Final = "find workspaces whose night has begun"


def open_nights(*, now: datetime, limit: int = BATCH) -> int:
    """Open the night of every workspace whose hour has come; how many were opened."""
    opened = 0
    for zone in _zones():
        day = last_day_due(now, zone=zone, hour=settings.ANALYTICS_NIGHT_HOUR)
        for organization_id, workspace_id in _without_a_night(zone, day, limit):
            try:
                opened += open_night(organization_id=organization_id, workspace_id=workspace_id, day=day, now=now)
            except Exception:  # Whatever is wrong with one workspace, the others have their night.
                logger.exception("The night of workspace %s could not be opened", workspace_id)
    return opened


def _zones() -> list[str]:
    with tenancy.across_tenants(WHY):
        rows = Workspace.across_tenants.filter(archived_at=None).order_by("timezone")
        return list(rows.values_list("timezone", flat=True).distinct())


def _without_a_night(zone: str, day: date, limit: int) -> list[tuple[UUID, UUID]]:
    with tenancy.across_tenants(WHY):
        # "Or later": a workspace that moves west does not live the same day twice.
        nights = SnapshotRun.across_tenants.filter(workspace=OuterRef("pk"), day__gte=day)
        accounts = SocialAccount.across_tenants.filter(workspace=OuterRef("pk")).exclude(
            state=AccountState.DISCONNECTED
        )
        rows = Workspace.across_tenants.filter(~Exists(nights), Exists(accounts), timezone=zone, archived_at=None)
        return list(rows.order_by("pk").values_list("organization_id", "pk")[:limit])


def open_night(*, organization_id: UUID, workspace_id: UUID, day: date, now: datetime) -> bool:
    """Plan the reading of a workspace's accounts for `day`; False where somebody else has."""
    with tenancy.scope(organization_id=organization_id, workspace_ids={workspace_id}), transaction.atomic():
        # Nobody else opens it meanwhile; rows that refer to the workspace are written on.
        workspace = Workspace.objects.select_for_update(no_key=True).get(pk=workspace_id)
        if SnapshotRun.objects.filter(workspace=workspace, day__gte=day).exists():
            return False
        for left in SnapshotRun.objects.filter(workspace=workspace, state=RunState.OPEN):
            _give_up(left)
        accounts = _accounts(workspace, day)
        _keep_skipped(workspace, accounts, day)
        run = SnapshotRun(workspace=workspace, day=day, opened_at=now, asked=len(accounts))
        run.save()
        _plan(accounts, run, begins_at=max(now, _begins_at(workspace, day)))
        follow(Publication.objects.filter(workspace=workspace))
        if not accounts:
            end_run(run)
        return True


def _begins_at(workspace: Workspace, day: date) -> datetime:
    return night_of(day, zone=workspace.timezone, hour=settings.ANALYTICS_NIGHT_HOUR)


def _accounts(workspace: Workspace, day: date) -> list[SocialAccount]:
    """Those that were there on that day. What is signed out is asked too: its row says that it is missing, and why."""
    rows = SocialAccount.objects.filter(workspace=workspace).exclude(state=AccountState.DISCONNECTED)
    return [account for account in rows if cell_of(account.created_at, workspace.timezone) <= day]


def _keep_skipped(workspace: Workspace, accounts: Iterable[SocialAccount], day: date) -> None:
    """Days whose night nobody opened, for no one was at work or the workspace moved over the date line: each has its
    row all the same, which says that it was not read. What the platform still tells of, this night reads."""
    last = SnapshotRun.objects.filter(workspace=workspace).order_by("-day").values_list("day", flat=True).first()
    if last is None or last + DAY >= day:
        return
    first = max(last + DAY, day - DAY * MOST_SKIPPED)
    for account in accounts:
        born = cell_of(account.created_at, workspace.timezone)
        keep_missing_days(account, max(first, born), day - DAY, Missing.TOO_LATE)


def _plan(accounts: Iterable[SocialAccount], run: SnapshotRun, *, begins_at: datetime) -> None:
    """Give each account its step, spread over a while so that platforms are not asked all at once."""
    wanted = {account.pk: account for account in accounts}
    known = {row.account_id: row for row in Reading.objects.filter(account__in=wanted, publication=None)}
    rows = [known.get(pk) or _new(account) for pk, account in wanted.items()]
    for row in rows:
        row.step, row.tries = run.day.isoformat(), 0
        row.step_at = begins_at + place_in(settings.ANALYTICS_SPREAD, row.account_id)
        # Somebody may wait for fresh figures: that goes on at its own time.
        row.next_try_at = min(filter(None, (row.next_try_at, row.step_at)))
    changed = [row for row in rows if row.account_id in known]
    Reading.objects.bulk_create([row for row in rows if row.account_id not in known])
    Reading.objects.bulk_update(changed, ["step", "step_at", "next_try_at", "tries"], batch_size=500)


def _new(account: SocialAccount) -> Reading:
    return Reading(organization_id=account.organization_id, workspace_id=account.workspace_id, account=account)


def _give_up(run: SnapshotRun) -> None:
    """End a run whose accounts were not all read: those that are left have a row that says why there is nothing."""
    left: Any = Reading.objects.filter(workspace_id=run.workspace_id, publication=None, step=run.day.isoformat())
    for reading in left:
        keep_missing_day(reading, run.day, Missing(reading.problem or Missing.TOO_LATE))
    left.update(step="", step_at=None)
    end_run(run)


def end_run_if_done(run: SnapshotRun) -> None:
    """End an open run once no account of it is left to be read. Whoever asks holds its row."""
    left = Reading.objects.filter(workspace_id=run.workspace_id, publication=None, step=run.day.isoformat())
    if not left.exists():
        end_run(run)


def end_run(run: SnapshotRun) -> None:
    """Write down what the night brought, and tell. The numbers are counted from the rows themselves."""
    accounts = _accounts_read(run)
    missing = [{"account": str(pk), "why": why} for pk, why in sorted(accounts.items()) if why]
    rungs = _rungs_on(run)
    run.state, run.ended_at = RunState.ENDED, clock.now()
    run.got, run.missing = len(accounts) - len(missing), missing
    run.posts_asked, run.posts_got = len(rungs), rungs.count("")
    zone = run.workspace.timezone
    is_complete = not missing and run.got >= run.asked
    run.complete_until = night_of(run.day, zone=zone, hour=0) if is_complete else None
    run.save()
    data = {
        "day": run.day, "asked": run.asked, "got": run.got, "missing": len(missing),
        "complete_until": run.complete_until,
    }  # fmt: skip
    events.emit("snapshot.completed", subject=run, data=data)


def _accounts_read(run: SnapshotRun) -> dict[UUID, str]:
    """Of each account that the night is about why there is nothing, "" where there is. One that came later may have a
    row of the day, for somebody wanted to see it at once; the night never asked it."""
    rows = AccountSnapshot.objects.filter(workspace_id=run.workspace_id, day=run.day).order_by("revision")
    told = rows.values_list("account_id", "account__created_at", "missing")
    zone = run.workspace.timezone
    return {pk: missing for pk, born_at, missing in told if cell_of(born_at, zone) <= run.day}


def _rungs_on(run: SnapshotRun) -> list[str]:
    zone = run.workspace.timezone
    begin, end = reach(run.day, run.day, zone)
    rows = PublicationSnapshot.objects.filter(
        workspace_id=run.workspace_id, taken_at__gte=begin, taken_at__lt=end, key__in=RUNGS
    )
    told = rows.values_list("taken_at", "missing")
    return [missing for taken_at, missing in told if cell_of(taken_at, zone) == run.day]


__all__ = ["end_run", "end_run_if_done", "open_night", "open_nights"]
