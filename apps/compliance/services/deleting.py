"""Carrying a request out. Each step is safe to repeat, and the last one is to forget whom it was about, so that a job
which broke off anywhere goes on from the row."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import models, transaction

from apps.compliance import erasing
from apps.compliance.errors import StillBusy
from apps.compliance.models import DataRequest
from apps.compliance.states import RequestState
from apps.core import clock
from apps.social_accounts import services as social_accounts
from apps.webhooks import services as webhooks

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=15)
PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=6)


def work_waiting(*, most: int = 50) -> int:
    """Carry out what waits; how many were taken. Any number of workers may do so at once."""
    done = 0
    while done < most and (request := _claim()) is not None:
        _work(request)
        done += 1
    return done


def _claim() -> DataRequest | None:
    now = clock.now()
    waiting = DataRequest.objects.exclude(state=RequestState.DONE).filter(next_try_at__lte=now)
    request = waiting.order_by("next_try_at").first()
    if request is None:
        return None
    # The row decides who has it: whoever moves the hour from what was read.
    mine = DataRequest.objects.filter(pk=request.pk, next_try_at=request.next_try_at, tries=request.tries)
    if not mine.update(
        state=RequestState.WORKING, started_at=request.started_at or now, next_try_at=now + LEASE,
        tries=models.F("tries") + 1,
    ):  # fmt: skip
        return _claim()
    return DataRequest.objects.get(pk=request.pk)


def _work(request: DataRequest) -> None:
    try:
        _carry_out(request)
    except Exception as error:  # It is tried again until it is done: that was promised to a person.
        if not isinstance(error, StillBusy):
            logger.exception("The data request %s could not be carried out", request.pk)
        pause = min(PAUSE * 2 ** min(request.tries - 1, 10), LONGEST_PAUSE)
        again = {"next_try_at": clock.now() + pause, "problem": type(error).__name__}
        DataRequest.objects.filter(pk=request.pk).update(**again)


def _carry_out(request: DataRequest) -> None:
    identity = request.identity.reveal()
    for target in _targets(request, identity):
        removed = erasing.erase(
            platform=request.platform, organization_id=UUID(target["organization_id"]),
            account_ids=[UUID(one) for one in target["account_ids"]],
            grant_ids=[UUID(one) for one in target["grant_ids"]], sender=request.sender,
        )  # fmt: skip
        _add(request, removed)
    notices = webhooks.forget_identity(platform=request.platform, remote_ids=[identity], sender=request.sender)
    _add(request, Counter({"notices": notices}))
    now = clock.now()
    DataRequest.objects.filter(pk=request.pk).update(
        state=RequestState.DONE, identity="", targets=[], done_at=now, updated_at=now, problem=""
    )


def _targets(request: DataRequest, identity: str) -> list[dict[str, Any]]:
    """The rows of this person in every organization that is asked: those found before, and what has come since."""
    known = {target["organization_id"]: target for target in request.targets}
    found_now = social_accounts.find_identity(platform=request.platform, remote_id=identity, sender=request.sender)
    for found in found_now:
        before = known.setdefault(
            str(found.organization_id),
            {"organization_id": str(found.organization_id), "account_ids": [], "grant_ids": []},
        )
        before["account_ids"] = sorted({*before["account_ids"], *map(str, found.account_ids)})
        before["grant_ids"] = sorted({*before["grant_ids"], *map(str, found.grant_ids)})
    request.targets = list(known.values())
    DataRequest.objects.filter(pk=request.pk).update(targets=request.targets)
    return request.targets


@transaction.atomic
def _add(request: DataRequest, removed: Counter[str]) -> None:
    """What was removed, added to what a try before this one had removed."""
    row = DataRequest.objects.select_for_update().get(pk=request.pk)
    row.receipt = {name: row.receipt.get(name, 0) + removed.get(name, 0) for name in {*row.receipt, *removed}}
    row.save(update_fields=["receipt"])
