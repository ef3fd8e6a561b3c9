"""Who follows an account, read once a week in its night, where the platform tells. Nothing waits for it: what fails is
asked again the next night, and what the platform does not tell in a week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.analytics.definitions import BOOKS, NOTHING
from apps.analytics.models import Audience, Reading
from apps.analytics.services.asking import answer_of, put
from apps.core import clock, tenancy
from apps.governor.lanes import Lane
from apps.platforms.errors import PlatformError
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import SocialAccount

EVERY: Final = timedelta(days=7)


def read_audience(account: SocialAccount, day: date) -> None:
    """Called outside of any transaction."""
    if not BOOKS.get(account.platform, NOTHING).people or _is_known(account, day - EVERY):
        return
    columns: dict[str, Any]
    try:
        told = put(account, lambda adapter, credential: adapter.demographics(credential), lane=Lane.ANALYTICS)
        columns = {"groups": dict(told.groups), "raw": dict(told.raw)}
    except (PlatformError, NotConnected) as error:
        answer = answer_of(error)
        if not answer.is_final:
            return
        columns = {"missing": answer.missing}
    _keep(account, day, columns)


def _keep(account: SocialAccount, day: date, columns: Mapping[str, Any]) -> None:
    """Unless the person was forgotten while their network was asked: their reading is gone, then, and who forgets them
    now waits for it until the row is there to be deleted."""
    with _scope(account.organization_id, account.workspace_id), transaction.atomic():
        readings = Reading.objects.filter(account=account, publication=None)
        if readings.select_for_update().first() is None:
            return
        row = Audience(
            workspace_id=account.workspace_id, account_id=account.pk, day=day, taken_at=clock.now(), **columns
        )
        row.organization_id = account.organization_id
        Audience.objects.bulk_create([row], ignore_conflicts=True)


def _is_known(account: SocialAccount, since: date) -> bool:
    with _scope(account.organization_id, account.workspace_id):
        return Audience.objects.filter(account=account, day__gt=since).exists()


def _scope(organization_id: UUID, workspace_id: UUID) -> Any:
    return tenancy.scope(organization_id=organization_id, workspace_ids={workspace_id})
